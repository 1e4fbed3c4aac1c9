"""The report's section that plays a training step, or a call of any other problem: the recorded traces, for the script that draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from bench.measure.tracing.calls.records import CallTrace, CallTraces
from bench.measure.tracing.records import Trace, Traces, stages
from bench.plan.contenders import foremost, key
from bench.show.report.fill import as_json


def steps_section(traces: Traces | CallTraces) -> dict[str, Any]:
    """The traces as data inside the page, and what there is to choose from."""
    if isinstance(traces, CallTraces):
        data, updates = asdict(traces), []
        first = first_two(traces)
    else:
        updates = list(dict.fromkeys(trace.update for trace in traces.traces))
        data = {**asdict(traces), "calls": (), "stages": stages(traces.depth), "updates": updates}
        first = [*foremost(dict.fromkeys(trace.impl for trace in traces.traces))]
    return {
        "data": as_json({**data, "first": (first * 2)[:2]}),
        "calls": traces if isinstance(traces, CallTraces) else None,
        "network": traces if isinstance(traces, Traces) else None,
        "updates": updates,
        "untraced": _untraced(traces.traces),
    }


def first_two(traces: CallTraces) -> list[str]:
    """The two that are shown until a reader chooses; fewer if there are not two."""
    by_key = {key(traces.problem, trace.impl): trace.impl for trace in traces.traces if trace.steps}
    return [by_key[each] for each in foremost(by_key)]


def _untraced(traces: Sequence[Trace | CallTrace]) -> dict[str, list[str]]:
    """Why -> the implementations that have no steps for that reason."""
    reasons: dict[str, list[str]] = {}
    for trace in traces:
        if not trace.steps and trace.title not in reasons.setdefault(trace.detail, []):
            reasons[trace.detail].append(trace.title)
    return reasons


def played(traces: Traces | CallTraces | None) -> Traces | CallTraces | None:
    """The traces, if there is a step to play in them."""
    return traces if traces and any(trace.steps for trace in traces.traces) else None
