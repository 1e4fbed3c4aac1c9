"""The boxes of a traced step's picture: where the stack, the containers, the arrays in them and the bytes stand after a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from bench.measure.tracing.records import Array, Container, Step, Trace

ROW, CHIP, GAP = 26, 19, 4  # heights of a frame and of an array, in pixels, and what is between boxes
STACK_SHARE = 0.57  # of the width; what variables refer to is beside it
PLAIN, BOLD = 6.2, 7.4  # pixels a letter takes at most, at 11 pixels
HEADING = 20


class Box(NamedTuple):
    """A box with a text in it; `kind` is its look, and `layer` its colour."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    text: str = ""
    more: str = ""
    layer: int = -1


def stack_boxes(trace: Trace, step: int, width: float) -> Iterator[Box]:
    """The frames, a call below its caller, each with the arrays in its variables."""
    places = trace.steps[step].frames
    for depth, place in enumerate(places):
        frame = trace.frames[place]
        y = HEADING + depth * ROW
        name = "emit" if frame.function == "<lambda>" else frame.function
        chips = [*_from_the_right([_chip(trace.arrays[number], 0, y + 1.5) for _, number in frame.arrays], width * STACK_SHARE - GAP)]
        room = min([chip.x for chip in chips], default=width) - 15 - BOLD * len(name)
        kind = "frame top" if depth == len(places) - 1 else "frame"
        yield Box(0, y, width * STACK_SHARE, ROW - GAP, kind, name, frame.numbers if PLAIN * len(frame.numbers) <= room else "")
        yield from chips


def _from_the_right(chips: list[Box], right: float) -> Iterator[Box]:
    """The boxes side by side, the last one's end at `right`."""
    for chip in reversed(chips):
        right -= chip.width
        yield chip._replace(x=right)
        right -= 3


def container_boxes(trace: Trace, step: int, width: float) -> Iterator[Box]:
    """What the variables refer to, side by side, each with its items one below the other."""
    left = width * STACK_SHARE + 12
    variables = {key: name for place in trace.steps[step].frames for name, key in trace.frames[place].containers}
    for place in trace.steps[step].containers:
        container = trace.containers[place]
        chips = [*_items(trace, container, left)]
        name = variables.get(container.key, "")
        wide = max([chip.x + chip.width - left + 7 for chip in chips], default=0)
        wide = max(wide, 16 + BOLD * len(name))
        yield Box(left, HEADING, wide, 26 + (CHIP + GAP) * max(1, len(container.items)), "box", name)
        yield from chips
        left += wide + 8


def _items(trace: Trace, container: Container, left: float) -> Iterator[Box]:
    for row, (_, places) in enumerate(container.items):
        x = left + 7
        for number in places:
            chip = _chip(trace.arrays[number], x, HEADING + 22 + row * (CHIP + GAP))
            yield chip
            x += chip.width + 2


def _chip(array: Array, x: float, y: float) -> Box:
    return Box(x, y, max(26, 9 + BOLD * len(array.name)), CHIP, kind_of(array.name), array.name, layer=array.layer)


def memory_boxes(trace: Trace, step: int, width: float, most: int) -> Iterator[Box]:
    """Every array as wide as its bytes, one beside the other, and a mark at the most so far."""
    x = 0.0
    for array in trace.alive(step):
        wide = array.bytes * width / most
        fits = wide > BOLD * len(array.name) + 4
        yield Box(x, 0, max(1, wide - 1), 24, kind_of(array.name), array.name if fits else "", layer=array.layer)
        x += wide
    yield Box(width * most_so_far(trace, step) / most - 1, -5, 2.5, 34, "mark")


def most_so_far(trace: Trace, step: int) -> int:
    """The most bytes that were alive at once, up to a step."""
    return max(each.peak_bytes for each in trace.steps[: step + 1])


def kind_of(name: str) -> str:
    """How an array looks: one that the step was given, a gradient of parameters, a gradient that is passed on, or an activation.

    >>> [kind_of(name) for name in ("X", "dW3", "db1", "dA2", "A4")]
    ['given', 'gradient', 'gradient', 'passing', 'activation']
    """
    if name == "X":
        return "given"
    if name.startswith(("dW", "db")):
        return "gradient"
    return "passing" if name.startswith("d") else "activation"


def phase_words(step: Step) -> str:
    """What goes on, layers counted from 1."""
    words = {"forward": "layer {} forward", "again": "layer {} forward again", "loss": "the loss", "backward": "layer {} backward"}
    return {**words, "update": "layer {} updated"}.get(step.phase, step.phase).format(step.layer + 1)


def cut(words: str, room: float, letter: float) -> str:
    """As much of the words as there is room for."""
    most = max(1, int(room / letter))
    return words if len(words) <= most else words[: most - 1] + "…"
