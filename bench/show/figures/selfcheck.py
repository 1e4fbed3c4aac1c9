"""The figure of the self-check: false alarms, detections and the width of intervals, tool by tool, over time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

from bench.analyse.selfcheck.checks import rows
from bench.analyse.selfcheck.coverage import wilson
from bench.analyse.selfcheck.tools import TIMES_S, Judgement, judgements
from bench.plan.selfcheck import ALPHA, COARSE, FINE
from bench.record.selfcheck import Evidence
from bench.show.figures.pictures import COLOURS, Picture

TOOLS = ("Unwind", "pyperf", "pytest-benchmark", "timeit")
MARKS = ("o", "s", "^", "D")
WIDTHS = (0.0005, 0.1)
WIDTH_TICKS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05)


def selfcheck_pictures(evidence: Evidence) -> list[Picture]:
    """The figure, if there is anything to draw; a self-check that was cut short has not come to its verdicts."""
    if evidence.checks.empty:
        return []
    found = [one for row in rows(evidence) for one in judgements(row)]
    if not found:
        return []
    return [
        Picture(
            "selfcheck",
            "The same work twice, and 2 % more of it, by four tools",
            "Left: how often a tool calls identical work different, by its own rule or by one that it was given (see below); more than "
            "the dashed 5 % is too often. Middle: how often it calls 2 % more work slower. Right: half the width of an interval for the "
            "ratio; timeit has none. Time is all that a tool takes for three functions, its start included. The thin lines are 95 % "
            "intervals of the shares.",
            partial(_draw, found),
        )
    ]


def _draw(found: Sequence[Judgement]) -> Figure:
    figure = Figure(figsize=(11, 3.3), layout="constrained")
    alarms, detections, widths = figure.subplots(1, 3)
    _shares(alarms, found, lambda one: one.false_alarms)
    _shares(detections, found, lambda one: one.detections)
    _lines(widths, found, lambda one: one.half_width)
    alarms.axhline(ALPHA, color="#5b6470", linestyle="--", linewidth=1)
    for ax, heading in ((alarms, "Called different: the same work"), (detections, "Called slower: 2 % more work")):
        ax.set_title(heading)
        ax.set_ylim(-0.03, 1.03)
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0%}"))
    widths.set_title("Half-width of the interval")
    widths.set_yscale("log")
    widths.set_ylim(*WIDTHS)
    widths.set_yticks(WIDTH_TICKS, [f"±{100 * tick:g} %" for tick in WIDTH_TICKS])
    for bound in (COARSE, FINE):
        widths.axhline(bound, color="#5b6470", linestyle="--", linewidth=1)
    widths.yaxis.set_minor_locator(NullLocator())
    figure.legend(*alarms.get_legend_handles_labels(), loc="outside lower center", ncols=len(TOOLS))
    return figure


def _shares(ax: Axes, found: Sequence[Judgement], hits: Callable[[Judgement], int]) -> None:
    """Lines of shares, each point with the interval of its share: one of six is no more than a hint."""
    _lines(ax, found, lambda one: hits(one) / one.blocks)
    for one in found:
        low, high = wilson(hits(one), one.blocks)
        ax.vlines(_aside(one), low, high, color=COLOURS[TOOLS.index(one.tool)], linewidth=1, alpha=0.55)


def _aside(one: Judgement) -> float:
    """Its time, moved a little, so that tools stand side by side."""
    return one.seconds * 1.04 ** (TOOLS.index(one.tool) - (len(TOOLS) - 1) / 2)


def _lines(ax: Axes, found: Sequence[Judgement], value: Callable[[Judgement], float | None]) -> None:
    for tool, colour, mark in zip(TOOLS, COLOURS, MARKS, strict=False):
        points = [(_aside(one), height) for one in found if one.tool == tool and (height := value(one)) is not None]
        if points or any(one.tool == tool for one in found):
            ax.plot(*zip(*points, strict=True) if points else ((), ()), color=colour, marker=mark, markersize=5, linewidth=1.4, label=tool)
    ax.set_xscale("log")
    times = [seconds for seconds in TIMES_S if seconds <= max(one.seconds for one in found)]
    ax.set_xlim(times[0] / 1.15, times[-1] * 1.15)
    ax.set_xticks(times, [f"{seconds:g}" for seconds in times])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xlabel("seconds given")
