"""Axes: a ratio at one value of an axis, and what an implementation takes at one value beside itself at another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bench.analyse.observations import ALPHA, METRICS, ratio_interval
from bench.analyse.ratios import verdict
from bench.plan.cells import Cell
from bench.record.times import numbered_cells


@dataclass(frozen=True)
class AxisRatio:
    """A ratio of CPU times at one value of an axis.

    Attributes:
        axis: its name.
        cell: where the implementation was timed.
        impl, other: what was timed, and beside what: another implementation in the same cell, or itself at the axis's value `other`.
        ratio, low, high, verdict: as everywhere.
        passes: how many observations there are.

    """

    axis: str
    cell: Cell
    impl: str
    other: str
    ratio: float
    low: float
    high: float
    passes: int

    @property
    def value(self) -> str:
        """The value of the axis."""
        return str(getattr(self.cell, self.axis))

    @property
    def place(self) -> str:
        """The cell's id without the axis."""
        return self.cell.name(self.axis)

    @property
    def words(self) -> str:
        """The same for a reader."""
        return self.cell.words(self.axis)

    @property
    def verdict(self) -> str:
        """faster, slower, same or undecided."""
        return verdict(self.low, self.high)


def across(timed: pd.DataFrame, axis: str, values: Sequence[str]) -> Iterator[AxisRatio]:
    """Each implementation at each later value of an axis beside itself at the first: one observation a pass that visited both.

    A pass visits cells in random order, or, where values are layouts, one of the two right after the other in random order: what
    drifts is noise and no bias. All intervals hold together at 95 % (Bonferroni).
    """
    numbers, cells = numbered_cells(timed)
    places, first = [cell.name(axis) for cell in cells], values[0]
    keys = pd.DataFrame(
        {
            "place": [places[number] for number in numbers],
            "impl": timed["impl"].astype("string").to_numpy(),
            "pass": timed["pass"].to_numpy(),
            "value": timed[axis].astype("string").to_numpy(),
            "ns": timed[METRICS["cpu"]].to_numpy(float),
        }
    )
    medians = keys.groupby(["place", "impl", "pass", "value"], sort=False)["ns"].median().unstack("value")
    there = {(cell.name(axis), str(getattr(cell, axis))): cell for cell in cells}
    groups = [*medians.groupby(["place", "impl"], sort=False)]
    alpha = ALPHA / max(1, len(groups) * (len(values) - 1))
    for (place, impl), passes in groups:
        for value in values[1:]:
            if {value, first} <= {*passes.columns}:
                logs = np.log(passes[value] / passes[first]).dropna()
                if len(logs):
                    yield AxisRatio(axis, there[place, value], impl, first, *ratio_interval(logs.tolist(), alpha), len(logs))
