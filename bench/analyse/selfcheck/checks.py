"""The self-check's results: for each promise what came out, and whether the promise is kept or chance explains it."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, log
from typing import Any

import numpy as np
import pandas as pd

from bench.analyse.between.changes import changes
from bench.analyse.intervals import fewest_samples, median_interval
from bench.analyse.observations import Comparison, observe
from bench.analyse.selfcheck.coverage import blocks, chance_of, ever_misses, first_above, resampled
from bench.analyse.selfcheck.order import OrderTest, halves, lag_1, without
from bench.analyse.selfcheck.runs import OURS, log_ratios_of, tool_runs
from bench.analyse.selfcheck.tools import Judgement, ToolRun, half_width, judgements, seconds_to
from bench.plan import selfcheck as plan
from bench.plan.contenders import CONTROL, FLOOR
from bench.record.selfcheck import Evidence

BLOCK = 12  # passes; some more than the 8 that close an interval
FEWEST_TO_DRAW = 4 * BLOCK


@dataclass(frozen=True)
class CheckResult:
    """What came out for one promise.

    Attributes:
        kind: of promise, by which a sentence on it is chosen.
        name: of the check, as checks.csv has it.
        status: "ok", "failed", "undecided" (too little was recorded to tell) or "skipped" (not tried).
        figures: what came out, by name.

    """

    kind: str
    name: str
    status: str
    figures: Mapping[str, Any]


def checks(evidence: Evidence) -> list[CheckResult]:
    """Every promise."""
    runs = tool_runs(evidence)
    judged = {run.tool: judgements(run) for run in runs}
    return [
        *a_against_a(evidence.times),
        *alike(evidence.times),
        *known_differences(evidence),
        *in_any_order(evidence.times),
        whole_runs(evidence.runs),
        _false_alarms(judged.get(OURS, [])),
        _time_to_interval(runs, judged),
        _fine(evidence),
        *_meter_checks(evidence.meters),
    ]


def a_against_a(times: pd.DataFrame) -> list[CheckResult]:
    """How often the control's interval leaves 1 out: in what was recorded, whole and in blocks, and in what is drawn again from it."""
    series = [samples for part in plan.PARTS.values() for samples in _series(times, part, CONTROL, part.baseline)]
    in_blocks = [block for samples in series for block in blocks(samples, BLOCK)]
    return [
        _coverage("A against A, cell by cell", series),
        _coverage("A against A, in blocks", in_blocks),
        _resampled("A against A, resampled", series),
    ]


def alike(times: pd.DataFrame) -> list[CheckResult]:
    """The same for those that could go wrong while the others go well: recursion, large steps, and another file of the same source."""
    subjects = {
        "recursion against itself": _series(times, plan.PARTS["deep"], CONTROL, "recursive"),
        "single large steps against themselves": _series(times, plan.PARTS["wide"], CONTROL, "iterative"),
        "a renamed copy of the source": _series(times, plan.PARTS["grid"], plan.RENAMED, "iterative"),
    }
    return [_alike(subject, series) for subject, series in subjects.items()]


def _alike(name: str, series: Sequence[Sequence[float]]) -> CheckResult:
    """Failed where the median over all cells is not 1, or more intervals than chance explains left 1 out in some; half of CERTAIN each."""
    pool = [sample for samples in series for sample in samples]
    if len(pool) < fewest_samples(plan.CERTAIN / 2):
        return CheckResult("alike", name, "undecided", {"interval": None, "passes": len(pool), "misses": 0, "count": 0, "chance": 1.0})
    interval = tuple(map(exp, median_interval(pool, plan.CERTAIN / 2)))
    misses, count = sum(map(ever_misses, series)), len(series)
    chance = chance_of(misses, count, plan.ALPHA)
    failed = not interval[1] <= 1 <= interval[2] or chance < plan.CERTAIN / 2
    figures = {"interval": interval, "passes": len(pool), "misses": misses, "count": count, "chance": chance}
    return CheckResult("alike", name, "failed" if failed else "ok", figures)


def _resampled(name: str, series: Sequence[Sequence[float]]) -> CheckResult:
    """Drawn from all cells together: 1 is the truth in each, and what is drawn must be shorter by far than what it is drawn from."""
    pool, rng = [sample for samples in series for sample in samples], random.Random(0)
    enough = len(pool) >= FEWEST_TO_DRAW
    drawn = [resampled(pool, BLOCK, rng) for _ in range(plan.FEWEST_INTERVALS)] if enough else []
    return _coverage(name, drawn, len(pool))


def _coverage(name: str, sequences: Sequence[Sequence[float]], drawn_from: int | None = None) -> CheckResult:
    """Failed where chance does not explain how many intervals left 1 out at any time."""
    misses, count = sum(map(ever_misses, sequences)), len(sequences)
    chance = chance_of(misses, count, plan.ALPHA) if count else 1.0
    status = "undecided" if not count else "failed" if chance < plan.CERTAIN else "ok"
    passes = sorted({len(samples) for samples in sequences})
    figures = {"misses": misses, "count": count, "chance": chance, "passes": passes, "drawn_from": drawn_from}
    return CheckResult("coverage", name, status, figures)


def _series(times: pd.DataFrame, part: plan.Part, impl: str, baseline: str) -> list[list[float]]:
    """The log-ratios in each cell of a part, pass by pass, of those cells that have enough for an interval."""
    samples = [group["log_ratio"].tolist() for _, group in _observed(times, part, [(impl, baseline)]).groupby("cell", sort=False)]
    return [each for each in samples if len(each) >= fewest_samples()]


def _observed(times: pd.DataFrame, part: plan.Part, compared: Sequence[Comparison]) -> pd.DataFrame:
    return observe(times[times["cell"].isin([cell.id for cell in part.cells])], compared)


def in_any_order(times: pd.DataFrame) -> list[CheckResult]:
    """Whether passes could as well have come in another order: those of contrasts that are not 1, and those of the floor."""
    contrasts = _table(times, plan.PARTS["deep"], plan.CONTRASTS)
    return [
        _in_order("halves", "contrasts, first half against second half", contrasts, halves),
        _in_order("lag 1", "contrasts, pass after pass", contrasts, lag_1),
        floor_in_any_order(times),
    ]


def floor_in_any_order(times: pd.DataFrame) -> CheckResult:
    """The floor slows down less than a whole step when the machine does, and a slow spell lasts longer than a pass. So its
    ratios are alike from pass to pass, and the check is whether they still are when the machine's speed is allowed for.
    """
    ratios = _table(times, plan.PARTS["grid"], [(FLOOR, "iterative")])
    steps = times[times["impl"] == "iterative"].groupby(["pass", "cell"], observed=True)["cpu_ns"].median().unstack("cell")
    speeds = np.log(steps.reindex(index=ratios.index, columns=ratios.columns.get_level_values("cell")).astype(float))
    at_one_speed = ratios.apply(lambda ratio: without(ratio.to_numpy(), speeds[ratio.name[-1]].to_numpy()))
    result = _in_order("floor", "the floor, pass after pass", at_one_speed, lag_1)
    as_it_is = lag_1(ratios.to_numpy().T.tolist()) if result.figures["tested"] else None
    return replace(result, figures={**result.figures, "as_it_is": as_it_is})


def _table(times: pd.DataFrame, part: plan.Part, compared: Sequence[Comparison]) -> pd.DataFrame:
    """A row a pass, a column a comparison in a cell; passes that were cut short are left out."""
    observed = _observed(times, part, compared)
    return observed.pivot_table(index="pass", columns=["impl", "baseline", "cell"], values="log_ratio").dropna()


def _in_order(kind: str, name: str, table: pd.DataFrame, test: Callable[[Sequence[Sequence[float]]], OrderTest]) -> CheckResult:
    """Failed where chance does not explain what the order of the passes shows."""
    if len(table) < fewest_samples():
        return CheckResult(kind, name, "undecided", {"tested": None})
    tested = test(table.to_numpy().T.tolist())
    return CheckResult(kind, name, "failed" if tested.chance < plan.CERTAIN else "ok", {"tested": tested})


def whole_runs(runs: Mapping[str, pd.DataFrame]) -> CheckResult:
    """Failed where two runs of the same code, one of them beside a busy neighbour, are told apart as `compare` tells runs apart."""
    name = "two runs, one beside a busy neighbour"
    if set(runs) < set(plan.RUNS) or any(rows.empty for rows in runs.values()):
        return CheckResult("whole runs", name, "skipped", {"changed": None, "passes": {}})
    changed = changes(runs[plan.QUIET], runs[plan.BUSY], plan.RUN_BASELINE)
    closed = [change for change in changed if change.closed]
    certain = [change for change in closed if change.certainly_above(0) or change.together[1] < 1]
    status = "failed" if certain else "undecided" if not closed or len(closed) < len(changed) else "ok"
    passes = {run: int(rows["pass"].max()) for run, rows in runs.items()}
    return CheckResult("whole runs", name, status, {"changed": changed, "certain": certain, "passes": passes})


def known_differences(evidence: Evidence) -> list[CheckResult]:
    """The work against 1, 2, 5 and 10 % more of it: failed where an interval left the truth out, ok where the difference was seen."""
    results = []
    for impl, truth in plan.TRUTH.items():
        cell, seconds = (plan.TRIO, evidence.trio_s) if impl == plan.MORE else (plan.KNOWN, evidence.known_s)
        if log_ratios := log_ratios_of(evidence.times, cell.id, impl):
            figures = {
                "truth": truth,
                "passes": len(log_ratios),
                "interval": tuple(map(exp, median_interval(log_ratios))),
                "slower_after": first_above(log_ratios),
                "pass_s": seconds / len(log_ratios),
                "missed": ever_misses(log_ratios, log(truth), plan.CERTAIN / len(plan.TRUTH)),
            }
            status = "failed" if figures["missed"] else "ok" if figures["slower_after"] else "undecided"
            results.append(CheckResult("difference", f"a difference of {100 * (truth - 1):.0f} %", status, figures))
    return results


def _false_alarms(ours: Sequence[Judgement]) -> CheckResult:
    """Failed where chance does not explain our own false alarms."""
    worst = min(ours, key=lambda judgement: judgement.chance, default=None)
    status = "undecided" if not worst else "ok" if valid(ours) else "failed"
    return CheckResult("false alarms", "false alarms beside other tools", status, {"worst": worst})


def _time_to_interval(runs: Sequence[ToolRun], judged: dict[str, list[Judgement]]) -> CheckResult:
    """Ok where the next tool takes as many times as long as is promised; tools with invalid intervals do not count."""
    seconds = {run.tool: seconds_to(run, plan.COARSE) for run in runs}
    ours_s = seconds.pop(OURS, None)
    invalid = [tool for tool in seconds if not valid(judged[tool])]
    others = [(took, tool) for tool, took in seconds.items() if took is not None and tool not in invalid]
    next_s, next_tool = min(others, default=(None, None))
    status = "undecided"
    if ours_s is not None and next_s is not None:
        status = "ok" if next_s >= plan.TIMES_FASTER * ours_s else "failed"
    figures = {"ours_s": ours_s, "invalid": invalid, "next_tool": next_tool, "next_s": next_s}
    return CheckResult("time to interval", f"an interval of ±{100 * plan.COARSE:.0f} %", status, figures)


def valid(judged: Sequence[Judgement]) -> bool:
    """Are false alarms nowhere more than 5 %, as far as can be told for certain?"""
    return all(judgement.chance >= plan.CERTAIN / len(judged) for judgement in judged)  # any of them may be off by chance


def _fine(evidence: Evidence) -> CheckResult:
    """Failed where the fine interval took too long on a step of some milliseconds, or the time was over before."""
    series = [log_ratios_of(evidence.times, plan.TRIO.id, impl) for impl in (CONTROL, plan.MORE)]
    count = min(map(len, series))

    def widest(passes: int) -> float:
        return max(half_width(samples[:passes]) for samples in series)

    passes = next((n for n in range(1, count + 1) if widest(n) <= plan.FINE), count)
    steps = evidence.times[(evidence.times["cell"] == plan.TRIO.id) & (evidence.times["impl"] == plan.WORK)]
    seconds = passes * evidence.trio_s / count if count else evidence.trio_s
    reached = widest(passes) <= plan.FINE
    status = "ok" if reached and seconds <= plan.FINE_S else "failed" if reached or seconds >= plan.FINE_S else "undecided"
    figures = {"reached": reached, "passes": passes, "seconds": seconds, "widest": widest(passes), "step_ns": steps["cpu_ns"].median()}
    return CheckResult("fine interval", f"an interval of ±{100 * plan.FINE:.1f} %", status, figures)


def _meter_checks(rows: pd.DataFrame) -> list[CheckResult]:
    """One figure each, as our meter reads it and as another tool's does, and how far apart they may be, all in one unit."""
    figures = rows[["subject", "unit", "ours", "theirs", "allowed", "detail"]].to_dict("records")
    names = [f"the {meter} meter beside {other}" for meter, other in zip(rows["meter"], rows["other"], strict=True)]
    return [CheckResult("meter", *values) for values in zip(names, rows["status"], figures, strict=True)]
