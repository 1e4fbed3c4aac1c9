"""The trace of a run: one step of every implementation, line by line, before anything is timed."""

from __future__ import annotations

from bench.measure.tracing.tracing import trace_all
from bench.record.trace import write_traces
from bench.verbs.running.run_context import Run


def trace_steps(run: Run) -> None:
    """Trace a step of each, and write trace.json; one that fails is told, and the run goes on.

    Raises:
        BadInput: the file cannot be written.

    """
    traces = trace_all([*run.experiment.implementations.values()], run.experiment.files)
    write_traces(run.folder, traces)
    for trace in traces.traces:
        if trace.status not in ("ok", "skipped"):
            run.screen.warn(
                f"{trace.impl} ({trace.update}): its step could not be traced ({trace.status}): {trace.detail}; the run goes on"
            )
