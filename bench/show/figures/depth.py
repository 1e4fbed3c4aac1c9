"""The figures of depth: how far each implementation and each way of calling came, and how it ended there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import EngFormatter, FixedLocator, FuncFormatter, NullLocator

from bench.analyse.depth import Reach, reaches
from bench.plan.contenders import title
from bench.plan.depth import SETTINGS, way_title
from bench.plan.described import Words
from bench.record.problems import problem_in
from bench.show.answers.words import spaced
from bench.show.figures.pictures import INK, NARROW_IN, PAPER, Picture, Plot, pictures_of

# status -> words in the legend, colour, marker
ENDINGS = {
    "ok": ("the most that was tried", "#009e73", ">"),
    "recursion_error": ("RecursionError", "#e69f00", "s"),
    "segfault": ("segmentation fault", "#d55e00", "X"),
    "out_of_memory": ("out of memory", "#cc79a7", "D"),
    "timeout": ("out of time", "#56b4e9", "o"),
    "error": ("error", "#5c5c5c", "P"),
}


@dataclass(frozen=True)
class Found:
    """How far every search came, and what the problem calls its parts."""

    every: Sequence[Reach]
    words: Words


def depth_limits(found: Found, narrow: bool = False) -> Figure:
    """Levels reached by each implementation; a row an interpreter, a column a setting; on a narrow screen the first two settings alone."""
    words, tried = found.words, [reach for reach in found.every if not reach.is_call]
    pythons = list(dict.fromkeys(reach.python for reach in tried))
    settings = [setting for setting in SETTINGS if any(reach.setting == setting for reach in tried)][: 2 if narrow else None]
    names = {python: list(dict.fromkeys(reach.impl for reach in tried if reach.python == python)) for python in pythons}
    lanes = [len(here) for here in names.values()]
    width = NARROW_IN if narrow else 2.75 * len(settings) + 1.2
    figure = Figure((width, 0.24 * sum(lanes) + 0.32 * len(pythons) + 1.0), layout="constrained")
    shapes: Any = {"sharex": True, "sharey": "row", "height_ratios": lanes}
    axes = figure.subplots(len(pythons), len(settings), squeeze=False, **shapes)
    for i, (python, here) in enumerate(names.items()):
        for j, setting in enumerate(settings):
            ax = axes[i][j]
            _lanes(ax, [reach for reach in tried if reach.python == python and reach.setting == setting], here, title)
            if i == 0:
                ax.set_title(f"{setting.words.replace('limit raised, ', '')}\n" if narrow else setting.words, fontsize=8.5)
        aside: Any = {"xycoords": "axes fraction", "textcoords": "offset points", "ha": "right"}
        axes[i][0].annotate(f"Python {python}", (0, 1.02), (-7, 0), **aside, fontsize=8, fontweight="bold")
    _finish(figure, axes[0][0], tried, f"{words.levels} of the deepest {words.input} that {words.goes}", narrow)
    return figure


def call_limits(found: Found, narrow: bool = False) -> Figure:
    """Calls reached by each way of calling, with the limit raised; a column an interpreter."""
    calls = [reach for reach in found.every if reach.is_call]
    pythons = list(dict.fromkeys(reach.python for reach in calls))
    names = list(dict.fromkeys(reach.impl for reach in calls))
    rows = -(-len(pythons) // (2 if narrow else 4))
    columns = -(-len(pythons) // rows)
    figure = Figure((NARROW_IN if narrow else max(7.5, 2.75 * columns + 1.4), (0.24 * len(names) + 0.4) * rows + 0.9), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    for ax, python in zip(axes.flat, pythons, strict=False):
        _lanes(ax, [reach for reach in calls if reach.python == python], names, way_title)
        ax.set_title(f"Python {python}", fontsize=9)
    for number, ax in enumerate(axes.flat):
        ax.set_visible(number < len(pythons))
        ax.tick_params(labelbottom=number + columns >= len(pythons))  # nothing is below
    _finish(figure, axes[0][0], calls, "calls inside one another, with the limit raised", narrow)
    return figure


def _lanes(ax: Axes, every: Sequence[Reach], names: Sequence[str], words: Callable[[str], str]) -> None:
    """A lane a name, from 1 to the depth reached, with a mark for how it ended there."""
    for reach in every:
        _, colour, marker = ENDINGS[reach.status]
        depth, y = max(reach.deepest, 1), names.index(reach.impl)
        ax.plot([1, depth], [y, y], color=colour, linewidth=2.2, alpha=0.35, solid_capstyle="butt")
        ax.plot(depth, y, marker, color=colour, markersize=6.5, markeredgecolor=PAPER, markeredgewidth=0.6)
        backing = {"boxstyle": "round,pad=0.12", "facecolor": PAPER, "edgecolor": "none"}
        at: Any = {"textcoords": "offset points", "ha": "right", "va": "center_baseline"}
        ax.annotate(spaced(reach.deepest), (depth, y), (-8, 0), **at, fontsize=7.5, color=INK, bbox=backing)
    ax.set_yticks(range(len(names)), [words(name) for name in names])
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.grid(False, axis="y")


def _finish(figure: Figure, ax: Axes, every: Sequence[Reach], label: str, narrow: bool) -> None:
    """The shared axis in powers of ten, and a legend of the endings that there are."""
    top = max(reach.deepest for reach in every)
    ax.set_xscale("log")
    ax.set_xlim(1, 2 * top)
    decades = [10**power for power in range(9) if 10**power <= top]
    ax.xaxis.set_major_locator(FixedLocator(decades))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, place: EngFormatter()(value) if place % 2 == 1 else ""))
    figure.supxlabel(label, fontsize=9)
    statuses = {reach.status for reach in every}
    there = [ending for status, ending in ENDINGS.items() if status in statuses]
    marks = [Line2D([], [], linestyle="", marker=marker, color=colour, markersize=6.5, label=words) for words, colour, marker in there]
    columns = min(2, len(marks)) if narrow else len(marks)
    figure.legend(handles=marks, loc="outside upper left", ncols=columns, fontsize=8.5, handletextpad=0.2)


def depth_pictures(rows: pd.DataFrame) -> list[Picture]:
    """The pictures that rows of limits.csv have data for."""
    found = Found(reaches(rows), problem_in(rows).words)
    return pictures_of(PLOTS, found, found.words)


PLOTS = [
    Plot(
        "depth_limits",
        "How many {levels}, and how does it end?",
        "The deepest {input} that {goes}, on a log scale, and how the next deeper one that was tried ended. An arrow "
        "means that the most that was tried went well. The stack is that of the thread that does the work; without a size, it is the "
        "main thread's.",
        depth_limits,
        lambda found: any(not reach.is_call for reach in found.every),
        partial(depth_limits, narrow=True),
    ),
    Plot(
        "call_limits",
        "Which ways of calling have a limit of their own?",
        "The same for a function that does nothing but call itself, in the ways that Python has for it, in the main thread.",
        call_limits,
        lambda found: any(reach.is_call for reach in found.every),
        partial(call_limits, narrow=True),
    ),
]
