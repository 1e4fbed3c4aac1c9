"""Tools: what each one says of the same work twice, and of 2 % more of it, over the time that it is given.

A tool's run is a sequence of units: a pass of Unwind, a process of pyperf, a round of pytest-benchmark, five repeats of timeit.
A unit costs what the tool's sessions took from start to end, divided by their units, and holds a reading of each of
the three functions, taken in one session. For a given time the run is cut into blocks of as many units as that time pays
for; in each, the tool compares the work with itself (if it calls that different, it raises a false alarm) and with 2 % more
(if it calls that slower, it detects it):

    Unwind            the anytime-valid interval of CPU times leaves 1 out, after any pass
    pyperf            its own `compare_to` calls the difference significant (Student's t over all values, pooled)
    pytest-benchmark  it has no rule; here a z-test on the means, deviations and rounds that it reports
    timeit            it has no rule and no interval; here the bests of five differ by more than 1 %

pyperf and pytest-benchmark give no interval for a ratio either; its half-width is that of the difference of two means, 1.96
standard errors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, inf, isfinite, sqrt
from statistics import fmean, median, variance

from bench.analyse.intervals import median_interval
from bench.analyse.selfcheck.coverage import blocks, chance_of, ever_misses

TIMES_S = (2.5, 5.0, 10.0, 20.0, 40.0)
FEWEST_BLOCKS = 5  # with fewer, a share says nothing
Z_95 = 1.96
TELLING = 0.01  # between bests of timeit


@dataclass(frozen=True)
class ToolVerdict:
    """What a tool says of one pair: is it different, in which direction (+1 slower), and the half-width of its interval."""

    different: bool
    sign: int
    half_width: float | None


Unit = tuple[float, ...]
Rule = Callable[[Sequence[Unit], Sequence[Unit]], ToolVerdict]


@dataclass(frozen=True)
class ToolRun:
    """A tool's units in the order that they were taken, each with its readings of the three functions, and a unit's seconds."""

    tool: str
    first: Sequence[Unit]
    again: Sequence[Unit]
    more: Sequence[Unit]
    unit_s: float
    rule: Rule


@dataclass(frozen=True)
class Judgement:
    """How a tool does with so many seconds: over `blocks`, the false alarms, the detections and the median half-width."""

    tool: str
    seconds: float
    blocks: int
    false_alarms: int
    detections: int
    half_width: float | None

    @property
    def chance(self) -> float:
        """Of so many false alarms, if 5 % were right."""
        return chance_of(self.false_alarms, self.blocks)


def judge(run: ToolRun, seconds: float) -> Judgement | None:
    """The tool with so many seconds; None if they buy too little, or leave too few blocks to tell."""
    size = int(seconds / run.unit_s)
    if size < 1 or len(run.first) // size < FEWEST_BLOCKS:
        return None
    cut = [blocks(units, size) for units in (run.first, run.again, run.more)]
    same = [run.rule(first, again) for first, again, _ in zip(*cut, strict=True)]
    more = [run.rule(first, slower) for first, _, slower in zip(*cut, strict=True)]
    widths = [said.half_width for said in same if said.half_width is not None]
    return Judgement(
        run.tool,
        seconds,
        len(same),
        sum(said.different for said in same),
        sum(said.different and said.sign > 0 for said in more),
        median(widths) if widths else None,
    )


def judgements(run: ToolRun) -> list[Judgement]:
    """The tool over time."""
    return [judgement for seconds in TIMES_S if (judgement := judge(run, seconds))]


def seconds_to(run: ToolRun, half_width: float) -> float | None:
    """The least time with which the median half-width is at most that; None if no time that leaves enough blocks is enough."""
    for size in range(1, len(run.first) // FEWEST_BLOCKS + 1):
        judgement = judge(run, size * run.unit_s * 1.000001)
        if judgement and judgement.half_width is not None and judgement.half_width <= half_width:
            return size * run.unit_s
    return None


def by_unwind(first: Sequence[Unit], other: Sequence[Unit]) -> ToolVerdict:
    """Units are passes: the log-ratio to the first function, which is 0 for itself."""
    log_ratios = [b[0] - a[0] for a, b in zip(first, other, strict=True)]
    width = half_width(log_ratios)
    return ToolVerdict(ever_misses(log_ratios), 1 if median(log_ratios) > 0 else -1, width if isfinite(width) else None)


def half_width(log_ratios: Sequence[float]) -> float:
    """Half the width of the interval for the ratio; infinite while there are too few samples."""
    low, high = median_interval(log_ratios)[1:] if log_ratios else (-inf, inf)
    return (exp(high) - exp(low)) / 2


def by_z_test(first: Sequence[Unit], other: Sequence[Unit]) -> ToolVerdict:
    """Means and their standard errors, as if rounds were independent."""
    a, b = _pooled(first), _pooled(other)
    if min(len(a), len(b)) < 2:
        return ToolVerdict(False, 1, None)
    gap, error = fmean(b) - fmean(a), sqrt(variance(a) / len(a) + variance(b) / len(b))
    return ToolVerdict(abs(gap) > Z_95 * error, 1 if gap > 0 else -1, Z_95 * error / fmean(a))


def by_pyperf(first: Sequence[Unit], other: Sequence[Unit]) -> ToolVerdict:
    """The test of pyperf's own `compare_to`, which pools the values of all processes; the width is that of a z-interval.

    Raises:
        ImportError: this pyperf has no such function where it was in 2.10.

    """
    from pyperf._utils import is_significant

    a, b = _pooled(first), _pooled(other)
    said = by_z_test(first, other)
    return ToolVerdict(min(len(a), len(b)) > 1 and is_significant(a, b)[0], said.sign, said.half_width)


def by_bests(first: Sequence[Unit], other: Sequence[Unit]) -> ToolVerdict:
    """The bests, which timeit's documentation says are the figures to look at."""
    ratio = min(_pooled(other)) / min(_pooled(first))
    return ToolVerdict(abs(ratio - 1) > TELLING, 1 if ratio > 1 else -1, None)


def _pooled(units: Sequence[Unit]) -> list[float]:
    return [value for unit in units for value in unit]
