"""Progress: what is known of every cell so far, and whether it is enough."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

import pandas as pd

from bench.analyse.intervals import fewest_samples
from bench.analyse.observations import Comparison, comparisons, observe, ratio_interval
from bench.analyse.ratios import settled
from bench.plan.cells import Cell

class Progress:
    """The state of a run, from its rows alone, so a resumed run knows what an unbroken one would."""

    def __init__(
        self, names: Sequence[str], baseline: str, pairs: Sequence[Comparison], precision: float, fewest_passes: int | None = None
    ) -> None:
        self.names = list(names)
        self.baseline = baseline
        self.compared = comparisons(names, baseline, pairs)
        self.precision = precision
        # A verdict may be clear after 8 passes, but an answer over many cells has wider intervals, which need some
        # passes more to close. No implementation leaves before that.
        self.fewest_passes = fewest_passes or fewest_samples()
        self._observations: dict[tuple[str, str, str], list[float]] = defaultdict(list)
        self._last_pass: dict[str, int] = defaultdict(int)
        self._failed: dict[str, set[str]] = defaultdict(set)

    def add(self, rows: pd.DataFrame) -> None:
        """Take in the rows of any number of visits, in the columns of time.csv."""
        failed = rows[~rows["status"].isin(["ok", "skipped"])]
        for cell, impl in zip(failed["cell"], failed["impl"], strict=True):
            self._failed[cell].add(impl)
        for observation in observe(rows, self.compared).itertuples():
            key = observation.cell, observation.impl, observation.baseline
            self._observations[key].append(Observation(observation.log_ratio, observation.deviation, observation.rounds))
        timed = rows[rows["round"].notna()]
        for cell, number in timed.groupby("cell")["pass"].max().items():
            self._last_pass[str(cell)] = max(self._last_pass[str(cell)], int(number))

    def runnable(self, cell: Cell) -> list[str]:
        """The contenders that have not failed in the cell."""
        return [name for name in self.names if name not in self._failed[cell.id]]

    def last_pass(self, cell: Cell) -> int:
        """The number of the last pass that visited the cell; 0 if none did."""
        return self._last_pass[cell.id]

    def passes(self, cell: Cell) -> int:
        """How many passes have timed the cell."""
        return max((len(self._observations[cell.id, *comparison]) for comparison in self.compared), default=0)

    def decided(self, cell: Cell) -> bool:
        """Is every comparison with the baseline settled, or nothing left to compare?"""
        if not self._can_run(cell.id):
            return True
        if self.passes(cell) < self.fewest_passes:
            return False
        return all(
            settled(*self.ratio(cell, comparison), self.precision)
            for comparison in self.compared
            if comparison[1] == self.baseline and not self._failed[cell.id].intersection(comparison)
        )

    def ratio(self, cell: Cell, comparison: Comparison) -> tuple[float, float, float]:
        """The CPU-time ratio so far and its 95 % interval; (1, 0, inf) before the first pass."""
        observations = self._observations[cell.id, *comparison]
        if not observations:
            return 1.0, 0.0, math.inf
        return ratio_interval([observation.log_ratio for observation in observations])

    def _can_run(self, cell_id: str) -> bool:
        left = set(self.names) - self._failed[cell_id]
        return self.baseline in left and len(left) > 1
