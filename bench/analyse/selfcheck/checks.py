"""The self-check's results: for each promise what came out, and whether the promise is kept or chance explains it.

Each record has a `status`: "ok", "failed", "undecided" (too little was recorded to tell) or "skipped" (not tried).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, isfinite, log

import pandas as pd

from bench.analyse.intervals import fewest_samples, median_interval
from bench.analyse.observations import observe
from bench.analyse.selfcheck.coverage import blocks, chance_of, ever_misses, first_above, resampled
from bench.analyse.selfcheck.runs import OURS, log_ratios_of, tool_runs
from bench.analyse.selfcheck.tools import Judgement, ToolRun, judgements, seconds_to
from bench.plan import selfcheck as plan
from bench.plan.contenders import CONTROL
from bench.record.selfcheck import Evidence

BLOCK = 12  # passes; some more than the 8 that close an interval


@dataclass(frozen=True)
class Coverage:
    """How often the control's interval left 1 out at any time.

    Attributes:
        method: "cells", what was recorded cell by cell; "blocks" of it; or "resampled", drawn again from it.
        fewest_passes, most_passes: of an interval.
        recorded: how many passes were recorded in all.
        misses, count: how many intervals left 1 out, and of how many.

    """

    method: str
    fewest_passes: int
    most_passes: int
    recorded: int
    misses: int
    count: int

    @property
    def chance(self) -> float:
        """Of so many misses or more, if 5 % were right."""
        return chance_of(self.misses, self.count, plan.ALPHA)

    @property
    def status(self) -> str:
        """Failed where chance does not explain the misses."""
        if not self.count:
            return "undecided"
        return "failed" if self.chance < plan.CERTAIN else "ok"


@dataclass(frozen=True)
class KnownDifference:
    """A known difference: the truth, what came out of so many passes, and after how many of them it was called slower."""

    impl: str
    truth: float
    passes: int
    ratio: float
    low: float
    high: float
    slower_after: int | None
    pass_s: float
    missed: bool

    @property
    def closed(self) -> bool:
        """Are there passes enough for an interval?"""
        return isfinite(self.high)

    @property
    def status(self) -> str:
        """Failed where an interval left the truth out, ok where the difference was seen."""
        if self.closed and self.missed:
            return "failed"
        return "ok" if self.closed and self.slower_after else "undecided"


@dataclass(frozen=True)
class FalseAlarms:
    """The worst of our own judgements, and whether chance explains all of them; None where too little was recorded."""

    worst: Judgement | None
    valid: bool

    @property
    def status(self) -> str:
        """Failed where chance does not explain the false alarms."""
        if not self.worst:
            return "undecided"
        return "ok" if self.valid else "failed"


@dataclass(frozen=True)
class TimeToInterval:
    """How long an interval of ±1 % takes, and how long the fastest other tool with valid intervals takes.

    Attributes:
        seconds: ours; None if it was not reached.
        invalid: tools with more false alarms than chance allows, which do not count.
        next_tool, next_seconds: the fastest of the valid ones; None if no other one is valid and reaches it.

    """

    seconds: float | None
    invalid: tuple[str, ...]
    next_tool: str | None
    next_seconds: float | None

    @property
    def status(self) -> str:
        """Ok where the next tool takes as many times as long as is promised."""
        if self.seconds is None or self.next_seconds is None:
            return "undecided"
        return "ok" if self.next_seconds >= plan.TIMES_FASTER * self.seconds else "failed"


@dataclass(frozen=True)
class FineInterval:
    """Whether the fine interval was reached, and what it took.

    Attributes:
        passes, seconds: until it was reached, or all that there were.
        widest: the half-width of the wider of the two intervals then.
        step_ns: the CPU time of a step.

    """

    passes: int
    seconds: float
    widest: float
    step_ns: float

    @property
    def reached(self) -> bool:
        """Is the interval fine enough?"""
        return self.widest <= plan.FINE

    @property
    def status(self) -> str:
        """Failed where it took too long, or the time was over before."""
        if self.reached:
            return "ok" if self.seconds <= plan.FINE_S else "failed"
        return "failed" if self.seconds >= plan.FINE_S else "undecided"


@dataclass(frozen=True)
class MeterCheck:
    """One figure as our meter reads it and as another tool's does, and how far apart they may be, all in `unit`."""

    meter: str
    other: str
    subject: str
    unit: str
    ours: float
    theirs: float
    allowed: float
    status: str
    detail: str


CheckResult = Coverage | KnownDifference | FalseAlarms | TimeToInterval | FineInterval | MeterCheck


def checks(evidence: Evidence) -> list[CheckResult]:
    """Every promise."""
    runs = tool_runs(evidence)
    judged = {run.tool: judgements(run) for run in runs}
    return [
        *a_against_a(evidence.times),
        *known_differences(evidence),
        _false_alarms(judged.get(OURS, [])),
        _time_to_interval(runs, judged),
        _fine(evidence),
        *_meter_checks(evidence.weighings),
    ]


def a_against_a(times: pd.DataFrame) -> list[Coverage]:
    """How often the control's interval leaves 1 out: in what was recorded, whole and in blocks, and in what is drawn again from it."""
    series = [samples for samples in _controls(times).values() if len(samples) >= fewest_samples()]
    rng = random.Random(0)
    each = -(-plan.FEWEST_INTERVALS // max(1, len(series)))
    recorded = sum(map(len, series))
    return [
        _coverage("cells", series, recorded),
        _coverage("blocks", [block for samples in series for block in blocks(samples, BLOCK)], recorded),
        _coverage("resampled", [resampled(samples, BLOCK, rng) for samples in series for _ in range(each)], recorded),
    ]


def _coverage(method: str, sequences: Sequence[Sequence[float]], recorded: int) -> Coverage:
    lengths = [len(samples) for samples in sequences] or [0]
    return Coverage(method, min(lengths), max(lengths), recorded, sum(map(ever_misses, sequences)), len(sequences))


def _controls(times: pd.DataFrame) -> dict[str, list[float]]:
    """Cell -> the control's log-ratio, pass by pass."""
    return {
        str(cell): group["log_ratio"].tolist()
        for baseline in (plan.GRID_BASELINE, plan.WORK)
        for cell, group in observe(times, [(CONTROL, baseline)]).groupby("cell", sort=False)
    }


def known_differences(evidence: Evidence) -> list[KnownDifference]:
    """The work against 1, 2, 5 and 10 % more of it."""
    known = []
    for impl, truth in plan.TRUTH.items():
        cell, seconds = (plan.TRIO, evidence.trio_s) if impl == plan.MORE else (plan.KNOWN, evidence.known_s)
        log_ratios = log_ratios_of(evidence.times, cell.id, impl)
        if log_ratios:
            known.append(_known_difference(impl, truth, log_ratios, seconds / len(log_ratios)))
    return known


def _known_difference(impl: str, truth: float, log_ratios: Sequence[float], pass_s: float) -> KnownDifference:
    ratio, low, high = map(exp, median_interval(log_ratios))
    missed = ever_misses(log_ratios, log(truth), plan.CERTAIN / len(plan.TRUTH))
    return KnownDifference(impl, truth, len(log_ratios), ratio, low, high, first_above(log_ratios), pass_s, missed)


def _false_alarms(ours: Sequence[Judgement]) -> FalseAlarms:
    return FalseAlarms(min(ours, key=lambda judgement: judgement.chance, default=None), valid(ours))


def _time_to_interval(runs: Sequence[ToolRun], judged: dict[str, list[Judgement]]) -> TimeToInterval:
    seconds = {run.tool: seconds_to(run, plan.COARSE) for run in runs}
    ours = seconds.pop(OURS, None)
    invalid = tuple(tool for tool in seconds if not valid(judged[tool]))
    others = [(took, tool) for tool, took in seconds.items() if took is not None and tool not in invalid]
    took, tool = min(others, default=(None, None))
    return TimeToInterval(ours, invalid, tool, took)


def valid(judged: Sequence[Judgement]) -> bool:
    """Are false alarms nowhere more than 5 %, as far as can be told for certain?"""
    return all(judgement.chance >= plan.CERTAIN / len(judged) for judgement in judged)  # any of them may be off by chance


def _fine(evidence: Evidence) -> FineInterval:
    """The half-width that two minutes give on a step of some milliseconds."""
    series = [log_ratios_of(evidence.times, plan.TRIO.id, impl) for impl in (CONTROL, plan.MORE)]
    count = min(map(len, series))

    def widest(passes: int) -> float:
        return max(_half_width(samples[:passes]) for samples in series)

    passes = next((n for n in range(1, count + 1) if widest(n) <= plan.FINE), count)
    steps = evidence.times[(evidence.times["cell"] == plan.TRIO.id) & (evidence.times["impl"] == plan.WORK)]
    seconds = passes * evidence.trio_s / count if count else evidence.trio_s
    return FineInterval(passes, seconds, widest(passes), float(steps["cpu_ns"].median()))


def _half_width(log_ratios: Sequence[float]) -> float:
    if not log_ratios:
        return inf
    _, low, high = median_interval(log_ratios)
    return (exp(high) - exp(low)) / 2 if isfinite(high) else inf


def _meter_checks(rows: pd.DataFrame) -> list[MeterCheck]:
    columns = ("meter", "other", "subject", "unit", "ours", "theirs", "allowed", "status", "detail")
    return [MeterCheck(*values) for values in zip(*(rows[column] for column in columns), strict=True)]
