"""The figure of the frontier: time against memory, a point a home of the cache, and who takes less of both."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from bench.analyse.frontier import Home, Place
from bench.plan.contenders import title
from bench.show.figures.labels import Label, put
from bench.show.figures.pictures import Picture, colour, label
from bench.show.figures.time import ALLOCATOR_TITLES

MIB = 2**20
INK, GREY, SHADE, EDGE = "#1c2128", "#5b6470", "#eef1f4", "#b4bac2"
LOOKS: dict[str, dict[str, Any]] = {
    "unbeaten": {"color": INK, "fontweight": "bold", "fontsize": 8.5},
    "open": {"color": INK, "fontsize": 8},
    "beaten": {"color": GREY, "fontsize": 8},
}
# where ticks may be within a decade, from few to many
STEPS = ((1, 2, 5), (1, 1.5, 2, 3, 5, 7), (1, 1.1, 1.2, 1.4, 1.7, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9))
FEWEST_TICKS = 4
LEFT_ROOM, RIGHT_ROOM, ROOM = 0.16, 0.22, 0.12  # of an axis's length, for words around the outermost points


def time_against_memory(places: Sequence[Place]) -> Figure:
    """Peak memory and time of everybody; a row a width, a column an update and allocator."""
    widths = sorted({place.width for place in places})
    columns = list(dict.fromkeys((place.update, place.allocator) for place in places))
    figure = Figure(figsize=(5.2 * len(columns) + 0.5, 4.1 * len(widths) + 0.3), layout="constrained")
    axes = figure.subplots(len(widths), len(columns), squeeze=False, sharex="row", sharey="row")
    panels = {(place.width, place.update, place.allocator): place for place in places}
    drawn = []
    for ax, key in zip(axes.flat, [(width, *column) for width in widths for column in columns], strict=True):
        if place := panels.get(key):
            _panel(ax, place, [one for one in places if one.width == place.width])
            drawn.append((ax, place))
        else:
            ax.set_axis_off()
    for ax in axes[:, 0]:
        ax.set_ylabel(f"CPU time ÷ {label(places[0].baseline)}")
    for ax in axes[-1]:
        ax.set_xlabel("peak memory of a step (MiB)")
    figure.draw_without_rendering()  # so that axes have their places, and labels know how much room there is
    figure.set_layout_engine("none")
    for ax, place in drawn:
        put(ax, _labels(place), _edge(ax, place))
    return figure


def _panel(ax: Axes, place: Place, row: Sequence[Place]) -> None:
    sizes = [one.peak.size / MIB for other in row for one in other.homes]
    times = [bound for other in row for one in other.homes for bound in _bar(one)]
    _scale(ax.xaxis, ax.set_xscale, ax.set_xlim, sizes, LEFT_ROOM, RIGHT_ROOM)
    _scale(ax.yaxis, ax.set_yscale, ax.set_ylim, times, ROOM, ROOM)
    ax.set_title(f"depth {place.depth}, width {place.width}, {place.update} update\n{ALLOCATOR_TITLES[place.allocator]}", fontsize=9)
    edge = np.array(_edge(ax, place))
    ax.fill_between(edge[:, 0], edge[:, 1], ax.get_ylim()[1], color=SHADE, zorder=0, linewidth=0)
    ax.plot(edge[:, 0], edge[:, 1], color=EDGE, linewidth=1, zorder=1)
    for one in place.homes:
        _point(ax, one)
    ax.annotate("↙ better", (0.02, 0.03), xycoords="axes fraction", color=GREY, fontsize=8)


def _scale(axis: Any, scale: Any, limits: Any, values: Sequence[float], before: float, after: float) -> None:
    """A logarithmic axis with a few ticks, and room before the least value and after the greatest."""
    low, high = math.log(min(values)), math.log(max(values))
    span = max(high - low, 0.1)
    ends = math.exp(low - before * span), math.exp(high + after * span)
    scale("log")
    limits(*ends)
    axis.set_major_locator(FixedLocator(_ticks(*ends)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers between the two: the fewest that are enough.

    >>> _ticks(0.4, 12), _ticks(0.97, 1.08)
    ([0.5, 1.0, 2.0, 5.0, 10.0], [0.98, 1.0, 1.02, 1.04, 1.06, 1.08])
    """
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in STEPS:
        ticks = [round(step * 10.0**decade, 12) for decade in decades for step in steps if low <= step * 10.0**decade <= high]
        if len(ticks) >= FEWEST_TICKS:
            return ticks
    return [round(float(tick), 12) for tick in MaxNLocator(6, steps=[1, 2, 5, 10]).tick_values(low, high) if low <= tick <= high]


def _edge(ax: Axes, place: Place) -> list[tuple[float, float]]:
    """The corners of the line above which everything takes more of both than somebody does, from the top to the right."""
    corners, least = [], ax.get_ylim()[1]
    for one in place.homes:  # the leanest first
        if _ratio(one) < least:
            corners += [(one.peak.size / MIB, least), (one.peak.size / MIB, _ratio(one))]
            least = _ratio(one)
    return [*corners, (ax.get_xlim()[1], least)]


def _point(ax: Axes, one: Home) -> None:
    """The marker, hollow while it is open how it stands, and the bar of its interval."""
    x, y, mine = one.peak.size / MIB, _ratio(one), colour(one.impl)
    low, high = _bar(one)
    strong = one.standing != "beaten"
    ax.vlines(x, low, high, color=mine, linewidth=1.6, zorder=3)
    ax.plot(
        x, y, "s" if one.peak.meter == "resident" else "o", color=mine, markersize=7.5 if strong else 6, zorder=4 if strong else 3,
        markerfacecolor="white" if one.standing == "open" else mine, markeredgecolor=INK if one.standing == "unbeaten" else mine,
    )  # fmt: skip


def _labels(place: Place) -> list[Label]:
    """The words of everybody, those first whose place matters most."""
    order = sorted(place.homes, key=lambda one: [*LOOKS].index(one.standing))
    return [Label(one.peak.size / MIB, _ratio(one), *_bar(one), label(one.impl), colour(one.impl), LOOKS[one.standing]) for one in order]


def _ratio(one: Home) -> float:
    return one.alone.ratio if one.alone else 1.0


def _bar(one: Home) -> tuple[float, float]:
    """The interval; nothing around the ratio where there is none yet, or where it is the baseline."""
    closed = one.alone and one.alone.low > 0
    return (one.alone.low, one.alone.high) if one.alone and closed else (_ratio(one), _ratio(one))


def frontier_pictures(places: Sequence[Place]) -> list[Picture]:
    """The picture, if there is anything to draw."""
    if not places:
        return []
    return [Picture("time_against_memory", "What each home takes of both", _caption(places), partial(time_against_memory, places))]


def _caption(places: Sequence[Place]) -> str:
    resident = any(one.peak.meter == "resident" for place in places for one in place.homes)
    squares = " Squares are resident memory, where tracemalloc does not see all that is taken." if resident else ""
    return (
        "Each point is a home of the cache: the peak of a step, by tracemalloc and with the frames that it does not see, and the CPU "
        f"time over that of the {title(places[0].baseline)}, a median over passes with its 95 % interval. In the grey, somebody takes less "
        "of both. Names in bold are unbeaten for certain and grey ones beaten, by more than 1 %; hollow points are too close to call."
        f"{squares}"
    )
