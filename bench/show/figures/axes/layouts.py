"""The figure of layouts: time with examples as rows over time with examples as columns, by width."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.analyse.between.layouts import Layouts
from bench.analyse.ratios import SAME
from bench.plan.contenders import FLOOR, rank
from bench.show.figures.pictures import BAND, Picture, Plot, colour, grid, label, literal, pictures_of

MARKS = ("o", "s", "^", "D", "v", "P", "X")
FLOORS = "#5b6470"  # no implementation has this colour


def layouts_pictures(every: Sequence[Layouts]) -> list[Picture]:
    """The picture, if anything has an interval."""
    return pictures_of(PLOTS, every)


def draw_layouts(every: Sequence[Layouts], narrow: bool = False) -> Figure:
    """A panel for each batch, dataset and so on."""
    figure, axes = grid(len(every), min(2, len(every)), 3.0, narrow)
    for ax, facts in zip(axes, every, strict=False):
        _panel(ax, facts)
        if len(every) > 1:
            ax.set_title(literal(facts.words), fontsize=8, wrap=True)
    for ax in axes[len(every) :]:
        ax.set_visible(False)
    handles = {text: handle for ax in axes for handle, text in zip(*ax.get_legend_handles_labels(), strict=True)}
    figure.legend([*handles.values()], [*handles], loc="outside upper left", ncols=2 if narrow else 4)
    return figure


def _panel(ax: Axes, facts: Layouts) -> None:
    """A point and its interval for each implementation at each size, side by side where the width is the same."""
    names = [*facts.names, FLOOR]
    widths = sorted({row.cell.width for row in facts.ratios})
    ax.axhspan(1 - SAME, 1 + SAME, color=BAND)
    ax.axhline(1, color="#8a8f98", linewidth=0.8)
    for number, name in enumerate(names):
        its = facts.of(name)
        shift = 0.6 * ((number + 0.5) / len(names) - 0.5)
        places = [widths.index(row.cell.width) + shift for row in its]
        bounds = [[row.ratio - row.low for row in its], [row.high - row.ratio for row in its]]
        mark, mine = ("_", FLOORS) if name == FLOOR else (MARKS[rank(name) % len(MARKS)], colour(name))
        if its:
            ax.errorbar(places, [row.ratio for row in its], bounds, fmt=mark, color=mine, capsize=3, markersize=5, label=label(name))
    ax.set_xticks(range(len(widths)), [f"{width:,}".replace(",", " ") for width in widths])
    ax.set_xlim(-0.5, len(widths) - 0.5)
    ax.set_xlabel("width")
    ax.set_ylabel("time with rows ÷ with columns\n(lower: rows are faster)")


PLOTS = [
    Plot(
        "layouts",
        "Does it matter whether examples are rows or columns?",
        "CPU time of a step with examples as rows over its time with examples as columns, pass by pass. Bars are intervals, and in the "
        "grey band there is no difference to notice. The floor is the matrix products alone: what it gains or loses is BLAS's.",
        draw_layouts,
        needs=lambda every: any(facts.of(name) for facts in every for name in facts.names),
        narrow=partial(draw_layouts, narrow=True),
    ),
]
