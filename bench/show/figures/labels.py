"""Labels: words beside points, where no word lies over another, over a point, its interval or a line."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

DISTANCES = (9, 15, 22, 30, 40, 52, 66, 82)  # points from the middle of the marker to the nearest edge of the words
ANGLES = (0, 180, 45, -45, 135, -135, 90, -90, 20, -20, 160, -160, 70, -70, 110, -110)  # degrees, the sides first
LEADER = 12  # points from which a line leads back to the marker
MARKER, BAR, BETWEEN = 6, 2, 1.5  # pixels to keep free on each side of a marker, of a bar and of words
OUTSIDE = 100  # words beyond the edge are worse than words over words

Spot = tuple[float, float]  # distance and angle


@dataclass(frozen=True)
class Label:
    """Words for the point (x, y), whose interval spans `low` to `high`, with the looks of the words."""

    x: float
    y: float
    low: float
    high: float
    words: str
    colour: str
    looks: dict[str, Any]


def put(ax: Axes, labels: Sequence[Label], lines: Sequence[tuple[float, float]] = ()) -> None:
    """Write every label as near to its point as there is room for it, the first ones first, and off the path of `lines`.

    The figure must have its final layout, since room is counted in pixels.
    """
    own = [[*_marks(ax, label)] for label in labels]
    words = [_box(ax.transData.transform(ends), 0) for ends in pairwise(lines)]
    for label, mine in zip(labels, own, strict=True):
        others = [box for marks in own if marks is not mine for box in marks]
        words.append(_write(ax, label, mine, others, words))


def _marks(ax: Axes, label: Label) -> Iterator[Bbox]:
    """What the marker takes, and the bar of its interval."""
    middle, low, high = ax.transData.transform([(label.x, label.y), (label.x, label.low), (label.x, label.high)])
    yield _box([middle], MARKER)
    yield _box([low, high], BAR)


def _box(points: Any, room: float) -> Bbox:
    """The box around points, with room to each side."""
    (left, bottom), (right, top) = np.min(points, axis=0), np.max(points, axis=0)
    return Bbox.from_extents(left - room, bottom - room, right + room, top + room)


def _write(ax: Axes, label: Label, own: Sequence[Bbox], marks: Sequence[Bbox], words: Sequence[Bbox]) -> Bbox:
    """Write one label at the first spot that is free, or that is least crowded if none is; return what it takes."""
    at: Any = {"xytext": (0, 0), "textcoords": "offset points", "annotation_clip": False, "zorder": 5}
    note = ax.annotate(label.words, (label.x, label.y), **at, **label.looks)
    note.set_in_layout(False)
    hidden = any(own[0].overlaps(other) for other in marks)  # then only a line tells whose words they are
    best, least = (LEADER, ANGLES[0]), math.inf
    for spot in ((distance, angle) for distance in DISTANCES if distance >= LEADER or not hidden for angle in ANGLES):
        box = _move(note, spot)
        crowd = sum(box.overlaps(other) for other in (*own, *marks, *words)) + _in_the_way(ax, label, spot, (*marks, *words))
        crowd += 0 if _inside(box, ax.bbox) else OUTSIDE
        if crowd < least:
            best, least = spot, crowd
        if not crowd:
            break
    if best[0] >= LEADER:
        _lead(ax, label, best)
    return _move(note, best)


def _move(note: Annotation, spot: Spot) -> Bbox:
    """Put the words there, their nearest edge towards the point; return what they take."""
    across, up = _offset(spot)
    note.set_position((across, up))
    slant = math.cos(math.radians(spot[1]))
    note.set_horizontalalignment("left" if slant > 0.1 else "right" if slant < -0.1 else "center")
    note.set_verticalalignment("bottom" if up > 0.5 * spot[0] else "top" if up < -0.5 * spot[0] else "center")
    return note.get_window_extent().padded(BETWEEN)


def _offset(spot: Spot) -> tuple[float, float]:
    distance, angle = spot
    return distance * math.cos(math.radians(angle)), distance * math.sin(math.radians(angle))


def _inside(box: Bbox, frame: Any) -> bool:
    return bool(frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1)


def _in_the_way(ax: Axes, label: Label, spot: Spot, others: Sequence[Bbox]) -> int:
    """How many things a line from the point to the words would run over, beyond those that lie on the point itself."""
    if spot[0] < LEADER:
        return 0
    start = ax.transData.transform((label.x, label.y))
    way = np.array(_offset(spot)) * ax.figure.dpi / 72
    steps = [start + share * way for share in np.linspace(0.2, 1, 9)]
    return sum(any(box.contains(*step) for step in steps) for box in others if not box.contains(*start))


def _lead(ax: Axes, label: Label, spot: Spot) -> None:
    """A thin line from the point to its words."""
    line = {"arrowstyle": "-", "color": label.colour, "linewidth": 1.2, "shrinkA": 2, "shrinkB": 0}
    note = ax.annotate(
        "", (label.x, label.y), textcoords="offset points", xytext=_offset(spot), arrowprops=line, annotation_clip=False, zorder=6
    )
    note.set_in_layout(False)
