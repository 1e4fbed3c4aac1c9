"""A training step that plays by itself: two implementations line by line, in an SVG with rules of CSS and no script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, cast

from bench.measure.tracing.calls.records import CallTraces
from bench.measure.tracing.records import Trace, Traces, in_step, stages
from bench.plan.contenders import foremost, problem_of
from bench.show.figures.pictures import Picture, Plot, pictures_of
from bench.show.figures.steps import call_through
from bench.show.figures.steps.animation import AnimatedFigure, Element, animated
from bench.show.figures.steps.panels import COLUMN, HEAD, LOOKS, Page, background, drawn, left_of, marked_line, page_of, spaced, text
from bench.show.figures.steps.step_boxes import Box, container_boxes, memory_boxes, most_so_far, phase_words, stack_boxes

UPDATE = "deferred"
HEADING = "One training step, line by line as it really ran"
BESIDE = "what its variables refer to"
KEY = "A: activation   dA: gradient, on its way back   dW, db: gradient of a layer   a colour is a layer"


def step_through(traces: Traces) -> AnimatedFigure:
    """The kept list beside recursion, with the deferred update. Without movement, it is the moment at which they differ most."""
    pair = _pair(traces)
    places = _changes(pair, traces.depth)
    page = page_of(pair, max((box.y + box.height for _, held in places for boxes in held for box in boxes), default=0.0))
    scenes = [
        [
            *background(pair, page, HEADING, KEY, [BESIDE] * 2),
            *(element for side in range(2) for element in _side(pair[side], steps[side], held[side], left_of(side), page)),
        ]
        for (_, steps), held in places
    ]
    before_update = len(stages(traces.depth)) - 2
    still = next((n for n, ((stage, _), _) in enumerate(places) if stage >= before_update), len(places) - 1)
    return animated(page.size, HEADING, LOOKS, scenes, still)


def _pair(traces: Traces) -> list[Trace]:
    found = {(trace.impl, trace.update): trace for trace in traces.traces if trace.steps}
    return [found[name, UPDATE] for name in foremost(trace.impl for trace in traces.traces) if (name, UPDATE) in found]


def _changes(pair: Sequence[Trace], depth: int) -> list[tuple[tuple[int, tuple[int, ...]], list[list[Box]]]]:
    """The places at which what is held is another than before, with what is: of several lines that only think, the last."""
    held = [(place, [_held(trace, n) for trace, n in zip(pair, place[1], strict=True)]) for place in in_step(pair, depth)]
    return [[*same][-1] for _, same in groupby(held, lambda pair: pair[1])]


def _held(trace: Trace, n: int) -> list[Box]:
    return [*stack_boxes(trace, n, COLUMN), *container_boxes(trace, n, COLUMN)]


def _side(trace: Trace, n: int, held: Sequence[Box], left: float, page: Page) -> Iterator[Element]:
    """What moves of one implementation: the phase, the line, the stack, what it refers to, the memory bar and its figures."""
    step = trace.steps[n]
    yield text(left + COLUMN, HEAD - 14, phase_words(step), "end")
    yield from marked_line(trace, step.file, step.line, left)
    for box in held:
        yield from drawn(box, left, page.stack)
    for box in memory_boxes(trace, n, COLUMN - 6, page.most_bytes):
        yield from drawn(box, left + 3, page.bar + 3)
    yield text(left, page.bar + 46, f"{spaced(step.alive_bytes)} bytes alive, most so far {spaced(most_so_far(trace, n))}", "bytes")


def step_pictures(traces: Traces | CallTraces) -> list[Picture]:
    """The picture of the step or of the call, if both of its implementations were traced."""
    if isinstance(traces, CallTraces):
        return pictures_of(call_through.PLOTS, traces, problem_of(traces.problem).words)
    return pictures_of(PLOTS, traces)


PLOTS = [
    Plot(
        "step_through",
        HEADING,
        "A kept list and recursion go through the same step of a small network, kept in step by layer and phase. Forward, the list grows "
        "by an activation a layer, and the stack by a frame that holds it. Backward, the list keeps all of them while the gradients pile "
        "up; the frames return one by one, and their activations go. Bars are the bytes of the arrays alive, marks the most so far.",
        cast(Any, step_through),  # it is saved as a Figure is, and that is all that a picture asks of it
        lambda traces: len(_pair(traces)) == 2,
    ),
]
