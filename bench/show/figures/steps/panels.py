"""The panels of a picture that plays: two columns, each with a source, a marked line, a call stack, what it refers to and a bar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

from bench.measure.tracing.calls.records import CallTrace
from bench.measure.tracing.records import Trace
from bench.show.figures.steps.animation import Element
from bench.show.figures.steps.step_boxes import STACK_SHARE, Box, cut

MARGIN, COLUMN, SPACE = 18.0, 480.0, 20.0
HEAD, CODE_ROW, CODE_LETTER = 66.0, 16.0, 6.65
UNDER, SURFACE, LINES, THINGS = range(4)  # what is painted over what
IN_THE_MIDDLE = ("activation", "passing", "gradient", "given", "item", "part")  # boxes that are as wide as their text asks for
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
        return left_of(2) - SPACE + MARGIN, self.bar + 64


def page_of(pair: Sequence[Trace | CallTrace], tallest: float) -> Page:
    """The page of two traces whose boxes end `tallest` pixels below where the stack begins."""
    stack = HEAD + 18 + CODE_ROW * (max(len(own_lines(trace)) for trace in pair) + 1)
    return Page(stack, stack + tallest + 24, max(1, *(trace.peak_bytes for trace in pair)))


def left_of(side: int) -> float:
    """Where a side begins."""
    return MARGIN + side * (COLUMN + SPACE)


def own_lines(trace: Trace | CallTrace) -> list[tuple[int, str]]:
    """The lines of the implementation's own file, those of others left out."""
    own = trace.functions[0].file
    return [line for function in trace.functions if function.file == own for line in function.lines]


def background(pair: Sequence[Trace | CallTrace], page: Page, heading: str, key: str, beside: Sequence[str]) -> Iterator[Element]:
    """What stays: the panel, the sources, the headings and the tracks of the memory bars; of each side what stands beside its stack."""
    width, height = page.size
    yield Element(UNDER, f'<rect class="panel" x="0.5" y="0.5" width="{width - 1:g}" height="{height - 1:g}" rx="8"/>')
    yield text(MARGIN, 24, heading, "title")
    yield text(width - MARGIN, 24, key, "end")
    for side, trace in enumerate(pair):
        left = left_of(side)
        yield text(left, HEAD - 14, trace.title, "name")
        yield rect(Box(left, HEAD, COLUMN, page.stack - HEAD - 12, "code"), UNDER)
        for row, (_, line) in enumerate(own_lines(trace)):
            yield text(left + 14, HEAD + 6 + (row + 0.5) * CODE_ROW, cut(line, COLUMN - 24, CODE_LETTER), "source")
        yield text(left, page.stack + 8, "call stack ↓", "soft")
        yield text(left + COLUMN * STACK_SHARE + 12, page.stack + 8, beside[side], "soft")
        yield rect(Box(left, page.bar, COLUMN, 30, "track"), UNDER)


def marked_line(trace: Trace | CallTrace, file: str, line: int, left: float) -> Iterator[Element]:
    """A mark at the line; where it is in another file, its place in words."""
    lines = own_lines(trace)
    if file == trace.functions[0].file:
        y = HEAD + 6 + CODE_ROW * [number for number, _ in lines].index(line)
        yield rect(Box(left, y, COLUMN, CODE_ROW, "ran"), SURFACE)
        yield rect(Box(left, y, 4, CODE_ROW, "edge"), LINES)
    else:
        yield text(left + 14, HEAD + 6 + (len(lines) + 0.5) * CODE_ROW, f"{file}, line {line}", "source soft")


def drawn(box: Box, left: float, top: float) -> Iterator[Element]:
    """A box and what is written in it: in the middle of an array or an item, else at its left."""
    x, y = box.x + left, box.y + top
    in_the_middle = box.kind in IN_THE_MIDDLE
    if box.kind != "words":
        yield rect(box._replace(x=x, y=y), THINGS if in_the_middle or box.kind in ("mark", "gives") else LINES)
    if in_the_middle:
        yield text(x + box.width / 2, y + box.height / 2, box.text, "m")
    else:
        look = "soft" if box.kind == "words" else "b"
        yield text(x + 8, y + (11 if box.kind in ("box", "frame", "frame top") else box.height / 2), box.text, look, box.more)


def rect(box: Box, over: int) -> Element:
    """A box without its text."""
    look = f"{box.kind} l{box.layer}" if box.layer >= 0 else box.kind
    corner = "" if box.kind in ("ran", "edge", "mark") else ' rx="3"'
    return Element(over, f'<rect class="{look}" x="{box.x:.4g}" y="{box.y:.4g}" width="{box.width:.4g}" height="{box.height:g}"{corner}/>')


def text(x: float, y: float, words: str, look: str, more: str = "") -> Element:
    """Words, and more of them that step back."""
    after = f'<tspan class="soft" dx="7" font-weight="400">{escape(more)}</tspan>' if more else ""
    return Element(
        THINGS, f'<text x="{x:.4g}" y="{y:.4g}" class="{look}" xml:space="preserve">{escape(words)}{after}</text>' if words else ""
    )


def spaced(number: int) -> str:
    """A number with thin blanks between thousands."""
    return f"{number:,}".replace(",", "\u202f")
