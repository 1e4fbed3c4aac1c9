"""The figure of the breakdown: where a step's time goes, a stacked bar for each implementation, in a narrow and a wide network."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import PercentFormatter

from bench.analyse.breakdown.facts import Breakdown
from bench.show.answers.breakdown import PART_WORDS
from bench.show.answers.words import capital, spaced
from bench.show.figures.pictures import Picture, Plot, grid, label, pictures_of

# A colour and a hatch each: on paper without colours, and to eyes that see few, neighbours differ in lightness and in their lines.
LOOKS = {
    "products": ("#0072b2", ""),
    "elementwise": ("#56b4e9", "//"),
    "numpy_calls": ("#e69f00", ""),
    "python_calls": ("#f0e442", ".."),
    "allocation": ("#cc79a7", "--"),
    "page_faults": ("#f3dbe8", "xx"),
    "update": ("#009e73", "\\\\"),
}
ON_LIGHT, ON_DARK = "#14181d", "#fdfdfd"  # of lines and words on them: none of the greys that change where the page is dark
LEGIBLE = 0.055  # of the bar: a figure does not fit into a narrower part
LEGIBLE_NARROW = 0.1


def breakdown_pictures(facts: Sequence[Breakdown]) -> list[Picture]:
    """The picture."""
    return pictures_of(PLOTS, facts)


def draw_breakdown(facts: Sequence[Breakdown], narrow: bool = False) -> Figure:
    """A panel a cell, a bar an implementation; the parts in one order, and named above."""
    cells = list(dict.fromkeys(each.cell for each in facts))
    most = max(sum(each.cell == cell for each in facts) for cell in cells)
    figure, axes = grid(len(cells), 1 if narrow else len(cells), 0.9 + (0.5 if narrow else 0.42) * most, narrow)
    for ax, cell in zip(axes, cells, strict=True):
        _panel(ax, [each for each in facts if each.cell == cell], narrow)
        ax.set_title(f"depth {cell.depth}, width {cell.width}, batch {cell.batch}", fontsize=9)
    handles = [Patch(facecolor=face, hatch=hatch, edgecolor=ON_LIGHT, linewidth=0.5) for face, hatch in LOOKS.values()]
    figure.legend(handles, [capital(PART_WORDS[name]) for name in LOOKS], loc="outside upper left", ncols=2 if narrow else 4, fontsize=8)
    return figure


def _panel(ax: Axes, facts: Sequence[Breakdown], narrow: bool) -> None:
    for place, each in enumerate(facts):
        left = 0.0
        for name, (face, hatch) in LOOKS.items():
            share = max(0.0, each.shares[name].value)
            ax.barh(place, share, 0.66, left, color=face, hatch=hatch, edgecolor=ON_LIGHT, linewidth=0.5)
            if share >= (LEGIBLE_NARROW if narrow else LEGIBLE):
                _figure(ax, left + share / 2, place, share, name)
            left += share
    names = [f"{label(each.impl)}\n{spaced(round(each.step_ns / 1e3))} µs" for each in facts]
    ax.set_yticks(range(len(facts)), names, fontsize=8)
    ax.invert_yaxis()
    ax.set_xlim(0, 1.02)
    ax.xaxis.set_major_formatter(PercentFormatter(1.0))
    ax.set_xlabel("share of the step's CPU time", fontsize=8)
    ax.grid(axis="y", visible=False)


def _figure(ax: Axes, x: float, y: float, share: float, name: str) -> None:
    """The share in per cent, on a patch of the part's own colour, so that no line runs through it."""
    face, hatch = LOOKS[name]
    patch = {"facecolor": face, "edgecolor": "none", "pad": 1.0} if hatch else None
    ax.text(x, y, f"{100 * share:.0f}", ha="center", va="center", fontsize=8, color=ON_DARK if name == "products" else ON_LIGHT, bbox=patch)


PLOTS = [
    Plot(
        "breakdown",
        "Where does the time of a step go?",
        "Each bar is one training step, and its parts are what the step takes less without them. Calls of NumPy are what the same "
        "operations take on next to no numbers; calls of Python are functions, loops and look-ups. Figures are per cent of the step, whose "
        "CPU time stands beside its name. A part of less than nothing is not drawn.",
        draw_breakdown,
        narrow=partial(draw_breakdown, narrow=True),
    ),
]
