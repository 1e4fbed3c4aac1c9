"""The breakdown of each step, from the rows of breakdown.csv: shares, gains and the check, each with an interval over passes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import pandas as pd

from bench.analyse.breakdown.attribution import Alone, Parts, Remains, accounted, parts_of
from bench.analyse.intervals import median_interval
from bench.measure.breakdown.choice import BEFOREHAND, UNIT
from bench.plan.allocators import STEADY
from bench.plan.cells import Cell, cell_of

TOLERANCE = 0.05  # how far the parts that were measured each on its own may be from the whole together

Visit = Mapping[tuple[str, str], Mapping[str, float]]  # work and implementation -> its figures


@dataclass(frozen=True)
class Estimate:
    """A median over passes, and the bounds of its interval, which holds by itself at 95 % at any number of passes."""

    value: float
    low: float
    high: float

    @property
    def closed(self) -> bool:
        """Are there passes enough for bounds?"""
        return self.low > -float("inf")

    def over(self, whole: float) -> Estimate:
        """As a share of that."""
        return Estimate(self.value / whole, self.low / whole, self.high / whole)


@dataclass(frozen=True)
class Breakdown:
    """Where the time of an implementation's step goes in one cell.

    Attributes:
        cell, impl: where, and whose step.
        passes: how many there were.
        step_ns: CPU time of the step: of all its parts, each the median over passes. So they add up, though page faults may come in
            some passes and not in others.
        shares: the parts by their names, as shares of that.
        gains: what was done about the step -> which share of its time is saved: "beforehand" (arrays made beforehand), "kept" (freed
            memory stays in the process), "compiled" (no calls of Python and NumPy), "twice" (products in half the time).
        accounted: what the parts that were measured each on its own come to, as a share of the step.

    """

    cell: Cell
    impl: str
    passes: int
    step_ns: float
    shares: Mapping[str, Estimate]
    gains: Mapping[str, Estimate]
    accounted: Estimate

    @property
    def adds_up(self) -> str:
        """ "yes" if the interval of `accounted` is within the tolerance, "no" if it is outside, else "open"."""
        low, high = 1 - TOLERANCE, 1 + TOLERANCE
        if low <= self.accounted.low and self.accounted.high <= high:
            return "yes"
        return "no" if self.accounted.high < low or self.accounted.low > high else "open"


def breakdowns(rows: pd.DataFrame) -> list[Breakdown]:
    """The breakdown of every implementation in every cell that has whole passes, the narrow cell first."""
    return [each for cell, passes in _by_cell(rows) for impl in BEFOREHAND for each in _breakdown(cell, impl, passes)]


def _by_cell(rows: pd.DataFrame) -> Iterator[tuple[Cell, list[tuple[Visit, Visit]]]]:
    """Each cell with its passes, a pass being what was timed under `default` and under `steady`."""
    timed = rows[rows["work"].notna()] if len(rows) else rows
    found: dict[Cell, dict[int, dict[str, dict[tuple[str, str], dict[str, float]]]]] = {}
    for row in timed.to_dict("records"):
        cell = replace(cell_of(row), allocator="default")
        impl = "" if pd.isna(row["impl"]) else str(row["impl"])
        visit = found.setdefault(cell, {}).setdefault(int(row["pass"]), {}).setdefault(row["allocator"], {})
        visit[row["work"], impl] = {figure: row[figure] for figure in ("ratio", "cpu_ns", "minor_faults")}
    for cell in sorted(found, key=lambda cell: cell.width):
        yield cell, [(its["default"], its[STEADY]) for its in found[cell].values() if {"default", STEADY} <= {*its}]


def _breakdown(cell: Cell, impl: str, passes: Sequence[tuple[Visit, Visit]]) -> Iterator[Breakdown]:
    whole = [visits for visits in passes if all(("step", impl) in visit for visit in visits)]
    if not whole:
        return
    times = [(_remains(*visits, impl), _alone(*visits, impl)) for visits in whole]
    parts = [parts_of(left) for left, _ in times]
    typical = {name: _estimate([asdict(each)[name] for each in parts]) for name in asdict(parts[0])}
    step = sum(part.value for part in typical.values())
    yield Breakdown(
        cell,
        impl,
        len(whole),
        step * _estimate([default[UNIT, ""]["cpu_ns"] for default, _ in whole]).value,
        {name: part.over(step) for name, part in typical.items()},
        dict(_gains(impl, whole, parts, step)),
        _estimate([accounted(*each) for each in times]),
    )


def _remains(default: Visit, steady: Visit, impl: str) -> Remains:
    """In times of the arithmetic; each of the two processes in its own."""
    return Remains(
        small=steady["small", ""]["ratio"],
        products=steady["products", ""]["ratio"],
        arithmetic=steady[UNIT, ""]["ratio"],
        beforehand=steady["backprop", BEFOREHAND[impl]]["ratio"],
        backprop=steady["backprop", impl]["ratio"],
        step=steady["step", impl]["ratio"],
        whole=default["step", impl]["ratio"],
    )


def _alone(default: Visit, steady: Visit, impl: str) -> Alone:
    allocation = steady.get(("allocation", impl))
    fault = default["page_fault", ""]
    return Alone(
        products=steady["products", ""]["ratio"],
        elementwise=steady["elementwise", ""]["ratio"],
        small_beforehand=steady["small_backprop", BEFOREHAND[impl]]["ratio"],
        allocation=allocation["ratio"] if allocation else 0.0,
        update=steady["update", ""]["ratio"],
        faults=default["step", impl]["minor_faults"],
        fault=fault["ratio"] / fault["minor_faults"],
    )


def _gains(impl: str, passes: Sequence[tuple[Visit, Visit]], parts: Sequence[Parts], step: float) -> Iterator[tuple[str, Estimate]]:
    """What was tried, and what parts would leave of a step of that length."""
    if BEFOREHAND[impl] != impl:
        yield (
            "beforehand",
            _estimate([1 - default["step", BEFOREHAND[impl]]["ratio"] / default["step", impl]["ratio"] for default, _ in passes]),
        )
    yield "kept", _estimate([each.page_faults for each in parts]).over(step)
    yield "compiled", _estimate([each.numpy_calls + each.python_calls for each in parts]).over(step)
    yield "twice", _estimate([each.products / 2 for each in parts]).over(step)


def _estimate(samples: Sequence[float]) -> Estimate:
    return Estimate(*median_interval(samples))
