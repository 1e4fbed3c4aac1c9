"""Progress: what is known of every cell so far, and whether it is enough."""

from __future__ import annotations

import math
from array import array
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from bench.analyse.machines import machines_differ
from bench.analyse.observations import Comparison, comparisons, joint_alpha, observe, ratio_interval
from bench.analyse.ratios import heap_history, settled
from bench.measure.workers.second_tries import has_passed
from bench.plan.cells import Cell
from bench.plan.contenders import CONTROL, REFERENCES
from bench.record.tables import words_of


@dataclass(frozen=True)
class OpenComparison:
    """A comparison that is not settled, and half the width of its interval as a fraction; None while it has no bounds."""

    cell: str
    impl: str
    baseline: str
    half_width: float | None
    problem: str


@dataclass(frozen=True)
class RunEnd:
    """How a run ended: by "precision" (nothing is left to decide), "budget" or "interruption"; and what is settled."""

    by: str
    comparisons: int
    settled: int
    open: tuple[OpenComparison, ...]


def _numbers() -> array[float]:
    """None yet; a number takes 8 bytes here, where a list takes 32, and they are kept for as long as a run lasts."""
    return array("d")


class Progress:
    """The state of a run, from its rows alone, so a resumed run knows what an unbroken one would.

    Where several machines have made passes, a ratio is that over the passes of all (docs/cluster.md says what it holds).
    """

    def __init__(
        self,
        names: Sequence[str],
        baseline: str,
        pairs: Sequence[Comparison],
        precision: float,
        cells: int = 1,
        fewest: int = 0,
        alphas: Mapping[str, float] | None = None,
    ) -> None:
        """`cells` is how many there are; of several problems, `alphas` are of their intervals, since those of each hold together."""
        self.names = list(names)
        self.baseline = baseline
        self.compared = comparisons(names, baseline, pairs)
        self.precision = precision
        self.fewest = fewest  # passes of each comparison, however soon it is settled
        self.stated = [comparison for comparison in self.compared if not {*comparison} & {*REFERENCES}]
        self.alpha = joint_alpha(cells, len({*names} - {*REFERENCES}))
        self.alphas = alphas or {}
        self._observations: dict[tuple[str, str, str], array[float]] = defaultdict(_numbers)
        self._fault_differences: dict[tuple[str, str, str], array[float]] = defaultdict(_numbers)
        self._made_by: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        self._ratios: dict[tuple[str, str, str], tuple[float, float, float]] = {}  # what has been worked out since the last visit
        self._known_settled: dict[tuple[str, str, str], bool] = {}
        self._left_out: dict[str, set[str]] = defaultdict(set)

    def add(self, rows: pd.DataFrame) -> None:
        """Take in the rows of any number of visits, in the columns of time.csv."""
        failed = rows[rows["status"] != "ok"]
        for cell, impl, detail in zip(failed["cell"], failed["impl"], words_of(failed["detail"]), strict=True):
            if not has_passed(detail):
                self.leave_out(cell, [impl])
        for observation in observe(rows, self.compared).itertuples():
            key = observation.cell, observation.impl, observation.baseline
            self._observations[key].append(observation.log_ratio)
            self._fault_differences[key].append(observation.fault_difference)
            self._made_by[key].append(str(observation.machine))
            self._ratios.pop(key, None)
            self._known_settled.pop(key, None)

    def leave_out(self, cell_id: str, names: Sequence[str]) -> None:
        """Those cannot be measured in the cell."""
        self._left_out[cell_id].update(names)

    def runnable(self, cell: Cell) -> list[str]:
        """The contenders that can run in the cell, and have something left to decide there.

        The control stays for as long as its baseline does, and the floor until its interval has bounds.
        """
        compared = [*self.open_comparisons(cell), *self._without_bounds(cell)]
        needed = {name for comparison in compared for name in comparison}
        if self.baseline in needed:
            needed.add(CONTROL)
        return [name for name in self.names if name in needed and name not in self._left_out[cell.id]]

    def _without_bounds(self, cell: Cell) -> list[Comparison]:
        """The comparisons of the control and the floor that have too few passes for an interval."""
        observed = [comparison for comparison in self.compared if {*comparison} & {*REFERENCES}]
        return [comparison for comparison in observed if self.ratio(cell, comparison)[1] == 0]

    def passes(self, cell: Cell) -> int:
        """How many passes have timed the cell."""
        return max((len(self._observations[cell.id, *comparison]) for comparison in self.compared), default=0)

    def decided(self, cell: Cell, under_way: int = 0) -> bool:
        """Is every comparison settled, or nothing left to compare, once so many passes that are under way are counted?"""
        return not self.open_comparisons(cell, under_way)

    def comparable(self, cell: Cell) -> list[Comparison]:
        """The comparisons that can be made in the cell; the control and the floor are only observed."""
        return [pair for pair in self.stated or self.compared if not self._left_out[cell.id].intersection(pair)]

    def open_comparisons(self, cell: Cell, under_way: int = 0) -> list[Comparison]:
        """Those of them that are not settled; passes that are under way count as made, where a number of passes is asked for."""
        return [comparison for comparison in self.comparable(cell) if not self._settled(cell, comparison, under_way)]

    def _settled(self, cell: Cell, comparison: Comparison, under_way: int) -> bool:
        """Is the ratio settled, or known to depend on heap history or on the machine, so that more passes would not narrow it much?"""
        key = cell.id, *comparison
        if len(self._observations[key]) + under_way < self.fewest:
            return False
        if key not in self._known_settled:
            observations = self._observations[key]
            self._known_settled[key] = (
                settled(*self.ratio(cell, comparison), self.precision)
                or heap_history(observations, self._fault_differences[key]) is not None
                or machines_differ(observations, self._made_by[key], self._alpha(cell))
            )
        return self._known_settled[key]

    def differing(self, cells: Sequence[Cell]) -> list[tuple[Cell, Comparison]]:
        """The comparisons whose ratio is another on one machine than on another, for certain."""
        return [
            (cell, comparison)
            for cell in cells
            for comparison in self.comparable(cell)
            if machines_differ(self._observations[cell.id, *comparison], self._made_by[cell.id, *comparison], self._alpha(cell))
        ]

    def end(self, cells: Sequence[Cell], interrupted: bool = False) -> RunEnd:
        """How a run over those cells ended, if it ends now."""
        if not self.stated:  # the baseline alone: only the control and the floor are beside it
            return RunEnd("interruption" if interrupted else "budget", 0, 0, ())
        still_open = [
            OpenComparison(cell.id, *comparison, self._half_width(cell, comparison), cell.problem)
            for cell in cells
            for comparison in self.open_comparisons(cell)
        ]
        known = sum(len(self.comparable(cell)) for cell in cells)
        by = "interruption" if interrupted else "budget" if still_open else "precision"
        return RunEnd(by, known, known - len(still_open), tuple(still_open))

    def _half_width(self, cell: Cell, comparison: Comparison) -> float | None:
        ratio, low, high = self.ratio(cell, comparison)
        return round(max(high / ratio - 1, 1 - low / ratio), 5) if low > 0 else None

    def ratio(self, cell: Cell, comparison: Comparison) -> tuple[float, float, float]:
        """The CPU-time ratio so far and its interval, which holds together with all others of its problem; (1, 0, inf) before the
        first pass.
        """
        key = cell.id, *comparison
        if not self._observations[key]:
            return 1.0, 0.0, math.inf
        if key not in self._ratios:
            self._ratios[key] = ratio_interval(self._observations[key], self._alpha(cell))
        return self._ratios[key]

    def _alpha(self, cell: Cell) -> float:
        return self.alphas.get(cell.problem, self.alpha)
