"""A training step that plays by itself: two implementations line by line, in an SVG with rules of CSS and no script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from typing import Any, NamedTuple, cast

from bench.measure.tracing.records import Trace, Traces, in_step, stages
from bench.show.figures.animation import AnimatedFigure, Element, animated
from bench.show.figures.pictures import Picture, Plot, pictures_of
from bench.show.figures.step_boxes import STACK_SHARE, Box, container_boxes, memory_boxes, most_so_far, phase_words, stack_boxes

PAIR = ("iterative", "recursive")
UPDATE = "deferred"
HEADING = "One training step, line by line as it really ran"
KEY = "A: activation   dA: gradient, on its way back   dW, db: gradient of a layer   a colour is a layer"
MARGIN, COLUMN, SPACE = 18.0, 480.0, 20.0
HEAD, CODE_ROW = 66.0, 16.0
UNDER, SURFACE, LINES, THINGS = range(4)  # what is painted over what
LOOKS = """
text { font: 11px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #14181d; dominant-baseline: central }
.source { font: 11px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre }
.title { font-size: 15px; font-weight: 700 }
.name { font-size: 14px; font-weight: 700 }
.bytes { font-size: 12px; font-weight: 600 }
.b { font-weight: 600 }
.m { font-weight: 600; text-anchor: middle }
.soft { fill: #57606a }
.end { font-size: 12px; text-anchor: end; fill: #57606a }
.panel { fill: #fbfcfd; stroke: #c6ced6 }
.code { fill: #eef1f4 }
.track { fill: #eef1f4; stroke: #c6ced6 }
.ran { fill: #cfe3f7 }
.edge { fill: #0a58a6 }
.mark { fill: #14181d }
.frame { fill: #fff; stroke: #7d8894 }
.top { stroke: #0a58a6; stroke-width: 2 }
.box { fill: none; stroke: #7d8894 }
.given { fill: #fff; stroke: #7d8894 }
.gradient { stroke: #14181d; stroke-width: 1.5 }
.passing { stroke: #14181d; stroke-width: 1.3; stroke-dasharray: 3 2 }
.l0 { fill: #56b4e9 } .l1 { fill: #f0a830 } .l2 { fill: #35b98e } .l3 { fill: #f0e442 } .l4 { fill: #d98cba }
"""


class Page(NamedTuple):
    """The measures of the picture, in pixels: where the stacks begin and the bars, and how many bytes a bar is wide."""

    stack: float
    bar: float
    most_bytes: int

    @property
    def size(self) -> tuple[float, float]:
        """Its width and height."""
        return _left(2) - SPACE + MARGIN, self.bar + 64


def step_through(traces: Traces) -> AnimatedFigure:
    """The kept list beside recursion, with the deferred update. Without movement, it is the moment at which they differ most."""
    pair = _pair(traces)
    places = _changes(pair, traces.depth)
    stack = HEAD + 18 + CODE_ROW * (max(len(_own_lines(trace)) for trace in pair) + 1)
    tallest = max((box.y + box.height for _, held in places for boxes in held for box in boxes), default=0.0)
    page = Page(stack, stack + tallest + 24, max(1, *(trace.peak_bytes for trace in pair)))
    scenes = [
        [
            *_background(pair, page),
            *(element for side in range(2) for element in _side(pair[side], steps[side], held[side], _left(side), page)),
        ]
        for (_, steps), held in places
    ]
    before_update = len(stages(traces.depth)) - 2
    still = next((n for n, ((stage, _), _) in enumerate(places) if stage >= before_update), len(places) - 1)
    return animated(page.size, HEADING, LOOKS, scenes, still)


def _pair(traces: Traces) -> list[Trace]:
    found = {(trace.impl, trace.update): trace for trace in traces.traces if trace.steps}
    return [found[name, UPDATE] for name in PAIR if (name, UPDATE) in found]


def _left(side: int) -> float:
    return MARGIN + side * (COLUMN + SPACE)


def _changes(pair: Sequence[Trace], depth: int) -> list[tuple[tuple[int, tuple[int, ...]], list[list[Box]]]]:
    """The places at which what is held is another than before, with what is: of several lines that only think, the last."""
    held = [(place, [_held(trace, n) for trace, n in zip(pair, place[1], strict=True)]) for place in in_step(pair, depth)]
    return [[*same][-1] for _, same in groupby(held, lambda pair: pair[1])]


def _held(trace: Trace, n: int) -> list[Box]:
    return [*stack_boxes(trace, n, COLUMN), *container_boxes(trace, n, COLUMN)]


def _own_lines(trace: Trace) -> list[tuple[int, str]]:
    """The lines of the implementation's own file, those of the update left out."""
    own = trace.functions[0].file
    return [line for function in trace.functions if function.file == own for line in function.lines]


def _background(pair: Sequence[Trace], page: Page) -> Iterator[Element]:
    """What stays: the panel, the sources, the headings and the tracks of the memory bars."""
    width, height = page.size
    yield Element(UNDER, f'<rect class="panel" x="0.5" y="0.5" width="{width - 1:g}" height="{height - 1:g}" rx="8"/>')
    yield _text(MARGIN, 24, HEADING, "title")
    yield _text(width - MARGIN, 24, KEY, "end")
    for side, trace in enumerate(pair):
        left = _left(side)
        yield _text(left, HEAD - 14, trace.title, "name")
        yield _rect(Box(left, HEAD, COLUMN, page.stack - HEAD - 12, "code"), UNDER)
        for row, (_, line) in enumerate(_own_lines(trace)):
            yield _text(left + 14, HEAD + 6 + (row + 0.5) * CODE_ROW, line, "source")
        yield _text(left, page.stack + 8, "call stack ↓", "soft")
        yield _text(left + COLUMN * STACK_SHARE + 12, page.stack + 8, "what its variables refer to", "soft")
        yield _rect(Box(left, page.bar, COLUMN, 30, "track"), UNDER)


def _side(trace: Trace, n: int, held: Sequence[Box], left: float, page: Page) -> Iterator[Element]:
    """What moves of one implementation: the phase, the line, the stack, what it refers to, the memory bar and its figures."""
    step, lines = trace.steps[n], _own_lines(trace)
    yield _text(left + COLUMN, HEAD - 14, phase_words(step), "end")
    if step.file == trace.functions[0].file:
        y = HEAD + 6 + CODE_ROW * [number for number, _ in lines].index(step.line)
        yield _rect(Box(left, y, COLUMN, CODE_ROW, "ran"), SURFACE)
        yield _rect(Box(left, y, 4, CODE_ROW, "edge"), LINES)
    else:
        yield _text(left + 14, HEAD + 6 + (len(lines) + 0.5) * CODE_ROW, f"{step.file}, line {step.line}", "source soft")
    for box in held:
        yield from _drawn(box, left, page.stack)
    for box in memory_boxes(trace, n, COLUMN - 6, page.most_bytes):
        yield from _drawn(box, left + 3, page.bar + 3)
    yield _text(left, page.bar + 46, f"{_spaced(step.alive_bytes)} bytes alive, most so far {_spaced(most_so_far(trace, n))}", "bytes")


def _drawn(box: Box, left: float, top: float) -> Iterator[Element]:
    """A box and what is written in it: in the middle of an array, else at its left."""
    x, y = box.x + left, box.y + top
    is_array = box.kind in ("activation", "passing", "gradient", "given")
    yield _rect(box._replace(x=x, y=y), THINGS if is_array or box.kind == "mark" else LINES)
    if is_array:
        yield _text(x + box.width / 2, y + box.height / 2, box.text, "m")
    else:
        yield _text(x + 8, y + (11 if box.kind == "box" else box.height / 2), box.text, "b", box.more)


def _rect(box: Box, over: int) -> Element:
    look = f"{box.kind} l{box.layer}" if box.layer >= 0 else box.kind
    corner = "" if box.kind in ("ran", "edge", "mark") else ' rx="3"'
    return Element(over, f'<rect class="{look}" x="{box.x:.4g}" y="{box.y:.4g}" width="{box.width:.4g}" height="{box.height:g}"{corner}/>')


def _text(x: float, y: float, words: str, look: str, more: str = "") -> Element:
    after = f'<tspan class="soft" dx="7" font-weight="400">{escape(more)}</tspan>' if more else ""
    return Element(
        THINGS, f'<text x="{x:.4g}" y="{y:.4g}" class="{look}" xml:space="preserve">{escape(words)}{after}</text>' if words else ""
    )


def _spaced(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")


def step_pictures(traces: Traces) -> list[Picture]:
    """The picture, if both of its implementations were traced."""
    return pictures_of(PLOTS, traces)


PLOTS = [
    Plot(
        "step_through",
        HEADING,
        "A kept list and recursion go through the same step of a small network, kept in step by layer and phase. Forward, the list grows "
        "by an activation a layer, and the stack by a frame that holds it. Backward, the list keeps all of them while the gradients pile "
        "up; the frames return one by one, and their activations go. Bars are the bytes of the arrays alive, marks the most so far.",
        cast(Any, step_through),  # it is saved as a Figure is, and that is all that a picture asks of it
        lambda traces: len(_pair(traces)) == len(PAIR),
    ),
]
