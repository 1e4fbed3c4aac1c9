"""The figure of page faults, pass by pass: why a ratio is one figure in some processes and another in others."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from bench.analyse.ratios import PassFaults, faults_by_pass
from bench.analyse.slices import Slice
from bench.show.answers.words import ALLOCATOR_TITLES
from bench.show.figures.pictures import Picture, Plot, colour, grid, label, pictures_of

MOST_PANELS = 6
MARKS = ("o", "s", "^", "D", "v", "P", "X")


def faults_pictures(data: Slice) -> list[Picture]:
    """The picture, if a ratio depends on heap history anywhere."""
    return pictures_of(PLOTS, faults_by_pass(data), data.problem.words)


def draw_faults(cells: Sequence[PassFaults], narrow: bool = False) -> Figure:
    """Page faults of each implementation in each pass, a panel a cell, the most faults first."""
    shown = sorted(cells, key=lambda cell: -float(cell.faults.max().max()))[:MOST_PANELS]
    figure, axes = grid(len(shown), min(2, len(shown)), 2.5, narrow)
    for ax, cell in zip(axes, shown, strict=False):
        _panel(ax, cell)
    for ax in axes[len(shown) :]:
        ax.set_visible(False)
    figure.supxlabel("passes, those with the fewest faults first", fontsize=9)
    handles = {text: handle for ax in axes for handle, text in zip(*ax.get_legend_handles_labels(), strict=True)}
    figure.legend([*handles.values()], [*handles], loc="outside upper left", ncols=3)
    return figure


def _panel(ax: Axes, cell: PassFaults) -> None:
    """Markers that differ in shape, and each later one smaller and hollow, so that one shows where it lies on another."""
    places = range(1, len(cell.faults) + 1)
    for place, (name, mark) in enumerate(zip(cell.faults, MARKS, strict=False)):
        mine = colour(str(name))
        ax.plot(
            places, cell.faults[name], mark, color=mine, markersize=7 - place, markeredgewidth=1.2,
            markerfacecolor="white" if place else mine, label=label(str(name)),
        )  # fmt: skip
    ax.set_title(f"depth {cell.depth}, width {cell.width}, {ALLOCATOR_TITLES[cell.allocator]}", fontsize=9)
    ax.set_ylabel(f"page faults a {cell.call}")
    ax.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    ax.set_ylim(-0.06 * ax.get_ylim()[1], None)


PLOTS = [
    Plot(
        "faults_by_pass",
        "Does a {call} fault its memory in again?",
        "Every pass is a new process with allocations of its own before the {call}. In some, a {call} finds its memory in the process and "
        "has no page faults; in others it is faulted in again at every {call}, page by page. Where one implementation has more of them "
        "than another, it takes longer: their ratio depends on what else the program has allocated. Shown are the {inputs} in which it "
        "does.",
        draw_faults,
        narrow=partial(draw_faults, narrow=True),
    ),
]
