"""A call that plays by itself: a loop beside recursion line by line, in an SVG with rules of CSS and no script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, cast

from bench.measure.tracing.calls.records import CallTrace, CallTraces, in_step
from bench.plan.contenders import foremost, key
from bench.show.figures.pictures import Plot
from bench.show.figures.steps.animation import MOMENT_S, AnimatedFigure, Element, animated
from bench.show.figures.steps.call_boxes import bar_boxes, frame_boxes, held_boxes, most_so_far
from bench.show.figures.steps.panels import COLUMN, HEAD, LOOKS, Page, background, drawn, left_of, marked_line, page_of, spaced, text
from bench.show.figures.steps.step_boxes import Box

HEADING = "One call, line by line as it really ran"
LONGEST_S = 30.0  # of the whole picture; long calls play faster
BESIDE = "what changes meanwhile"
CALL_LOOKS = """
.item { fill: #eef1f4; stroke: #7d8894 }
.gives { fill: #cfe3f7 }
"""


def call_through(traces: CallTraces) -> AnimatedFigure:
    """A loop beside recursion. Without movement, it is the moment at which the stack is deepest."""
    pair = pair_of(traces)
    places = _changes(pair)
    page = page_of(pair, max((box.y + box.height for _, held in places for boxes in held for box in boxes), default=0.0))
    size = f"{traces.title}, depth {traces.depth}, width {traces.width}"
    scenes = [
        [
            *background(pair, page, HEADING, size, [BESIDE if trace.containers else "" for trace in pair]),
            *(element for side in range(2) for element in _side(pair[side], steps[side], held[side], left_of(side), page)),
        ]
        for steps, held in places
    ]
    depths = [max(len(trace.steps[n].frames) for trace, n in zip(pair, steps, strict=True)) for steps, _ in places]
    still = depths.index(max(depths))
    return animated(page.size, HEADING, LOOKS + CALL_LOOKS, scenes, still, min(MOMENT_S, LONGEST_S / len(scenes)))


def pair_of(traces: CallTraces) -> list[CallTrace]:
    """The two that are looked at first; fewer if there are not two."""
    played = {key(traces.problem, trace.impl): trace for trace in traces.traces if trace.steps}
    return [played[each] for each in foremost(played)]


def _changes(pair: Sequence[CallTrace]) -> list[tuple[tuple[int, ...], list[list[Box]]]]:
    """The places at which something is drawn elsewhere than before, with what is; of several lines in a row that only think, the last."""
    held = [(at, [_held(trace, n) for trace, n in zip(pair, at, strict=True)]) for _, at in in_step(pair)]
    return [[*same][-1] for _, same in groupby(held, lambda place: place[1])]


def _held(trace: CallTrace, n: int) -> list[Box]:
    return [*frame_boxes(trace, n, COLUMN), *held_boxes(trace, n, COLUMN)]


def _side(trace: CallTrace, n: int, held: Sequence[Box], left: float, page: Page) -> Iterator[Element]:
    """What moves of one implementation: the line, the stack, what changes meanwhile, the memory bar and its figures."""
    step = trace.steps[n]
    frames = f"{len(step.frames)} frame{'s' if len(step.frames) != 1 else ''}"
    yield text(left + COLUMN, HEAD - 14, frames, "end")
    yield from marked_line(trace, step.file, step.line, left)
    for box in held:
        yield from drawn(box, left, page.stack)
    for box in bar_boxes(trace, n, COLUMN - 6, page.most_bytes):
        yield from drawn(box, left + 3, page.bar + 3)
    alive = step.frame_bytes + max(0, step.heap_bytes)
    yield text(left, page.bar + 46, f"{spaced(alive)} bytes alive, most so far {spaced(most_so_far(trace.steps[: n + 1]))}", "bytes")


PLOTS = [
    Plot(
        "step_through",
        HEADING,
        "Two implementations make the same {call} on a small {input}, kept in step by what both do equally often. A call puts a frame on "
        "the stack, and a return takes it off; a list that changes stands beside it, its end last. Bars are the bytes alive, frames on "
        "the interpreter's stack and the heap, and marks the most so far.",
        cast(Any, call_through),  # it is saved as a Figure is, and that is all that a picture asks of it
        lambda traces: len(pair_of(traces)) == 2,
    ),
]
