"""The record of a traced step: its source, its lines in the order that they ran, and what was alive after each.

What repeats is there once and has a number: a frame or a container in a state is an entry of a table, and a step names it
by its place there. Layers count from 0, names of arrays from 1, as the literature has them: A1 is what layer 0 gives.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bench.measure.tracing.calls.records import CallTraces
from bench.measure.tracing.source_lines import Function

NOWHERE = -1  # the layer of what belongs to none, and the layer that a step emits where it emits none


class Array(NamedTuple):
    """An array that the step made, of so many bytes; it is alive after the steps from `born` on, up to the one before `gone`.

    The first array of a trace is X, which was there before and is not counted.
    """

    name: str
    layer: int
    bytes: int
    born: int
    gone: int


class Frame(NamedTuple):
    """A frame in one state: its function, its whole numbers in words, and the arrays and containers that its variables hold."""

    function: str
    numbers: str
    arrays: tuple[tuple[str, int], ...]
    containers: tuple[tuple[str, int], ...]


class Container(NamedTuple):
    """A list, a dict, a chain of closures, a generator or an object in one state, with the arrays that each of its items holds.

    `key` tells the containers of a trace apart, whatever is in them.
    """

    key: int
    kind: str
    items: tuple[tuple[str, tuple[int, ...]], ...]


class Step(NamedTuple):
    """One line that has run, and what there is after it.

    Attributes:
        stage: the place in `stages`, by which traces are kept in step.
        phase, layer: what goes on: "start", "forward", "loss", "backward", "update", or "again" for a forward that was run before.
        file, line: of the line.
        frames: the stack, outermost first: places in the trace's `frames`.
        containers: places in the trace's `containers`.
        alive_bytes: of all arrays that the step has made and not let go.
        peak_bytes: the most that were alive while the line ran.
        emitted: the layer whose gradient was handed to the update, or NOWHERE.

    """

    stage: int
    phase: str
    layer: int
    file: str
    line: int
    frames: tuple[int, ...]
    containers: tuple[int, ...]
    alive_bytes: int
    peak_bytes: int
    emitted: int


@dataclass(frozen=True)
class Trace:
    """One implementation with one update.

    Attributes:
        impl, title, update: which.
        status, detail: "ok", or why there are no steps, in the words of the CSV files.
        functions, arrays, frames, containers: the tables that `steps` refers to.
        steps: every line, in order.

    """

    impl: str
    title: str
    update: str
    status: str = "ok"
    detail: str = ""
    functions: tuple[Function, ...] = ()
    arrays: tuple[Array, ...] = ()
    frames: tuple[Frame, ...] = ()
    containers: tuple[Container, ...] = ()
    steps: tuple[Step, ...] = ()

    @property
    def peak_bytes(self) -> int:
        """The most bytes of arrays that were alive at once; 0 without steps."""
        return max((step.peak_bytes for step in self.steps), default=0)

    @property
    def emitted(self) -> list[int]:
        """The layers in the order in which they were handed to the update."""
        return [step.emitted for step in self.steps if step.emitted != NOWHERE]

    def alive(self, step: int) -> list[Array]:
        """The arrays that are alive after a step, oldest first, without X."""
        return [array for array in self.arrays[1:] if array.born <= step < array.gone]


@dataclass(frozen=True)
class Traces:
    """What was traced: a network of `sizes` units, on so many examples, and every implementation with both updates; and of each
    other problem calls, in `calls`. Without networks there are no sizes and no traces.
    """

    sizes: tuple[int, ...]
    batch: int
    dtype: str
    traces: tuple[Trace, ...]
    calls: tuple[CallTraces, ...] = ()

    @property
    def depth(self) -> int:
        """Weight layers."""
        return max(0, len(self.sizes) - 1)


NOTHING_TRACED = Traces((), 0, "", ())


def stages(depth: int) -> list[tuple[str, int]]:
    """What a step of `depth` layers goes through, each with its layer: the order that all implementations share.

    >>> stages(2)
    [('start', -1), ('forward', 0), ('forward', 1), ('loss', -1), ('backward', 1), ('backward', 0), ('update', -1)]
    """
    forward = [("forward", l) for l in range(depth)]
    backward = [("backward", l) for l in reversed(range(depth))]
    return [("start", NOWHERE), *forward, ("loss", NOWHERE), *backward, ("update", NOWHERE)]


def in_step(traces: Sequence[Trace], depth: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Traces side by side: the stage, and the step that each has come to. In each stage they go line by line, until all have run
    all their lines of it; one that has run its own waits for the others.
    """
    at = [0 for _ in traces]
    for stage in range(len(stages(depth))):
        runs = [[n for n, step in enumerate(trace.steps) if step.stage == stage] for trace in traces]
        for place in range(max(map(len, runs), default=0)):
            at = [run[place] if place < len(run) else last for run, last in zip(runs, at, strict=True)]
            yield stage, tuple(at)
