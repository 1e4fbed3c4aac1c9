"""The boxes of a traced call's picture: frames with the values of their variables, lists that change, and the bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.measure.tracing.calls.records import CallFrame, CallTrace, Container
from bench.show.figures.steps.step_boxes import BOLD, CHIP, GAP, HEADING, PLAIN, STACK_SHARE, Box, cut

FIRST_ROW, VALUE_ROW = 22, 15  # heights of a frame with one row, and of each further row of values, in pixels
MOST_ROWS = 9  # of items one below the other
FRAMES, HEAP = 0, 1  # the colours of the two parts of the bar


def frame_boxes(trace: CallTrace, step: int, width: float) -> Iterator[Box]:
    """The frames, a call below its caller, each with what its variables hold, and with what it gives when it is about to go."""
    wide = width * STACK_SHARE
    y = float(HEADING)
    places = trace.steps[step].frames
    for depth, place in enumerate(places):
        frame = trace.frames[place]
        rows = _value_rows(frame, wide)
        height = FIRST_ROW + VALUE_ROW * (len(rows) - 1)
        yield Box(0, y, wide, height, "frame top" if depth == len(places) - 1 else "frame", frame.function, rows[0])
        for number, row in enumerate(rows[1:], start=1):
            yield Box(0, y + VALUE_ROW * number, 0, FIRST_ROW, "words", row)
        if frame.gives:
            words = cut(f"→ {frame.gives}", wide * 0.5, BOLD)
            room = 14 + BOLD * len(words)
            yield Box(wide - room - 3, y + 2.5, room, FIRST_ROW - 5, "gives", words)
        y += height + GAP


def _value_rows(frame: CallFrame, width: float) -> list[str]:
    """The values in rows that fit into a frame, the first beside its name and what it gives."""
    gives = min(width * 0.5, 20 + BOLD * (len(frame.gives) + 2)) if frame.gives else 0
    room = width - 24 - BOLD * len(frame.function) - gives
    rows = [""]
    for name, value in frame.values:
        words = cut(f"{name} = {value}", width - 16, PLAIN)
        both = f"{rows[-1]}   {words}" if rows[-1] else words
        if PLAIN * len(both) <= room:
            rows[-1] = both
        else:
            rows.append(words)
            room = width - 16
    return rows


def held_boxes(trace: CallTrace, step: int, width: float) -> Iterator[Box]:
    """The containers one below the other, each with its items; the end of a list comes last."""
    left = width * STACK_SHARE + 12
    room = width - left
    variables = {key: name for place in trace.steps[step].frames for name, key in trace.frames[place].containers}
    y = float(HEADING)
    for place in trace.steps[step].containers:
        container = trace.containers[place]
        items = [*_items(container, left, y + 22, room)]
        name = variables.get(container.key, "")
        bottom = max([item.y + item.height for item in items], default=y + 22 + CHIP) + 5
        wide = max([item.x + item.width - left + 7 for item in items], default=0)
        yield Box(left, y, min(room, max(wide, 16 + BOLD * len(name))), bottom - y, "box", name)
        yield from items
        y = bottom + 7


def _items(container: Container, left: float, top: float, room: float) -> Iterator[Box]:
    words = [*([f"… {container.left_out} more"] if container.left_out else []), *container.items]
    shown = [cut(item, room - 24, BOLD) for item in words][-MOST_ROWS:]
    side_by_side = all(len(item) <= 7 for item in shown)
    x, y = left + 7, top
    for item in shown:
        wide = max(22, 9 + BOLD * len(item))
        if side_by_side and x > left + 7 and x + wide > left + room - 7:
            x, y = left + 7, y + CHIP + GAP
        yield Box(x, y, wide, CHIP, "item", item)
        x, y = (x + wide + GAP, y) if side_by_side else (x, y + CHIP + GAP)


def bar_boxes(trace: CallTrace, step: int, width: float, most: int) -> Iterator[Box]:
    """Frames and heap, each as wide as its bytes, and a mark at the most so far."""
    state = trace.steps[step]
    x = 0.0
    for name, taken, layer in (("frames", state.frame_bytes, FRAMES), ("heap", max(0, state.heap_bytes), HEAP)):
        wide = taken * width / most
        if wide:
            yield Box(x, 0, max(1, wide - 1), 24, "part", name if wide > BOLD * len(name) + 4 else "", layer=layer)
        x += wide
    yield Box(width * most_so_far(trace.steps[: step + 1]) / most - 1, -5, 2.5, 34, "mark")


def most_so_far(steps: Sequence[object]) -> int:
    """The most bytes that were alive at once in the steps."""
    return max(step.peak_bytes for step in steps)  # type: ignore[attr-defined]
