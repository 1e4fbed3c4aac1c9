"""The report's section that plays a training step, and a call of any other problem: the recorded traces, for the script that draws them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any

from bench.measure.tracing.calls.records import CallTrace, CallTraces
from bench.measure.tracing.records import Trace, Traces, stages
from bench.plan.contenders import foremost
from bench.show.report.fill import as_json


def steps_section(traces: Traces) -> dict[str, Any]:
    """The traces as data inside the page, and the problems, updates and implementations to choose from."""
    names = list(dict.fromkeys(trace.impl for trace in traces.traces))
    first = foremost({trace.impl: trace.title for trace in traces.traces})  # shown until a reader chooses
    shown = [*first] + [name for name in names if name not in first]
    updates = list(dict.fromkeys(trace.update for trace in traces.traces))
    return {
        "data": as_json({**asdict(traces), "stages": stages(traces.depth), "updates": updates, "first": (shown * 2)[:2]}),
        "network": traces,
        "problems": traces.calls,
        "choices": _choices(traces),
        "updates": updates,
        "untraced": _untraced([*traces.traces, *(trace for problem in traces.calls for trace in problem.traces)]),
    }


def _choices(traces: Traces) -> dict[str, str]:
    """The word in the page's address of each problem that has calls, and its title."""
    return {problem.problem: problem.title for problem in traces.calls}


def _untraced(traces: Iterable[Trace | CallTrace]) -> dict[str, list[str]]:
    """Why -> the implementations that have no steps for that reason."""
    reasons: dict[str, list[str]] = {}
    for trace in traces:
        if not trace.steps and trace.title not in reasons.setdefault(trace.detail, []):
            reasons[trace.detail].append(trace.title)
    return reasons


def played(traces: Traces | None) -> Traces | None:
    """The traces that have a step to play in them: those of networks, and those of each problem; None if there is none."""
    if traces is None:
        return None
    networks = traces.traces if any(trace.steps for trace in traces.traces) else ()
    calls = tuple(problem for problem in traces.calls if _is_played(problem))
    return replace(traces, traces=networks, calls=calls) if networks or calls else None


def _is_played(problem: CallTraces) -> bool:
    return any(trace.steps for trace in problem.traces)
