"""Ratios of times: each with its interval, and the verdict that the interval allows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from bench.analyse.observations import Comparison
from bench.analyse.slices import Slice
from bench.plan.contenders import CONTROL

FIGURES = ["ratio", "low", "high", "mean_ratio", "mean_low", "mean_high"]
TURNED = ["ratio", "high", "low", "mean_ratio", "mean_high", "mean_low"]  # what becomes of each when a comparison is turned round
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
    """One comparison in one cell: the ratio of CPU times, and its interval; 0 and infinity stand for open bounds.

    `ratio` is at a typical start depth, the median; `mean_ratio` on average over start depths.
    """

    depth: int
    width: int
    ratio: float
    low: float
    high: float
    mean_ratio: float = math.nan
    mean_low: float = 0.0
    mean_high: float = math.inf

    @property
    def verdict(self) -> str:
        """What the interval allows one to say."""
        return verdict(self.low, self.high)

    @property
    def depends_on_start(self) -> bool:
        """Do the two differ by more than 1 %, for certain?"""
        return self.mean_low > 0 and (self.mean_low > self.high * (1 + SAME) or self.mean_high < self.low / (1 + SAME))

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


def ratios(data: Slice, comparison: Comparison, allocator: str, deepest: bool = False) -> list[Ratio]:
    """The comparison in every cell of an allocator, by width and depth, as in the summary.

    With `deepest`, only the deepest network of each width.
    """
    rows = _compared(data.summary, comparison)
    rows = rows[rows["allocator"] == allocator].sort_values(["width", "depth"])
    if deepest:
        rows = rows.groupby("width").tail(1)
    return [Ratio(int(depth), int(width), *figures) for depth, width, *figures in rows[["depth", "width", *FIGURES]].to_numpy().tolist()]


def _compared(summary: pd.DataFrame, comparison: Comparison) -> pd.DataFrame:
    """The summary's rows of a comparison; where it has the inverse, that turned round."""
    impl, baseline = comparison
    rows = summary[(summary["impl"] == impl) & (summary["baseline"] == baseline)]
    if len(rows):
        return rows
    inverse = summary[(summary["impl"] == baseline) & (summary["baseline"] == impl)]
    turned = {column: 1 / inverse[other] for column, other in zip(FIGURES, TURNED, strict=True)}
    return inverse.assign(**turned)


def ratios_by_allocator(data: Slice, comparison: Comparison, deepest: bool = False) -> dict[str, list[Ratio]]:
    """The same for every allocator that has any."""
    by_allocator = {allocator: ratios(data, comparison, allocator, deepest) for allocator in data.allocators}
    return {allocator: there for allocator, there in by_allocator.items() if there}


def most_telling(compared: Sequence[Ratio]) -> Ratio:
    """The ratio that is farthest from 1, of those with a clear verdict if there are any."""
    clear = [ratio for ratio in compared if ratio.verdict in ("faster", "slower")]
    return max(clear or compared, key=lambda ratio: abs(math.log(ratio.ratio)))


def control_result(data: Slice, baseline: str) -> ControlResult | None:
    """The control over its baseline; None before any interval has closed."""
    rows = _compared(data.summary, (CONTROL, baseline))
    closed = rows[rows["low"] > 0]
    if closed.empty:
        return None
    missed = int((~closed["low"].le(1) | ~closed["high"].ge(1)).sum())
    return ControlResult(len(closed), missed, float(pd.concat([closed["high"] - closed["ratio"], closed["ratio"] - closed["low"]]).max()))
