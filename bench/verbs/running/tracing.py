"""The trace of a run: one step of every implementation, line by line, before anything is timed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from bench.errors import BadInput
from bench.measure.tracing.records import Trace
from bench.measure.tracing.tracing import trace_all
from bench.plan.contenders import in_order
from bench.record.trace import read_traces, write_traces
from bench.verbs.running.run_context import Run


def trace_steps(run: Run) -> None:
    """Trace a step of each that was not traced yet, and write trace.json; one that fails is told, and the run goes on.

    Raises:
        BadInput: the file cannot be written.

    """
    known = _known(run)
    due = [implementation for name, implementation in run.experiment.implementations.items() if name not in {trace.impl for trace in known}]
    if not due:
        return
    new = trace_all(due, run.experiment.files)
    order = in_order({trace.impl for trace in (*known, *new.traces)})
    write_traces(run.folder, replace(new, traces=tuple(sorted((*known, *new.traces), key=lambda trace: order.index(trace.impl)))))
    for trace in new.traces:
        if trace.status not in ("ok", "skipped"):
            run.screen.warn(
                f"{trace.impl} ({trace.update}): its step could not be traced ({trace.status}): {trace.detail}; the run goes on"
            )


def _known(run: Run) -> list[Trace]:
    """The traces of the run that this one resumes, whose code is the same; those that failed are tried again."""
    if not run.earlier:
        return []
    with suppress(BadInput):  # a damaged file is written anew
        earlier = read_traces(run.folder)
        traces = earlier.traces if earlier else ()
        failed = {trace.impl for trace in traces if trace.status not in ("ok", "skipped")}
        return [trace for trace in traces if trace.impl not in failed]
    return []
