"""The figure of interpreters: what each implementation costs, and how deep it goes, on one Python after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.analyse.between.axes import AxisRatio
from bench.analyse.between.interpreters import Interpreters
from bench.analyse.ratios import SAME
from bench.plan.contenders import rank, title
from bench.show.answers.axes.interpreters import largest
from bench.show.figures.pictures import BAND, Picture, Plot, colour, grid, label, literal, pictures_of

MARKS = ("o", "s", "^", "D", "v", "P", "X")
Panel = Callable[[Axes], None]


def interpreters_pictures(facts: Interpreters) -> list[Picture]:
    """The picture, if anything has an interval."""
    return pictures_of(PLOTS, facts)


def draw_interpreters(facts: Interpreters, narrow: bool = False) -> Figure:
    """Ratios to the baseline, ratios to the oldest interpreter and, if it was studied, the depth: a panel each."""
    panels: list[Panel] = [
        lambda ax: _ratios(ax, facts.pythons, largest(facts.within), f"time ÷ {title(facts.within[0].other)}"),
        lambda ax: _ratios(ax, facts.pythons[1:], largest(facts.across), f"time ÷ its time on {facts.pythons[0]}"),
    ]
    if facts.deepest:
        panels.append(lambda ax: _depths(ax, facts))
    figure, axes = grid(len(panels), len(panels), 2.8, narrow)
    for ax, panel in zip(axes, panels, strict=True):
        panel(ax)
    handles = {text: handle for ax in axes for handle, text in zip(*ax.get_legend_handles_labels(), strict=True)}
    figure.legend([*handles.values()], [*handles], loc="outside upper left", ncols=2 if narrow else 4)
    return figure


def _ratios(ax: Axes, pythons: Sequence[str], rows: Sequence[AxisRatio], words: str) -> None:
    """A point and its interval for each implementation on each interpreter, side by side."""
    ax.axhspan(1 - SAME, 1 + SAME, color=BAND)
    ax.axhline(1, color="#8a8f98", linewidth=0.8)
    names = list(dict.fromkeys(row.impl for row in rows))
    for number, name in enumerate(names):
        mark = MARKS[rank(name) % len(MARKS)]
        its = [row for row in rows if row.impl == name and row.low > 0 and row.value in pythons]
        shift = 0.5 * ((number + 0.5) / len(names) - 0.5)
        bounds = [[row.ratio - row.low for row in its], [row.high - row.ratio for row in its]]
        places = [pythons.index(row.value) + shift for row in its]
        ax.errorbar(places, [row.ratio for row in its], bounds, fmt=mark, color=colour(name), capsize=3, label=label(name))
    ax.set_xticks(range(len(pythons)), list(pythons))
    ax.set_xlim(-0.5, len(pythons) - 0.5)
    ax.set_xlabel("Python")
    ax.set_ylabel(f"{literal(words)}\n(lower is better)")


def _depths(ax: Axes, facts: Interpreters) -> None:
    for name in dict.fromkeys(impl for _, impl in facts.deepest):
        there = [python for python in facts.pythons if (python, name) in facts.deepest]
        places = [facts.pythons.index(python) for python in there]
        depths = [facts.deepest[python, name] for python in there]
        ax.plot(places, depths, MARKS[rank(name) % len(MARKS)], color=colour(name), label=label(name))
    ax.set_yscale("log")
    ax.set_xticks(range(len(facts.pythons)), list(facts.pythons))
    ax.set_xlim(-0.5, len(facts.pythons) - 0.5)
    ax.set_xlabel("Python")
    ax.set_ylabel("deepest as Python comes\n(higher is better)")


PLOTS = [
    Plot(
        "interpreters",
        "What does it cost on each Python, and how deep does it go?",
        "Left: CPU time beside the baseline on the same interpreter. Then: beside itself on the oldest interpreter, pass by pass. Bars are "
        "intervals, and in the grey band there is no difference to notice. Right, where it was studied: the deepest input that works "
        "with Python's own recursion limit.",
        draw_interpreters,
        needs=lambda facts: any(row.low > 0 for row in largest(facts.within)),
        narrow=partial(draw_interpreters, narrow=True),
    ),
]
