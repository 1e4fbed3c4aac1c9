"""The figures about time: ratios against depth and over the grid, and how much of a step is arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from bench.analyse.observations import Comparison
from bench.analyse.ratios import SAME
from bench.analyse.slices import Slice
from bench.plan.contenders import CONTROL, FLOOR, asked_of, in_order, told_of
from bench.plan.described import plural
from bench.show.answers.words import ALLOCATOR_TITLES
from bench.show.figures.faults import faults_pictures
from bench.show.figures.pictures import BAND, COLOURS, FAINT, PAPER, SOFT, Picture, Plot, colour, grid, label, pictures_of

MARKERS = "osD^vP*Xphd"  # more than there are colours, so that few pairs repeat
LINES = ("-", "--", "-.", ":")
FEW_TIMES = 1.5  # ratios beyond it would make the others' differences vanish on equal axes


def ratio_by_depth(data: Slice, narrow: bool = False) -> Figure:
    """Ratio with its interval against depth, a line a width; a row a comparison, recursion first, and a column an allocator."""
    allocators = _shown(data.allocators, narrow)
    panels = [(pair, allocator) for pair in _by_depth(data) for allocator in allocators]
    rows = data.summary[data.summary["impl"].isin({pair[0] for pair, _ in panels})]
    equal = "all" if rows["ratio"].max() < FEW_TIMES else "row"
    figure, axes = grid(len(panels), len(allocators), 2.1 if narrow else 2.5, narrow, sharex=True, sharey=equal)
    widths = sorted(set(data.summary["width"]))
    for ax, ((impl, baseline), allocator) in zip(axes, panels, strict=True):
        _ratio_lines(ax, _rows(data, impl, baseline, allocator), widths)
        ax.set_title(f"{label(impl)} ÷ {label(baseline)}\n", fontsize=9)
        ax.annotate(ALLOCATOR_TITLES[allocator], (0, 1.03), xycoords="axes fraction", color=SOFT, fontsize=8)
        ax.set_ylabel("ratio of CPU times", fontsize=8)
        ax.set_xlabel(f"depth ({data.problem.words.levels})", fontsize=8)
        ax.label_outer()
    _say_how_to_read(axes[0])
    figure.legend(*axes[0].get_legend_handles_labels(), title="width", fontsize=8, title_fontsize=8, loc="outside upper left", ncols=6)
    return figure


def _shown(allocators: Sequence[str], narrow: bool) -> Sequence[str]:
    """Of the allocators that there are rows of, all; on a narrow screen the first alone, which is what a user has."""
    return allocators[: 1 if narrow else None]


def _by_depth(data: Slice) -> list[Comparison]:
    """The pairs that something is asked of, and the user's own; where nothing is asked, or those are not there, all that was compared."""
    there = data.comparisons
    shown = [pair for pair in _asked(data) if pair in there]
    shown += [pair for pair in there if any(told_of(name).own for name in pair) and pair not in shown]
    return shown if shown and _asked(data) else there


def _asked(data: Slice) -> list[Comparison]:
    """The pairs that something is asked of."""
    return [pair.names for pair in asked_of(data.problem).values()]


def _say_how_to_read(ax: Axes) -> None:
    """Which way is better, and what the band is."""
    ax.annotate("↓ lower is better", (0.02, 0.06), xycoords="axes fraction", color=SOFT, fontsize=8)
    ax.annotate("±1 %", (1.01, 1), xycoords=("axes fraction", "data"), va="center", color=SOFT, fontsize=7, annotation_clip=False)


def _ratio_lines(ax: Axes, rows: pd.DataFrame, widths: Sequence[int]) -> None:
    ax.axhspan(1 - SAME, 1 + SAME, color=BAND, zorder=0)
    ax.axhline(1, color="#8a8f98", linewidth=1)
    colours = mpl.colormaps["viridis"](np.linspace(0.25, 0.8, len(widths)))
    for k, (width, mine) in enumerate(zip(widths, colours, strict=True)):
        line = rows[rows["width"] == width].sort_values("depth")
        if line.empty:
            continue
        x = line["depth"].to_numpy(float) * 1.04 ** (k - (len(widths) - 1) / 2)  # side by side, not one over another
        y = line["ratio"].to_numpy(float)
        closed = np.isfinite(line["high"].to_numpy(float))
        bars = np.abs(np.stack([y - line["low"], line["high"] - y]).astype(float))[:, closed]
        mark, dashes = MARKERS[k % len(MARKERS)], LINES[k % len(LINES)]
        ax.plot(x, y, color=mine, linewidth=1.2, linestyle=dashes, marker=mark, markersize=4.5, label=str(width))
        ax.errorbar(x[closed], y[closed], bars, fmt="none", color=mine, elinewidth=1.4)
        ax.plot(x[~closed], y[~closed], mark, markersize=4.5, color=mine, markerfacecolor=PAPER)
    _log2_axis(ax, sorted(set(rows["depth"])))
    ax.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.2f}"))


# verdict -> words in the legend, sign, colour, hatch; the signs tell them apart in black and white
VERDICT_LOOKS = {
    "faster": ("faster", "▼", "#a9d3f0", ""),
    "slower": ("slower", "▲", "#f6bf9c", ""),
    "same": ("the same within 1 %", "=", "#d5ecdf", ""),
    "undecided": ("undecided", "?", "#f3f4f6", "////"),
}
ON_COLOUR = "#111417"  # words on one of these, which stay as they are on a dark page


def ratio_map(data: Slice, narrow: bool = False) -> Figure:
    """Depth by width: the verdict as colour, sign and hatch, with the difference in per cent."""
    depths, widths = sorted(set(data.summary["depth"])), sorted(set(data.summary["width"]))
    allocators = _shown(data.allocators, narrow)
    panels = [(pair, allocator) for pair in _recursion_first(data) for allocator in allocators]
    figure, axes = grid(len(panels), len(allocators), 0.42 * len(depths) + 0.75, narrow)
    for ax, ((impl, baseline), allocator) in zip(axes, panels, strict=True):
        _map_cells(ax, _rows(data, impl, baseline, allocator), depths, widths)
        ax.set_title(f"{label(impl)} ÷ {label(baseline)}\n", fontsize=9)
        ax.annotate(ALLOCATOR_TITLES[allocator], (0, 1.06), xycoords="axes fraction", color=SOFT, fontsize=8, annotation_clip=False)
        ax.set_xlabel(_width_label(data), fontsize=8)
        ax.set_ylabel(f"depth ({data.problem.words.levels})", fontsize=8)
        ax.label_outer()
    keys = [
        Patch(facecolor=face, edgecolor="#8a8f98", hatch=hatch, label=f"{sign} {words}")
        for words, sign, face, hatch in VERDICT_LOOKS.values()
    ]
    figure.legend(handles=keys, loc="outside lower center", ncols=2 if narrow else 4, fontsize=8)
    return figure


def _recursion_first(data: Slice) -> list[Comparison]:
    asked, there = _asked(data), data.comparisons
    return [pair for pair in asked if pair in there] + [pair for pair in there if pair not in asked]


def _width_label(data: Slice) -> str:
    across = data.problem.words.across
    return f"width ({plural(across)})" if across else "width"


def _map_cells(ax: Axes, rows: pd.DataFrame, depths: Sequence[int], widths: Sequence[int]) -> None:
    ax.grid(False)
    for row in rows.itertuples():
        x, y = widths.index(row.width), depths.index(row.depth)
        _, sign, face, hatch = VERDICT_LOOKS[row.verdict]
        square: Any = {"xy": (x - 0.5, y - 0.5), "width": 1, "height": 1}
        ax.add_patch(Rectangle(**square, facecolor=face, edgecolor="#b9c0c8", hatch=hatch, linewidth=0))
        ax.add_patch(Rectangle(**square, fill=False, edgecolor=PAPER, linewidth=2))
        backing = {"boxstyle": "round,pad=0.15", "facecolor": face, "edgecolor": "none"}
        ax.text(x, y, f"{sign} {_difference(row.ratio)}", ha="center", va="center", fontsize=8, color=ON_COLOUR, bbox=backing)
    ax.set_xlim(-0.5, len(widths) - 0.5)
    ax.set_ylim(-0.5, len(depths) - 0.5)
    ax.set_xticks(range(len(widths)), [str(width) for width in widths])
    ax.set_yticks(range(len(depths)), [str(depth) for depth in depths])
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)


def _difference(ratio: float) -> str:
    """A ratio as it stands in a square.

    >>> _difference(0.934), _difference(0.99999), _difference(1.049), _difference(1.32), _difference(2.31)
    ('−6.6 %', '0.0 %', '+4.9 %', '+32 %', '2.3 ×')
    """
    if ratio >= 2:
        return f"{ratio:.1f} ×"
    size = f"{100 * abs(ratio - 1):.{1 if abs(ratio - 1) < 0.1 else 0}f}"
    return f"{'' if size == '0.0' else '+' if ratio > 1 else '−'}{size} %"


def time_per_layer(data: Slice, narrow: bool = False) -> Figure:
    """CPU time of one step per layer against width, in the deepest networks, beside the floor."""
    words, deepest = data.problem.words, data.times[data.times["depth"] == data.times["depth"].max()]
    allocators = _shown([name for name in data.allocators if name in set(deepest["allocator"])], narrow)  # a run may have ended before
    figure, axes = grid(len(allocators), len(allocators), 3.2, narrow, sharey=True)
    medians = deepest.groupby(["allocator", "impl", "width", "depth"], sort=False, observed=True)["cpu_ns"].median().reset_index()
    names = [name for name in in_order(medians["impl"]) if name != CONTROL]
    for ax, allocator in zip(axes, allocators, strict=True):
        for k, name in enumerate(names):
            line = medians[(medians["allocator"] == allocator) & (medians["impl"] == name)].sort_values("width")
            x, y = line["width"].to_numpy(float), (line["cpu_ns"] / line["depth"] / 1_000).to_numpy(float)
            if name == FLOOR:
                ax.plot(x, y, color=SOFT, linestyle="--", label="floor: matrix products alone")
                ax.fill_between(x, y, 0, color=FAINT, zorder=0)
            else:
                mark = MARKERS[k % len(MARKERS)]
                ax.plot(x, y, color=COLOURS[k % len(COLOURS)], marker=mark, markersize=5, alpha=0.9, label=label(name))
        ax.set_yscale("log")
        _log2_axis(ax, sorted(set(medians["width"])))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        ax.set_title(ALLOCATOR_TITLES[allocator], fontsize=9)
        ax.set_xlabel(_width_label(data), fontsize=8)
        ax.set_ylabel(f"µs a {words.level}, {medians['depth'].max()} {words.levels}", fontsize=8)
        ax.label_outer()
    axes[0].annotate("↓ lower is better", (0.02, 0.95), xycoords="axes fraction", va="top", color=SOFT, fontsize=8)
    figure.legend(*axes[0].get_legend_handles_labels(), fontsize=8, loc="outside lower center", ncols=2 if narrow else 4)
    return figure


def time_by_depth(data: Slice, narrow: bool = False) -> Figure:
    """CPU time of a call against depth, a line an implementation; a row a width, a column an allocator."""
    words, allocators = data.problem.words, _shown(data.allocators, narrow)
    medians = data.times.groupby(["allocator", "impl", "width", "depth"], sort=False, observed=True)["cpu_ns"].median().reset_index()
    widths = [width for width, here in medians.groupby("width") if here["depth"].nunique() > 1]
    panels = [(width, allocator) for width in widths for allocator in allocators]
    figure, axes = grid(len(panels), len(allocators), 2.6, narrow, sharex=True, sharey=True)
    for ax, (width, allocator) in zip(axes, panels, strict=True):
        here = medians[(medians["width"] == width) & (medians["allocator"] == allocator)]
        for k, name in enumerate(name for name in in_order(medians["impl"]) if name != CONTROL):
            line = here[here["impl"] == name].sort_values("depth")
            x, y = line["depth"].to_numpy(float), line["cpu_ns"].to_numpy(float) / 1_000
            ax.plot(x, y, color=colour(name), marker=MARKERS[k % len(MARKERS)], markersize=5, alpha=0.9, label=label(name))
        ax.set_yscale("log")
        _log2_axis(ax, sorted(set(medians["depth"])))
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        ax.yaxis.set_minor_locator(NullLocator())
        ax.set_title(f"{f'width {width}, ' if len(widths) > 1 else ''}{ALLOCATOR_TITLES[allocator]}", fontsize=9)
        ax.set_xlabel(f"depth ({words.levels})", fontsize=8)
        ax.set_ylabel(f"µs a {words.call}", fontsize=8)
        ax.label_outer()
    axes[0].annotate("↓ lower is better", (0.98, 0.05), xycoords="axes fraction", ha="right", color=SOFT, fontsize=8)
    figure.legend(*axes[0].get_legend_handles_labels(), fontsize=8, loc="outside lower center", ncols=2 if narrow else 4)
    return figure


def _grows(data: Slice) -> bool:
    """Is there a width with several depths, and no floor to look at instead?"""
    return not data.problem.floor and bool((data.times.groupby("width")["depth"].nunique() > 1).any())


def _rows(data: Slice, impl: str, baseline: str, allocator: str) -> pd.DataFrame:
    table = data.summary
    return table[(table["impl"] == impl) & (table["baseline"] == baseline) & (table["allocator"] == allocator)]


def _log2_axis(ax: Axes, ticks: Sequence[int]) -> None:
    ax.set_xscale("log", base=2)
    ax.set_xticks(ticks, [str(tick) for tick in ticks])
    ax.xaxis.set_minor_locator(NullLocator())


def time_pictures(parts: Sequence[Slice]) -> list[Picture]:
    """The pictures of every slice; the headings name it if there are several. The report has those of the first, and a chart for all."""
    return [
        replace(
            picture,
            name=f"{picture.name}{'-' if data.name else ''}{data.name}",
            heading=f"{picture.heading}: {data.words}" if len(parts) > 1 else picture.heading,
            in_report=data is parts[0],
        )
        for data in parts
        for picture in [*pictures_of(PLOTS, data, data.problem.words), *faults_pictures(data)]
    ]


PLOTS = [
    Plot(
        "ratio_by_depth",
        "Is recursion slower, and for which {inputs}?",
        "A point below 1 is faster, one above it slower. Each point is a median over passes, each bar its interval, each line a width. "
        "All intervals hold together at 95 %. The grey band is ±1 %: a difference inside it is too small to notice. Hollow points have "
        "too few passes for an interval.",
        ratio_by_depth,
        narrow=partial(ratio_by_depth, narrow=True),
    ),
    Plot(
        "ratio_map",
        "Where is the difference large enough to notice?",
        "Each square is {a_input}: how much more or less CPU time, in per cent, and whether that is certain. Hatched squares are "
        "undecided: their interval contains 1 and reaches beyond ±1 %.",
        ratio_map,
        narrow=partial(ratio_map, narrow=True),
    ),
    Plot(
        "time_per_layer",
        "How much of a {call} is arithmetic?",
        "CPU time of a {call} for each {level} of the deepest {inputs}. The dashed line is the matrix products alone, into arrays that are "
        "there already: no program that asks NumPy for these products can go below it.",
        time_per_layer,
        lambda data: data.problem.floor,
        narrow=partial(time_per_layer, narrow=True),
    ),
    Plot(
        "time_by_depth",
        "How does time grow with depth?",
        "CPU time of a {call} against depth, both on log scales, the median over all passes. Lines that are parallel keep their ratio.",
        time_by_depth,
        _grows,
        partial(time_by_depth, narrow=True),
    ),
]
