"""The figures about time: ratios against depth and over the grid, and how much of a step is arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator

from bench.analyse.ratios import SAME
from bench.analyse.slices import Slice
from bench.plan.contenders import CONTROL, FLOOR
from bench.show.answers.words import ALLOCATOR_TITLES
from bench.show.figures.pictures import COLOURS, Picture, Plot, label, pictures_of
from impls import IMPLEMENTATIONS


def ratio_by_depth(data: Slice) -> Figure:
    """Ratio with its interval against depth, a line a width; a row a comparison, a column an allocator."""
    allocators, compared = data.allocators, data.comparisons
    figure, axes = _grid(len(compared), len(allocators), 4.2, 2.5, sharex=True, sharey="row")
    widths = sorted(set(data.summary["width"]))
    for i, (impl, baseline) in enumerate(compared):
        for j, allocator in enumerate(allocators):
            ax = axes[i][j]
            rows = _rows(data, impl, baseline, allocator)
            _ratio_lines(ax, rows, widths)
            ax.set_title(f"{label(impl)} ÷ {label(baseline)}\n" if j == 0 else "\n", fontsize=9)
            if i == 0:
                ax.annotate(ALLOCATOR_TITLES[allocator], (1, 1.06), xycoords="axes fraction", ha="right", color="#5b6470")
            if i == len(compared) - 1:
                ax.set_xlabel("depth (layers)")
            if j == 0:
                ax.set_ylabel("ratio of CPU times")
    axes[0][-1].legend(title="width", fontsize=8, title_fontsize=8, loc="center left", bbox_to_anchor=(1.01, 0.5))
    return figure


def _ratio_lines(ax: Axes, rows: pd.DataFrame, widths: Sequence[int]) -> None:
    ax.axhspan(1 - SAME, 1 + SAME, color="#eef1f4", zorder=0)
    ax.axhline(1, color="#8a8f98", linewidth=1)
    colours = mpl.colormaps["viridis_r"](np.linspace(0.15, 0.95, len(widths)))
    for k, (width, colour) in enumerate(zip(widths, colours, strict=True)):
        line = rows[rows["width"] == width].sort_values("depth")
        if line.empty:
            continue
        x = line["depth"].to_numpy(float) * 1.04 ** (k - (len(widths) - 1) / 2)  # side by side, not one over another
        y = line["ratio"].to_numpy(float)
        closed = np.isfinite(line["high"].to_numpy(float))
        bars = np.abs(np.stack([y - line["low"], line["high"] - y]).astype(float))[:, closed]
        ax.plot(x, y, color=colour, linewidth=1.2, label=str(width))
        ax.errorbar(x[closed], y[closed], bars, fmt="o", markersize=3.5, color=colour, elinewidth=1.4)
        ax.plot(x[~closed], y[~closed], "o", markersize=4, color=colour, markerfacecolor="white")
    _log2_axis(ax, sorted(set(rows["depth"])))
    ax.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.2f}"))


def ratio_map(data: Slice) -> Figure:
    """Depth by width: the ratio as colour and number, hatched where the interval leaves it undecided."""
    allocators, compared = data.allocators, data.comparisons
    depths, widths = sorted(set(data.summary["depth"])), sorted(set(data.summary["width"]))
    figure, axes = _grid(len(compared), len(allocators), 0.85 * len(widths) + 1.2, 0.5 * len(depths) + 0.9)
    for i, (impl, baseline) in enumerate(compared):
        for j, allocator in enumerate(allocators):
            ax = axes[i][j]
            rows = _rows(data, impl, baseline, allocator)
            _map_cells(ax, rows, depths, widths)
            ax.set_title(f"{label(impl)} ÷ {label(baseline)}", fontsize=9)
            if i == 0:
                ax.annotate(ALLOCATOR_TITLES[allocator], (0, 1.2), xycoords="axes fraction", color="#5b6470", annotation_clip=False)
            if i == len(compared) - 1:
                ax.set_xlabel("width (units)")
            if j == 0:
                ax.set_ylabel("depth (layers)")
    return figure


def _map_cells(ax: Axes, rows: pd.DataFrame, depths: Sequence[int], widths: Sequence[int]) -> None:
    colours, limit = mpl.colormaps["RdBu_r"], np.log(1.25)
    ax.grid(False)
    for row in rows.itertuples():
        x, y = widths.index(row.width), depths.index(row.depth)
        shade = 0.5 + 0.4 * float(np.clip(np.log(row.ratio) / limit, -1, 1))
        square: Any = {"xy": (x - 0.5, y - 0.5), "width": 1, "height": 1}
        hatch = "////" if row.verdict == "undecided" else None
        ax.add_patch(Rectangle(**square, facecolor=colours(shade), edgecolor="#a9b0b9", hatch=hatch, linewidth=0))
        ax.add_patch(Rectangle(**square, fill=False, edgecolor="white", linewidth=2))
        backing = {"boxstyle": "round,pad=0.15", "facecolor": colours(shade), "edgecolor": "none"}
        dark = abs(shade - 0.5) > 0.3
        ax.text(x, y, f"{row.ratio:.2f}", ha="center", va="center", fontsize=8.5, color="white" if dark else "#1c2128", bbox=backing)
    ax.set_xlim(-0.5, len(widths) - 0.5)
    ax.set_ylim(-0.5, len(depths) - 0.5)
    ax.set_xticks(range(len(widths)), [str(width) for width in widths])
    ax.set_yticks(range(len(depths)), [str(depth) for depth in depths])
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)


def time_per_layer(data: Slice) -> Figure:
    """CPU time of one step per layer against width, in the deepest networks, beside the floor."""
    allocators = data.allocators
    figure, axes = _grid(1, len(allocators), 4.2, 3.4, sharey=True)
    deepest = data.times[data.times["depth"] == data.times["depth"].max()]
    medians = deepest.groupby(["allocator", "impl", "width", "depth"], sort=False)["cpu_ns"].median().reset_index()
    names = [name for name in dict.fromkeys([*IMPLEMENTATIONS, *medians["impl"]]) if name in set(medians["impl"]) and name != CONTROL]
    markers = "osD^vP*Xphd"  # more than there are colours, so that few pairs repeat
    for j, allocator in enumerate(allocators):
        ax = axes[0][j]
        for k, name in enumerate(names):
            line = medians[(medians["allocator"] == allocator) & (medians["impl"] == name)].sort_values("width")
            x, y = line["width"].to_numpy(float), (line["cpu_ns"] / line["depth"] / 1_000).to_numpy(float)
            if name == FLOOR:
                ax.plot(x, y, color="#5c5c5c", linestyle="--", label="floor: matrix products alone")
                ax.fill_between(x, y, 0, color="#f1f3f5", zorder=0)
            else:
                ax.plot(x, y, color=COLOURS[k % len(COLOURS)], marker=markers[k % len(markers)], markersize=5, alpha=0.9, label=label(name))
        ax.set_yscale("log")
        _log2_axis(ax, sorted(set(medians["width"])))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        ax.set_title(ALLOCATOR_TITLES[allocator])
        ax.set_xlabel("width (units)")
    axes[0][0].set_ylabel(f"µs a layer, {medians['depth'].max()} layers")
    figure.legend(*axes[0][0].get_legend_handles_labels(), fontsize=8, loc="outside right upper")
    return figure


def _rows(data: Slice, impl: str, baseline: str, allocator: str) -> pd.DataFrame:
    table = data.summary
    return table[(table["impl"] == impl) & (table["baseline"] == baseline) & (table["allocator"] == allocator)]


def _grid(rows: int, columns: int, width: float, height: float, **shared: Any) -> tuple[Figure, np.ndarray]:
    figure = Figure(figsize=(width * columns + 0.6, height * rows + 0.5), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False, **shared)


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
        for picture in pictures_of(PLOTS, data)
    ]


PLOTS = [
    Plot(
        "ratio_by_depth",
        "What each costs, against depth",
        "Each point is a median over passes, each bar its interval, each line a width. All intervals hold together at 95 %. The grey band "
        "is ±1 %: a difference inside it is too small to notice. Hollow points have too few passes for an interval.",
        ratio_by_depth,
    ),
    Plot(
        "ratio_map",
        "The same, depth by width",
        "Blue is faster, red is slower. Hatched cells are undecided: their interval contains 1 and reaches beyond ±1 %.",
        ratio_map,
    ),
    Plot(
        "time_per_layer",
        "How much of a step is arithmetic",
        "CPU time of a step for each layer of the deepest networks. The dashed line is the matrix products alone, into arrays that are "
        "there already: no program that asks NumPy for these products can go below it.",
        time_per_layer,
    ),
]
