"""The record of traced calls: the source, the lines in the order that they ran, and what frames and containers held after each.

What repeats is there once and has a number: a frame or a container in a state is an entry of a table, and a step names it by its
place there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from bench.measure.tracing.source_lines import Function

CALLED, RESUMED, LINE, RETURNED, YIELDED, RAISED = EVENTS = "call", "resume", "line", "return", "yield", "raise"
SHARES = 100  # into so many parts calls are divided that have no line in common to go by


class CallFrame(NamedTuple):
    """A frame in one state.

    Attributes:
        key: tells the frames of a trace apart, whatever is in them.
        function: its name.
        values: of its variables in words, but for those that hold a container.
        containers: variables that hold one, each with the container's key.
        gives: what it returns, yields or raises, in words, where it is about to; else empty.

    """

    key: int
    function: str
    values: tuple[tuple[str, str], ...]
    containers: tuple[tuple[str, int], ...]
    gives: str


class Container(NamedTuple):
    """A list, a deque, a dict or a set that changes during the call, in one state; `left_out` items before those named are not."""

    key: int
    kind: str
    items: tuple[str, ...]
    left_out: int


class CallStep(NamedTuple):
    """What has just happened, and what there is after it.

    Attributes:
        event: one of EVENTS. After "call" and "resume" the frame is there and its lines are to come; at "return", "yield" and
            "raise" it is still there.
        file, line: the line that has run, or that makes the call.
        frames: of the implementation's own functions, outermost first: places in the trace's `frames`.
        containers: places in the trace's `containers`.
        heap_bytes: alive on the heap, above those at the start.
        frame_bytes: of all frames on the interpreter's stack.
        peak_bytes: of both, the most since the step before.

    """

    event: str
    file: str
    line: int
    frames: tuple[int, ...]
    containers: tuple[int, ...]
    heap_bytes: int
    frame_bytes: int
    peak_bytes: int


@dataclass(frozen=True)
class CallTrace:
    """A call of one implementation.

    Attributes:
        impl, title: which.
        status, detail: "ok", or why there are no steps, in the words of the CSV files.
        answer: what it returned, in words.
        functions, frames, containers: the tables that `steps` refers to.
        steps: in order.

    """

    impl: str
    title: str
    status: str = "ok"
    detail: str = ""
    answer: str = ""
    functions: tuple[Function, ...] = ()
    frames: tuple[CallFrame, ...] = ()
    containers: tuple[Container, ...] = ()
    steps: tuple[CallStep, ...] = ()

    @property
    def peak_bytes(self) -> int:
        """The most bytes that were alive at once; 0 without steps."""
        return max((step.peak_bytes for step in self.steps), default=0)


@dataclass(frozen=True)
class CallTraces:
    """What was traced of a problem: a call of every implementation on the arguments of one size."""

    problem: str
    title: str
    depth: int
    width: int
    traces: tuple[CallTrace, ...]


Beat = tuple[str, ...]  # what can be counted: that a function is called, or that a line has run


def in_step(traces: Sequence[CallTrace]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Traces side by side: the stage, and the step that each has come to.

    A stage begins wherever each does something that all do equally often, the most often of what there is: the visit of a node,
    whatever a program makes of it. Where there is nothing of that kind, stages are equal shares of the steps. In each stage they
    go step by step; one that has gone through its own waits for the others.
    """
    stages = _stages(traces)
    at = [0 for _ in traces]
    for stage in sorted({stage for each in stages for stage in each}):
        runs = [[n for n, its in enumerate(each) if its == stage] for each in stages]
        for place in range(max(map(len, runs))):
            at = [run[place] if place < len(run) else last for run, last in zip(runs, at, strict=True)]
            yield stage, tuple(at)


def _stages(traces: Sequence[CallTrace]) -> list[list[int]]:
    """The stage of every step of every trace."""
    beats = [[_beat(trace, step) for step in trace.steps] for trace in traces]
    counts = [Counter(beat for beat in each if beat) for each in beats]
    common = set.intersection(*(set(each.values()) for each in counts)) - {1}
    if not common:
        return [[n * SHARES // len(each) for n in range(len(each))] for each in beats]
    chosen = [next(beat for beat in each if count[beat] == max(common)) for each, count in zip(beats, counts, strict=True)]
    return [[*accumulate(int(beat == its) for beat in each)] for each, its in zip(beats, chosen, strict=True)]


def _beat(trace: CallTrace, step: CallStep) -> Beat:
    """What has just been done, if it can be counted."""
    if step.event == CALLED:
        return (CALLED, trace.frames[step.frames[-1]].function)
    return (LINE, step.file, str(step.line)) if step.event == LINE else ()
