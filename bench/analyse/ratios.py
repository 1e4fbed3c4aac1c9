"""Ratios of times: each with its interval, and the verdict that the interval allows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bench.analyse.observations import Comparison, observe, ratio_interval
from bench.analyse.slices import Slice
from bench.plan.contenders import CONTROL

ALPHA = 0.05
SAME = 0.01  # a ratio within 1 % of 1 makes a difference too small to notice
VERDICTS = ("faster", "slower", "same", "undecided")


def verdict(low: float, high: float) -> str:
    """ "same" if the interval lies within 1 % of 1; else "faster" or "slower" if it leaves 1 out; else "undecided".

    >>> verdict(0.995, 1.004), verdict(1.02, 1.05), verdict(0.7, 0.8), verdict(0.98, 1.03)
    ('same', 'slower', 'faster', 'undecided')
    """
    if low >= 1 - SAME and high <= 1 + SAME:
        return "same"
    if high < 1:
        return "faster"
    if low > 1:
        return "slower"
    return "undecided"


def settled(ratio: float, low: float, high: float, precision: float) -> bool:
    """Is the interval within `precision` of its centre, or its verdict clear?"""
    near = high <= ratio * (1 + precision) and low >= ratio * (1 - precision)
    return near or verdict(low, high) != "undecided"


@dataclass(frozen=True)
class Ratio:
    """One comparison in one cell: the ratio of CPU times, and its interval; 0 and infinity stand for open bounds."""

    depth: int
    width: int
    ratio: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """What the interval allows one to say."""
        return verdict(self.low, self.high)

    @property
    def closed(self) -> bool:
        """Are there passes enough for an interval with bounds?"""
        return self.low > 0


@dataclass(frozen=True)
class ControlResult:
    """How the control came out: of `cells` with an interval, `missed` leave 1 out; `widest` reaches farthest from its centre."""

    cells: int
    missed: int
    widest: float


def ratios(data: Slice, comparison: Comparison, allocator: str, alpha: float = ALPHA, deepest: bool = False) -> list[Ratio]:
    """The comparison in every cell of an allocator, by width and depth, with intervals that hold together.

    They hold together at 1 - alpha (Bonferroni). With `deepest`, only the deepest network of each width.
    """
    rows = data.times[data.times["allocator"] == allocator]
    cells = rows.drop_duplicates("cell").set_index("cell")[["depth", "width"]].sort_values(["width", "depth"])
    if deepest:
        cells = cells.groupby("width").tail(1)
    observations = observe(rows, [comparison])
    by_cell = {cell: observations.loc[observations["cell"] == cell, "log_ratio"] for cell in cells.index}
    by_cell = {cell: samples for cell, samples in by_cell.items() if len(samples)}
    return [
        Ratio(int(cells.at[cell, "depth"]), int(cells.at[cell, "width"]), *ratio_interval(samples, alpha / len(by_cell)))
        for cell, samples in by_cell.items()
    ]


def ratios_by_allocator(data: Slice, comparison: Comparison, deepest: bool = False) -> dict[str, list[Ratio]]:
    """The same for every allocator that has any, with intervals that hold together over all of them."""
    alpha = ALPHA / max(1, len(data.allocators))
    by_allocator = {allocator: ratios(data, comparison, allocator, alpha, deepest) for allocator in data.allocators}
    return {allocator: there for allocator, there in by_allocator.items() if there}


def most_telling(compared: Sequence[Ratio]) -> Ratio:
    """The ratio that is farthest from 1, of those with a clear verdict if there are any."""
    clear = [ratio for ratio in compared if ratio.verdict in ("faster", "slower")]
    return max(clear or compared, key=lambda ratio: abs(math.log(ratio.ratio)))


def control_result(data: Slice, baseline: str) -> ControlResult | None:
    """The control over its baseline, each cell's interval at 95 % on its own; None before any interval has closed."""
    groups = observe(data.times, [(CONTROL, baseline)]).groupby("cell", sort=False)
    closed = [(ratio, low, high) for ratio, low, high in (ratio_interval(group["log_ratio"]) for _, group in groups) if low > 0]
    if not closed:
        return None
    missed = sum(not low <= 1 <= high for _, low, high in closed)
    return ControlResult(len(closed), missed, max(max(high - ratio, ratio - low) for ratio, low, high in closed))
