"""One call of an implementation on a small input, traced: what happens in one call, and the bytes in another, which nothing disturbs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.measure.memory.live_calls import CALLS, CallEvent, call_events
from bench.measure.subjects.own_code import OwnCode
from bench.measure.tracing.calls.records import CALLED, LINE, RESUMED, CallStep, CallTrace
from bench.measure.tracing.calls.states import Tables
from bench.measure.tracing.calls.tracer import CallTracer, Moment
from bench.measure.tracing.calls.values import words
from bench.measure.tracing.source_lines import functions_of, lines_of
from impls import Problem, Solution

MOST_STEPS = 400  # more than anybody would look at
ANSWER_ROOM = 160  # characters


def trace_call(problem: Problem, solution: Solution, depth: int, width: int) -> CallTrace:
    """Make a call with arguments of that size, after one to warm up, and record it; what has no lines of Python says so.

    Raises:
        TooLong: it has more than MOST_STEPS steps.

    """
    own = OwnCode(solution.function)
    start = own.start
    if start is None:
        return without_steps(solution, "it runs in no lines of Python")
    if not lines_of(start):
        return without_steps(solution, "its source is in no file that can be read")

    def call() -> object:
        return solution.function(*arguments.pop())

    arguments = [problem.arguments(depth, width) for _ in range(2 + CALLS)]
    call()
    tracer = CallTracer(own, MOST_STEPS)
    answer = tracer.run(call)
    steps = _steps(tracer.moments, call_events(call, own), tables := tracer.states.tables())
    if steps is None:
        return without_steps(solution, "a second call on the same arguments runs through other lines, so that bytes cannot be told")
    return CallTrace(
        solution.name, solution.title, "ok", "", words(answer, ANSWER_ROOM),
        functions_of(tracer.codes, lambda code: code.co_filename != start.co_filename), tables.frames, tables.containers, tuple(steps),
    )  # fmt: skip


def without_steps(solution: Solution, why: str, status: str = "skipped") -> CallTrace:
    """The record of a call that has none."""
    return CallTrace(solution.name, solution.title, status, why)


def _steps(moments: Sequence[Moment], events: Sequence[CallEvent], tables: Tables) -> list[CallStep] | None:
    """The moments with the bytes of the events; None if the two are not of one course."""
    steps, peak = [], 0
    for moment, event in _matched(moments, events):
        if event is None:
            return None
        peak = max(peak, event.frame_bytes + max(event.live_bytes, event.peak_bytes))
        if moment.line:
            held = [place for at in moment.containers if (place := tables.container_at[at]) is not None]
            frames = tuple(tables.frame_at[at] for at in moment.frames)
            steps.append(CallStep(moment.event, moment.file, moment.line, frames, tuple(held), event.live_bytes, event.frame_bytes, peak))
            peak = 0
    return steps


def _matched(moments: Sequence[Moment], events: Sequence[CallEvent]) -> Iterator[tuple[Moment, CallEvent | None]]:
    """Each moment with its event, or None if there is none. An event more is passed over: whoever looks into a frame keeps what is
    in it alive a moment longer, so that a generator that is dropped may end where nobody looks.
    """
    ahead = iter(events)
    for moment in moments:
        phase = PHASES.get(moment.event, "return")
        yield moment, next((event for event in ahead if (event.phase, event.frames) == (phase, len(moment.frames))), None)


PHASES = {CALLED: "call", RESUMED: "call", LINE: "line"}
