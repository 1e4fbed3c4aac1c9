"""The figures of training: loss curves that lie on each other, and what a whole training costs beside the baseline's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from bench.analyse.ratios import SAME
from bench.analyse.training import Trained, TrainingResult, by_network
from bench.plan.contenders import CONTROL
from bench.show.answers.training import network_words
from bench.show.figures.pictures import Picture, Plot, colour, label, literal, pictures_of

WIDTH = 4.4  # inches: few enough for a phone to show the words large enough
WIDEST, THINNEST = 10.0, 1.2  # points: each line is drawn thinner than those before it, so that their edges can be seen
LIGHTER = 0.5
HIGHEST = 1e100  # of a loss that can be drawn
GREY = "#5c5c5c"
DASHES = (0, (3, 1.5))


def training_curves(facts: Trained) -> Figure:
    """A panel for each dataset and depth, and in it a line for each implementation and update, thinner and thinner."""
    groups = by_network(facts.results)
    figure = Figure((WIDTH, 2.1 * len(groups) + 1.1), layout="constrained")
    axes = figure.subplots(len(groups), 1, squeeze=False)[:, 0]
    for ax, group in zip(axes, groups, strict=True):
        _curves(ax, [result for result in group if result.impl != CONTROL] or group)
    drawn = {text: handle for ax in axes for handle, text in zip(*ax.get_legend_handles_labels(), strict=True)}
    drawn["on held-out examples"] = Line2D([], [], color=GREY, linestyle=DASHES, linewidth=1.5)
    figure.legend(drawn.values(), drawn, loc="outside upper left", ncols=2)
    return figure


def _curves(ax: Axes, shown: Sequence[TrainingResult]) -> None:
    for number, result in enumerate(shown):
        width = WIDEST - (WIDEST - THINNEST) * number / max(1, len(shown) - 1)
        epochs = range(1, len(result.losses) + 1)
        line: Any = {"color": _shade(result), "solid_capstyle": "butt"}
        ax.plot(epochs, _positive(result.losses), **line, linewidth=width, label=f"{label(result.impl)}, {result.update}")
        ax.plot(epochs, _positive(result.held_out_losses), **line, linewidth=width / 2, linestyle=DASHES)
    ax.set_title(literal(network_words(shown[0])))
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_locator(NullLocator())
    ax.set_ylabel("loss")
    ax.set_xlabel("epoch")
    ax.set_xlim(left=1)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))


def _positive(losses: Sequence[float]) -> list[float]:
    """What a log scale can show; a training that diverges leaves a gap."""
    return [loss if 0 < loss < HIGHEST else math.nan for loss in losses]


def _shade(result: TrainingResult) -> tuple[float, float, float]:
    """The implementation's colour, lighter for the deferred update."""
    light = LIGHTER if result.update == "deferred" else 0.0
    red, green, blue = (light + (1 - light) * part for part in to_rgb(colour(result.impl)))
    return red, green, blue


def training_ratios(facts: Trained) -> Figure:
    """A panel a dataset; a line is an interval, and the band is ±1 %. What has no interval yet is left out."""
    groups = [closed for group in by_network(facts.results) if (closed := [result for result in group if result.cpu and result.cpu.closed])]
    rows = [*map(len, groups)]
    figure = Figure((WIDTH, 0.27 * sum(rows) + 0.8 * len(groups) + 0.3), layout="constrained")
    axes = figure.subplots(len(groups), 1, squeeze=False, sharex=True, height_ratios=[count + 0.6 for count in rows])[:, 0]
    for ax, group in zip(axes, groups, strict=True):
        _intervals(ax, group)
    figure.supxlabel("CPU time of a whole training ÷ the kept list's, deferred\n(lower is better)", fontsize=9)
    return figure


def _intervals(ax: Axes, compared: Sequence[TrainingResult]) -> None:
    ax.axvspan(1 - SAME, 1 + SAME, color="#e8ebef", zorder=0)
    ax.axvline(1, color=GREY, linewidth=0.8)
    for y, result in enumerate(compared):
        if result.cpu:
            line: Any = {"color": GREY if result.impl == CONTROL else colour(result.impl)}
            ax.plot([result.cpu.low, result.cpu.high], [y, y], **line, linewidth=2.5)
            ax.plot(result.cpu.ratio, y, "o", **line, markersize=6.5, markeredgecolor="white", markeredgewidth=0.8)
    ax.set_yticks(range(len(compared)), [f"{label(result.impl)}, {result.update}" for result in compared])
    ax.set_ylim(len(compared) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.grid(False, axis="y")
    ax.set_title(literal(network_words(compared[0])))


def training_pictures(facts: Trained) -> list[Picture]:
    """The pictures that the trainings have data for."""
    return pictures_of(PLOTS, facts)


PLOTS = [
    Plot(
        "training_curves",
        "Do all learn the same?",
        "The loss after each epoch, on a log scale: solid on the examples that are trained on, dashed on those that are held out. "
        "Each line is drawn thinner than the one before. Where only nested stripes can be seen, all lie on each other.",
        training_curves,
        lambda facts: bool(facts.results),
    ),
    Plot(
        "training_ratios",
        "Does a whole training take longer?",
        "CPU time of a whole training over that of the kept list with the deferred update, with its interval. An interval that crosses 1 "
        "shows no difference for certain. The band is ±1 %; the control is the kept list once more, so it must be near 1.",
        training_ratios,
        lambda facts: any(result.cpu and result.cpu.closed for result in facts.results),
    ),
]
