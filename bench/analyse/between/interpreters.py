"""Interpreters: what a ratio is on each Python, and how long an implementation takes on one Python beside another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bench.analyse.observations import ALPHA, METRICS, ratio_interval
from bench.analyse.ratios import verdict
from bench.plan.cells import cell_of
from bench.plan.contenders import REFERENCES
from bench.record.times import numbered_cells


@dataclass(frozen=True)
class OnPython:
    """A ratio of CPU times on one interpreter; `place` is the cell without its interpreter.

    Attributes:
        python: the version.
        place: the cell's id without it; `words` are the same for a reader.
        impl, other: what was timed, and beside what: another implementation on the same interpreter, or itself on `other_python`.
        ratio, low, high, verdict: as everywhere.
        passes: how many observations there are.

    """

    python: str
    place: str
    words: str
    impl: str
    other: str
    ratio: float
    low: float
    high: float
    passes: int

    @property
    def verdict(self) -> str:
        """faster, slower, same or undecided."""
        return verdict(self.low, self.high)


@dataclass(frozen=True)
class Interpreters:
    """What a run over several interpreters has found.

    Attributes:
        pythons: the versions, from the oldest to the newest.
        within: each implementation beside the baseline, on each interpreter.
        across: each implementation on each interpreter beside itself on the oldest, pass by pass.
        deepest: (python, implementation) -> the deepest level as Python comes; empty where no depth was studied.

    """

    pythons: tuple[str, ...]
    within: tuple[OnPython, ...]
    across: tuple[OnPython, ...]
    deepest: dict[tuple[str, str], int]


def by_age(pythons: set[str]) -> tuple[str, ...]:
    """Versions from the oldest to the newest.

    >>> by_age({"3.13.0t", "3.9.18", "3.13.0"})
    ('3.9.18', '3.13.0', '3.13.0t')
    """
    return tuple(sorted(pythons, key=lambda name: ([int(part) for part in name.removesuffix("t").split(".") if part.isdigit()], name)))


def interpreters(times: pd.DataFrame, summary: pd.DataFrame, baseline: str, limits: pd.DataFrame) -> Interpreters | None:
    """The comparison of interpreters, with ratios to the baseline; None where one alone was measured.

    `limits` are rows of limits.csv, maybe none.
    """
    timed = times[times["round"].notna() & ~times["impl"].isin(REFERENCES)]
    cpu = summary[(summary["metric"] == "cpu") & ~summary["impl"].isin(REFERENCES) & (summary["baseline"] == baseline)]
    pythons = by_age({*timed["python"].dropna().unique()} - {""})
    if len(pythons) < 2:
        return None
    own = limits[limits["stack_bytes"].isna() & (limits["recursion_limit"] < limits["recursion_limit"].max())]
    deepest = {(str(row.python), str(row.impl)): int(row.deepest_ok) for row in own.dropna(subset=["deepest_ok"]).itertuples()}
    return Interpreters(pythons, tuple(_within(cpu)), tuple(_across(timed, pythons)), deepest)


def _within(cpu: pd.DataFrame) -> Iterator[OnPython]:
    """The ratios of the summary that say which interpreter they are of."""
    for row in cpu.to_dict("records"):
        cell = cell_of(row)
        if cell.python:
            place = cell.name("python"), cell.words("python")
            yield OnPython(cell.python, *place, row["impl"], row["baseline"], row["ratio"], row["low"], row["high"], row["passes"])


def _across(timed: pd.DataFrame, pythons: tuple[str, ...]) -> Iterator[OnPython]:
    """Each implementation on each later interpreter beside the oldest: one observation a pass that visited both.

    A pass visits the cells of all interpreters in random order, so what drifts is noise and no bias. All intervals hold together
    at 95 % (Bonferroni).
    """
    numbers, cells = numbered_cells(timed)
    places = [(cell.name("python"), cell.words("python")) for cell in cells]
    keys = pd.DataFrame(
        {
            "place": [places[number][0] for number in numbers],
            "impl": timed["impl"].astype("string").to_numpy(),
            "pass": timed["pass"].to_numpy(),
            "python": timed["python"].astype("string").to_numpy(),
            "ns": timed[METRICS["cpu"]].to_numpy(float),
        }
    )
    medians = keys.groupby(["place", "impl", "pass", "python"], sort=False)["ns"].median().unstack("python")
    words, oldest = dict(places), pythons[0]
    groups = [*medians.groupby(["place", "impl"], sort=False)]
    alpha = ALPHA / max(1, len(groups) * (len(pythons) - 1))
    for (place, impl), passes in groups:
        for python in pythons[1:]:
            if {python, oldest} <= {*passes.columns}:
                logs = np.log(passes[python] / passes[oldest]).dropna()
                if len(logs):
                    yield OnPython(python, place, words[place], impl, oldest, *ratio_interval(logs.tolist(), alpha), len(logs))
