"""The figure of the frontier: time against memory, a point an implementation, and which take less of both."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import textalloc
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from bench.analyse.frontier import Candidate, FrontierCell
from bench.plan.contenders import problem_of
from bench.plan.described import ANY
from bench.show.answers.words import ALLOCATOR_TITLES, named
from bench.show.figures.pictures import FAINT, INK, PAPER, SOFT, Picture, Plot, colour, grid, label, lay_out, pictures_of

UNITS = {"MiB": 2**20, "KiB": 2**10}  # the first of which the largest peak has one
GREY, SHADE, EDGE = SOFT, FAINT, "#b4bac2"
LOOKS: dict[str, dict[str, Any]] = {
    "unbeaten": {"color": INK, "fontweight": "bold", "fontsize": 8.5},
    "open": {"color": INK, "fontweight": "normal", "fontsize": 8},
    "beaten": {"color": GREY, "fontweight": "normal", "fontsize": 8},
}
# where ticks may be within a decade, from few to many
STEPS = ((1, 2, 5), (1, 1.5, 2, 3, 5, 7), (1, 1.1, 1.2, 1.4, 1.7, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9))
FEWEST_TICKS = 4
LEFT_ROOM, RIGHT_ROOM, ROOM = 0.16, 0.22, 0.12  # of an axis's length, for words around the outermost points
MARKER = 7  # pixels from its middle that a marker takes
SIDES = ["east", "west", "northeast", "southeast", "northwest", "southwest"]  # of a point, for its name, the best first


def time_against_memory(cells: Sequence[FrontierCell], narrow: bool = False) -> Figure:
    """Peak memory and time of all; a row a width, a column an update and allocator."""
    unit, cells = _in_one_unit(cells)
    words = problem_of(cells[0].problem).words
    widths = sorted({cell.width for cell in cells})
    columns = list(dict.fromkeys((cell.update, cell.allocator) for cell in cells))
    places = [(width, *column) for width in widths for column in columns]
    figure, axes = grid(len(places), len(columns), 3.2 if narrow else 3.9, narrow)
    for ax in axes:
        ax.set_axis_off()
    panels = {cell: axes[places.index((cell.width, cell.update, cell.allocator))] for cell in cells}
    for cell, ax in panels.items():
        _panel(ax, cell, [other for other in cells if other.width == cell.width])
    for number, ax in enumerate(axes):
        if narrow or number % len(columns) == 0:
            ax.set_ylabel(f"CPU time ÷ {label(cells[0].baseline)}", fontsize=8)
        if narrow or number >= len(places) - len(columns):
            ax.set_xlabel(f"peak memory of a {words.call} ({unit})", fontsize=8)
    lay_out(figure)
    for cell, ax in panels.items():  # when all else has its place, so that it is known how much room there is
        _name_points(ax, cell)
    return figure


def _in_one_unit(cells: Sequence[FrontierCell]) -> tuple[str, list[FrontierCell]]:
    """The cells with all sizes in the unit that suits them."""
    most = max(candidate.peak.size for cell in cells for candidate in cell.candidates)
    unit, unit_bytes = next(((unit, size) for unit, size in UNITS.items() if most >= size), [*UNITS.items()][-1])

    def scaled(candidate: Candidate) -> Candidate:
        return replace(candidate, peak=replace(candidate.peak, size=candidate.peak.size / unit_bytes))

    return unit, [replace(cell, candidates=tuple(map(scaled, cell.candidates))) for cell in cells]


def _panel(ax: Axes, cell: FrontierCell, row: Sequence[FrontierCell]) -> None:
    ax.set_axis_on()
    sizes = [candidate.peak.size for other in row for candidate in other.candidates]
    times = [bound for other in row for candidate in other.candidates for bound in _bar(candidate)]
    _scale(ax.xaxis, ax.set_xscale, ax.set_xlim, sizes, LEFT_ROOM, RIGHT_ROOM)
    _scale(ax.yaxis, ax.set_yscale, ax.set_ylim, times, ROOM, ROOM)
    update = f", {cell.update} update" if cell.update else ""
    ax.set_title(f"depth {cell.depth}, width {cell.width}{update}\n{ALLOCATOR_TITLES[cell.allocator]}", fontsize=8.5)
    edge = np.array(_edge(ax, cell))
    ax.fill_between(edge[:, 0], edge[:, 1], ax.get_ylim()[1], color=SHADE, zorder=0, linewidth=0)
    ax.plot(edge[:, 0], edge[:, 1], color=EDGE, linewidth=1, zorder=1)
    for candidate in cell.candidates:
        _point(ax, candidate)
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


def _edge(ax: Axes, cell: FrontierCell) -> list[tuple[float, float]]:
    """The corners of the line above which everything takes more of both than another one does, from the top to the right."""
    corners, least = [], ax.get_ylim()[1]
    for candidate in cell.candidates:  # the smallest peak first
        if _ratio(candidate) < least:
            corners += [(candidate.peak.size, least), (candidate.peak.size, _ratio(candidate))]
            least = _ratio(candidate)
    return [*corners, (ax.get_xlim()[1], least)]


def _point(ax: Axes, candidate: Candidate) -> None:
    """The marker, hollow while it is open how it stands, and the bar of its interval."""
    x, y, mine, standing = candidate.peak.size, _ratio(candidate), colour(candidate.impl), candidate.standing
    low, high = _bar(candidate)
    strong = standing != "beaten"
    ax.vlines(x, low, high, color=mine, linewidth=1.6, zorder=3)
    ax.plot(
        x, y, "s" if candidate.peak.meter == "resident" else "o", color=mine, markersize=7.5 if strong else 6, zorder=4 if strong else 3,
        markerfacecolor=PAPER if standing == "open" else mine, markeredgecolor=INK if standing == "unbeaten" else mine,
    )  # fmt: skip


def _name_points(ax: Axes, cell: FrontierCell) -> None:
    """Names near their points, the ones first whose spot matters most, with no name over another, a point, an interval or the edge."""
    candidates = sorted(cell.candidates, key=lambda candidate: [*LOOKS].index(candidate.standing))
    looks = [LOOKS[candidate.standing] for candidate in candidates]
    x, y = [candidate.peak.size for candidate in candidates], [_ratio(candidate) for candidate in candidates]
    edge_x, edge_y = zip(*_edge(ax, cell), strict=True)
    textalloc.allocate(
        ax, x, y, [label(candidate.impl) for candidate in candidates],
        x_scatter=x, y_scatter=y, scatter_sizes=[MARKER] * len(x),  # type: ignore[list-item]  # a list of numbers is right
        x_lines=[[*edge_x], *([value, value] for value in x)], y_lines=[[*edge_y], *([*_bar(candidate)] for candidate in candidates)],
        direction=SIDES, min_distance=0.022, max_distance=0.2, margin=0.006, nbr_candidates=500,
        avoid_label_lines_overlap=True, avoid_crossing_label_lines=True,
        linecolor=[colour(candidate.impl) for candidate in candidates], linewidth=1.2, plot_kwargs={"zorder": 6}, va="bottom",
        textcolor=[look["color"] for look in looks], textsize=[look["fontsize"] for look in looks],
        fontweight=[look["fontweight"] for look in looks],
    )  # fmt: skip


def _ratio(candidate: Candidate) -> float:
    return candidate.time.ratio if candidate.time else 1.0


def _bar(candidate: Candidate) -> tuple[float, float]:
    """The interval; nothing around the ratio where there is none yet, or where it is the baseline."""
    closed = candidate.time and candidate.time.low > 0
    return (candidate.time.low, candidate.time.high) if candidate.time and closed else (_ratio(candidate), _ratio(candidate))


def frontier_pictures(cells: Sequence[FrontierCell]) -> list[Picture]:
    """The picture, if there is anything to draw."""
    words = problem_of(cells[0].problem).words if cells else ANY
    return [replace(picture, caption=picture.caption + _details(cells)) for picture in pictures_of(PLOTS, cells, words)]


def _details(cells: Sequence[FrontierCell]) -> str:
    """What a caption says of these cells alone."""
    resident = any(candidate.peak.meter == "resident" for cell in cells for candidate in cell.candidates)
    squares = " Squares are resident memory, where tracemalloc does not see all that is taken." if resident else ""
    return f" CPU times are over that of {named(cells[0].baseline)}.{squares}"


PLOTS = [
    Plot(
        "time_against_memory",
        "Which takes less of both?",
        "Each point is an implementation. Across is the peak of a {call}, by tracemalloc and with the frames that it does not see. Up "
        "is the CPU time, a median over passes with its interval; all intervals hold together at 95 %. In the grey area, another one "
        "takes less of both. Names in bold are unbeaten for certain and grey ones beaten, by more than 1 %; hollow points are too close to "
        "call.",
        time_against_memory,
        narrow=partial(time_against_memory, narrow=True),
    ),
]
