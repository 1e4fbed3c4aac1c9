"""The figure of the self-check: false alarms, detections and the width of intervals, tool by tool, over time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

from bench.analyse.selfcheck.coverage import share_interval
from bench.analyse.selfcheck.runs import tool_runs
from bench.analyse.selfcheck.tools import TIMES_S, Judgement, judgements
from bench.plan.selfcheck import ALPHA, COARSE, FINE
from bench.record.selfcheck import Evidence
from bench.show.figures.pictures import COLOURS, SOFT, Picture, Plot, grid, pictures_of

TOOLS = ("Unwind", "pyperf", "pytest-benchmark", "timeit")
MARKS = ("o", "s", "^", "D")
WIDTHS = (0.0005, 0.1)
WIDTH_TICKS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05)


def selfcheck_pictures(evidence: Evidence) -> list[Picture]:
    """The figure, if there is anything to draw; a self-check that was interrupted has no verdicts."""
    if evidence.checks.empty:
        return []
    return pictures_of(PLOTS, [judgement for run in tool_runs(evidence) for judgement in judgements(run)])


def draw_tools(judged: Sequence[Judgement], narrow: bool = False) -> Figure:
    """False alarms, detections and widths over time, a line a tool."""
    figure, (alarms, detections, widths) = grid(3, 3, 2.4 if narrow else 3.2, narrow)
    _shares(alarms, judged, lambda judgement: judgement.false_alarms)
    _shares(detections, judged, lambda judgement: judgement.detections)
    _lines(widths, judged, lambda judgement: judgement.half_width)
    alarms.axhline(ALPHA, color=SOFT, linestyle="--", linewidth=1)
    for ax, heading in ((alarms, "Called different: the same work"), (detections, "Called slower: 2 % more work")):
        ax.set_title(heading, fontsize=9)
        ax.set_ylim(-0.03, 1.03)
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0%}"))
    widths.set_title("Half-width of the interval", fontsize=9)
    widths.set_yscale("log")
    widths.set_ylim(*WIDTHS)
    widths.set_yticks(WIDTH_TICKS, [f"±{100 * tick:g} %" for tick in WIDTH_TICKS])
    for bound in (COARSE, FINE):
        widths.axhline(bound, color=SOFT, linestyle="--", linewidth=1)
    widths.yaxis.set_minor_locator(NullLocator())
    figure.legend(*alarms.get_legend_handles_labels(), loc="outside upper left", ncols=2 if narrow else len(TOOLS))
    return figure


def _shares(ax: Axes, judged: Sequence[Judgement], hits: Callable[[Judgement], int]) -> None:
    """Lines of shares, each point with the interval of its share: one of six is no more than a hint."""
    _lines(ax, judged, lambda judgement: hits(judgement) / judgement.blocks)
    for judgement in judged:
        low, high = share_interval(hits(judgement), judgement.blocks)
        ax.vlines(_aside(judgement), low, high, color=COLOURS[TOOLS.index(judgement.tool)], linewidth=1, alpha=0.55)


def _aside(judgement: Judgement) -> float:
    """Its time, moved a little, so that tools stand side by side."""
    return judgement.seconds * 1.04 ** (TOOLS.index(judgement.tool) - (len(TOOLS) - 1) / 2)


def _lines(ax: Axes, judged: Sequence[Judgement], value: Callable[[Judgement], float | None]) -> None:
    for tool, colour, mark in zip(TOOLS, COLOURS, MARKS, strict=False):
        mine = [judgement for judgement in judged if judgement.tool == tool]
        points = [(_aside(judgement), height) for judgement in mine if (height := value(judgement)) is not None]
        if mine:
            ax.plot(*zip(*points, strict=True) if points else ((), ()), color=colour, marker=mark, markersize=5, linewidth=1.4, label=tool)
    ax.set_xscale("log")
    times = [seconds for seconds in TIMES_S if seconds <= max(judgement.seconds for judgement in judged)]
    ax.set_xlim(times[0] / 1.15, times[-1] * 1.15)
    ax.set_xticks(times, [f"{seconds:g}" for seconds in times])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xlabel("seconds given")


PLOTS = [
    Plot(
        "selfcheck",
        "Which tool tells the same work from 2 % more of it?",
        "Left: how often a tool calls identical work different, by its own rule or by the one that it was given (see below); more than "
        "the dashed 5 % is too often. Middle: how often it calls 2 % more work slower. Right: half the width of an interval for the "
        "ratio; timeit has none. Time is all that a tool takes for three functions, its start included. The thin lines are 95 % "
        "intervals of the shares.",
        draw_tools,
        narrow=partial(draw_tools, narrow=True),
    ),
]
