"""The trace of a run: one step or call of every implementation, line by line, before anything is timed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from bench.errors import BadInput
from bench.measure.tracing.calls.tracing import trace_problem
from bench.measure.tracing.records import NOTHING_TRACED, Traces
from bench.measure.tracing.tracing import trace_all
from bench.plan.cells import BACKPROPAGATION
from bench.plan.contenders import in_order
from bench.plan.problems import PlannedProblem
from bench.record.trace import read_traces, write_traces
from bench.verbs.running.run_context import Run
from impls import Implementation

FINE = ("ok", "skipped")


def trace_steps(run: Run) -> None:
    """Trace a step or a call of each that was not traced yet, and write trace.json; one that fails is told, and the run goes on.

    Raises:
        BadInput: the file cannot be written.

    """
    known = _known(run)
    traces = known
    for problem in run.experiment.problems.values():
        traces = _with_steps(run, problem, traces) if problem.name == BACKPROPAGATION else _with_calls(run, problem, traces)
    if traces is not known:
        write_traces(run.folder, traces)


def _known(run: Run) -> Traces:
    """The traces of the run that this one resumes, whose code is the same; those that failed are tried again."""
    if not run.earlier:
        return NOTHING_TRACED
    with suppress(BadInput):  # a damaged file is written anew
        if earlier := read_traces(run.folder):
            failed = {trace.impl for trace in earlier.traces if trace.status not in FINE}
            calls = tuple(traces for traces in earlier.calls if all(trace.status in FINE for trace in traces.traces))
            return replace(earlier, traces=tuple(trace for trace in earlier.traces if trace.impl not in failed), calls=calls)
    return NOTHING_TRACED


def _with_steps(run: Run, problem: PlannedProblem, known: Traces) -> Traces:
    """The traces with those of networks that were lacking."""
    names = {trace.impl for trace in known.traces}
    due = [each for name, each in problem.implementations.items() if name not in names and isinstance(each, Implementation)]
    if not due:
        return known
    new = trace_all(due, run.experiment.files)
    for trace in new.traces:
        _tell(run, f"{trace.impl} ({trace.update}): its step", trace.status, trace.detail)
    order = in_order({trace.impl for trace in (*known.traces, *new.traces)})
    traces = sorted((*known.traces, *new.traces), key=lambda trace: order.index(trace.impl))
    return replace(new, traces=tuple(traces), calls=known.calls)


def _with_calls(run: Run, problem: PlannedProblem, known: Traces) -> Traces:
    """The traces with those of a problem, if any was lacking: then all of them anew, since they are made on one input."""
    earlier = next((traces for traces in known.calls if traces.problem == problem.name), None)
    if earlier and {*problem.implementations} <= {trace.impl for trace in earlier.traces}:
        return known
    new = trace_problem(problem, run.experiment.files)
    for trace in new.traces:
        _tell(run, f"{problem.name}: {trace.impl}: its call", trace.status, trace.detail)
    calls = [new if traces is earlier else traces for traces in known.calls] + [new] * (earlier is None)
    return replace(known, calls=tuple(calls))


def _tell(run: Run, what: str, status: str, detail: str) -> None:
    if status not in FINE:
        run.screen.warn(f"{what} could not be traced ({status}): {detail}; the run goes on")
