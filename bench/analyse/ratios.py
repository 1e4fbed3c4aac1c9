"""Ratios of times: each with its interval, and the verdict that the interval allows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import pandas as pd

from bench.analyse.observations import Comparison
from bench.analyse.slices import Slice
from bench.measure.timing.clocks import NOTABLE_FAULTS
from bench.plan.contenders import CONTROL, REFERENCES, in_order

FIGURES = ["ratio", "low", "high", "mean_ratio", "mean_low", "mean_high"]
KINDS = ["faulting_share", "without_faults", "with_faults"]
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


RARE = 0.1  # a kind of passes that is rarer than this is an exception
FEWEST_TO_TELL = 24  # passes


@dataclass(frozen=True)
class HeapHistory:
    """That a ratio depends on what else the process has allocated: in a `share` of passes, of 10 to 90 %, one of the two
    implementations has many page faults more than the other.

    Attributes:
        share: of the passes with such a difference.
        without, with_faults: the median ratio in the other passes, and in these.

    """

    share: float
    without: float
    with_faults: float


def heap_history(log_ratios: Sequence[float], fault_differences: Sequence[float]) -> HeapHistory | None:
    """How a ratio depends on heap history; None where it does not, or where there are too few passes to tell.

    >>> heap_history([0.0] * 16 + [-0.1] * 8, [0.0] * 16 + [-900.0] * 8).share
    0.3333333333333333
    """
    faulting = [abs(difference) >= NOTABLE_FAULTS for difference in fault_differences]
    share = sum(faulting) / len(faulting) if faulting else 0.0
    if len(faulting) < FEWEST_TO_TELL or not RARE <= share <= 1 - RARE:
        return None
    kinds = ([ratio for ratio, faults in zip(log_ratios, faulting, strict=True) if faults is kind] for kind in (False, True))
    return HeapHistory(share, *(math.exp(median(kind)) for kind in kinds))


@dataclass(frozen=True)
class Ratio:
    """One comparison in one cell: the ratio of CPU times, and its interval; 0 and infinity stand for open bounds.

    `ratio` is at a typical start depth, the median; `mean_ratio` on average over start depths. The last three are those of
    `HeapHistory`, and no numbers where the ratio does not depend on it.
    """

    depth: int
    width: int
    ratio: float
    low: float
    high: float
    mean_ratio: float = math.nan
    mean_low: float = 0.0
    mean_high: float = math.inf
    faulting_share: float = math.nan
    without_faults: float = math.nan
    with_faults: float = math.nan

    @property
    def verdict(self) -> str:
        """What the interval allows one to say."""
        return verdict(self.low, self.high)

    @property
    def depends_on_heap(self) -> bool:
        """Does it depend on what else the process has allocated?"""
        return not math.isnan(self.faulting_share)

    @property
    def closed(self) -> bool:
        """Are there passes enough for an interval with bounds?"""
        return self.low > 0


@dataclass(frozen=True)
class PassFaults:
    """Page faults where ratios depend on heap history: in `faults`, minor page faults a call, a row a pass and a column an
    implementation, the median over rounds; the passes with the fewest come first.
    """

    depth: int
    width: int
    allocator: str
    faults: pd.DataFrame
    call: str


def faults_by_pass(data: Slice) -> list[PassFaults]:
    """The page faults of those whose ratio to one another depends on heap history, in each cell that has such."""
    rows = data.summary[data.summary["faulting_share"].notna() & ~data.summary["impl"].isin(REFERENCES)]
    call = data.problem.words.call
    return [
        PassFaults(int(depth), int(width), str(allocator), _pass_faults(data.times, str(cell), {*here["impl"], *here["baseline"]}), call)
        for (depth, width, allocator, cell), here in rows.groupby(["depth", "width", "allocator", "cell"], observed=True)
    ]


def _pass_faults(times: pd.DataFrame, cell: str, names: set[str]) -> pd.DataFrame:
    here = times[(times["cell"] == cell) & times["impl"].isin(names)]
    faults = here.groupby(["pass", "impl"], observed=True)["minor_faults"].median().unstack("impl")[in_order(names)]
    return faults.loc[faults.mean(axis=1).sort_values(kind="stable").index]


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
    columns = ["depth", "width", *FIGURES, *KINDS]
    return [Ratio(int(depth), int(width), *figures) for depth, width, *figures in rows[columns].to_numpy(float).tolist()]


def _compared(summary: pd.DataFrame, comparison: Comparison) -> pd.DataFrame:
    """The summary's rows of a comparison; where it has the inverse, that turned round."""
    impl, baseline = comparison
    rows = summary[(summary["impl"] == impl) & (summary["baseline"] == baseline)]
    if len(rows):
        return rows
    inverse = summary[(summary["impl"] == baseline) & (summary["baseline"] == impl)]
    turned = {column: 1 / inverse[other] for column, other in zip([*FIGURES, *KINDS[1:]], [*TURNED, *KINDS[1:]], strict=True)}
    return inverse.assign(**turned)


def ratios_by_allocator(data: Slice, comparison: Comparison, deepest: bool = False) -> dict[str, list[Ratio]]:
    """The same for every allocator that has any."""
    by_allocator = {allocator: ratios(data, comparison, allocator, deepest) for allocator in data.allocators}
    return {allocator: there for allocator, there in by_allocator.items() if there}


def straddling(data: Slice, impl: str, allocator: str, depth: int, width: int) -> float:
    """The share of starts at which an implementation takes more than 1.1 times its median of the visit: those at which it
    straddles the edge of a chunk of frames, and what noise there is.
    """
    times = data.times
    rows = times[(times["impl"] == impl) & (times["allocator"] == allocator) & (times["depth"] == depth) & (times["width"] == width)]
    return float(rows["straddling"].sum() / rows["starts"].sum())


def control_result(data: Slice, baseline: str) -> ControlResult | None:
    """The control over its baseline; None before any interval has closed."""
    rows = _compared(data.summary, (CONTROL, baseline))
    closed = rows[rows["low"] > 0]
    if closed.empty:
        return None
    missed = int((~closed["low"].le(1) | ~closed["high"].ge(1)).sum())
    return ControlResult(len(closed), missed, float(pd.concat([closed["high"] - closed["ratio"], closed["ratio"] - closed["low"]]).max()))
