"""The report's section that plays a training step: the recorded trace, for the script that draws it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bench.measure.tracing.records import Traces, stages
from bench.plan.contenders import foremost
from bench.show.report.fill import as_json


def steps_section(traces: Traces) -> dict[str, Any]:
    """The trace as data inside the page, and the implementations to choose from."""
    titles = {trace.impl: trace.title for trace in traces.traces}
    first = foremost(titles)  # shown until a reader chooses
    shown = [*first] + [name for name in titles if name not in first]
    updates = list(dict.fromkeys(trace.update for trace in traces.traces))
    return {
        "data": as_json({**asdict(traces), "stages": stages(traces.depth), "updates": updates, "first": (shown * 2)[:2]}),
        "titles": titles,
        "network": traces,
        "updates": updates,
        "untraced": _untraced(traces),
    }


def _untraced(traces: Traces) -> dict[str, list[str]]:
    """Why -> the implementations that have no steps for that reason."""
    reasons: dict[str, list[str]] = {}
    for trace in traces.traces:
        if not trace.steps and trace.title not in reasons.setdefault(trace.detail, []):
            reasons[trace.detail].append(trace.title)
    return reasons


def played(traces: Traces | None) -> Traces | None:
    """The traces, if there is a step to play in them."""
    return traces if traces and any(trace.steps for trace in traces.traces) else None
