"""The figures about memory: a step's live bytes as it runs, peaks against their formula, and what a sampler saw."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator

from bench.analyse.memory import ABSOLUTE_BYTES, RELATIVE, agreement
from bench.measure.memory.meters import SAMPLED_STEPS
from bench.plan.contenders import rank
from bench.record.memory import MemoryTables
from bench.show.figures import call_profile
from bench.show.figures.pictures import BAND, INK, NARROW_IN, SOFT, Picture, Plot, colour, grid, label, pictures_of

MIB = 2**20
UPDATE_TITLES = {"deferred": "deferred: gradients wait for their update", "fused": "fused: each layer is updated at once"}
GREY, SHADE = SOFT, BAND
CLOSE_LOOK_S = 0.3
COLUMNS = 4
Lines = dict[str, np.ndarray]


def memory_profile(tables: MemoryTables, narrow: bool = False) -> Figure:
    """Live bytes after every forward and backward of one step; a panel an update, a line an implementation."""
    rows = _one_dataset(tables.profile, tables.peaks)
    updates = [update for update in UPDATE_TITLES if (rows["update"] == update).any()]
    lines = {update: _lines(rows[rows["update"] == update]) for update in updates}
    figure, axes = grid(len(updates), len(updates), 3.0 if narrow else 3.8, narrow, sharex=True, sharey=True)
    top = max(float(line.max()) for panel in lines.values() for line in panel.values())
    for ax, update in zip(axes, updates, strict=True):
        _layers_axis(ax, rows[rows["impl"] == rows["impl"].iloc[0]], top)
        _waiting_gradients(ax, lines[update], lines.get("fused", {}), top)
        _profile_lines(ax, lines[update], top)
        ax.set_title(UPDATE_TITLES[update], fontsize=9)
        ax.set_ylabel("MiB alive, above the start", fontsize=8)
        ax.label_outer()
    return figure


def _one_dataset(rows: pd.DataFrame, peaks: pd.DataFrame) -> pd.DataFrame:
    """The rows of the dataset that was recorded first, with the columns of their cells, which are in memory.csv."""
    cells = _networks(peaks).drop_duplicates("cell").set_index("cell")[["dataset", "update"]]
    known = rows.join(cells, on="cell", how="inner")
    return known[known["dataset"] == known["dataset"].iloc[0]]


def _known(rows: pd.DataFrame, peaks: pd.DataFrame) -> bool:
    """Is any of the rows of a network's cell that is in memory.csv?"""
    return bool(rows["cell"].isin(_networks(peaks)["cell"]).any())


def _networks(peaks: pd.DataFrame) -> pd.DataFrame:
    """The rows of networks: those of other problems have no data set."""
    return peaks[peaks["dataset"].notna()]


def _lines(rows: pd.DataFrame) -> Lines:
    return {str(name): line.sort_values("event")["live_bytes"].to_numpy(float) / MIB for name, line in rows.groupby("impl", sort=False)}


def _layers_axis(ax: Axes, rows: pd.DataFrame, top: float) -> None:
    """Layers up and down again, with the loss between them."""
    first = rows[rows["cell"] == rows["cell"].iloc[0]].sort_values("event")
    layers, phases = first["layer"].to_numpy(int), first["phase"].to_numpy(str)
    turn = int(np.argmax(phases == "backward")) - 0.5
    middle = (layers.max() - 1) // 2
    ticks = {float(event): layer + 1 for event, layer in enumerate(layers) if layer in (0, middle)}
    ticks[turn] = layers.max() + 1
    ax.set_xticks(list(ticks), [str(layer) for layer in ticks.values()])
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 4, 5, 10], integer=True))
    ax.axvline(turn, color="#8a8f98", linewidth=1, linestyle=(0, (2, 2)))
    for x, words, side in ((turn - 2, "forward →", "right"), (turn + 2, "backward →", "left")):
        ax.text(x, 1.12 * top, words, ha=side, va="center", color=GREY)
    ax.set_xlabel("layer that has just run", fontsize=8)
    ax.set_xlim(-1, len(layers))
    ax.set_ylim(0, 1.2 * top)
    ax.grid(axis="x", visible=False)


def _waiting_gradients(ax: Axes, lines: Lines, fused: Lines, top: float) -> None:
    """As an area: what is alive only because gradients wait. It is what the same implementation has alive less when fused."""
    name = next((name for name in lines if name in fused and len(lines[name]) == len(fused[name])), None)
    if name is None or not np.any(waiting := lines[name] - fused[name]):
        return
    ax.fill_between(np.arange(len(waiting)), waiting, color=SHADE, zorder=0)
    ax.annotate("gradients\nthat wait", (0.87 * len(waiting), 0.1 * top), ha="center", color=GREY)


def _profile_lines(ax: Axes, lines: Lines, top: float) -> None:
    """A line each, named at its end; of lines that lie on each other, each later one thinner and dashed."""
    drawn: Lines = {}
    for name, line in lines.items():
        beneath = sum(_alike(line, other) for other in drawn.values())
        look = {"linewidth": 2.0, "linestyle": (3.0 * beneath, (2.5, 2.5))} if beneath else {"linewidth": 4.2}
        ax.plot(line, color=colour(name), solid_joinstyle="round", **look)
        drawn[name] = line
    ends = {name: float(line[-1]) for name, line in lines.items()}
    for name, y in _spread(ends, 0.055 * top).items():
        ax.annotate(label(name), (len(lines[name]) + 1.5, y), va="center", fontweight="bold", annotation_clip=False, fontsize=8)


def _alike(line: np.ndarray, other: np.ndarray) -> bool:
    """Can two lines not be told apart by eye?"""
    return len(line) == len(other) and float(np.abs(line - other).max()) < 0.02 * float(line.max())


def _spread(heights: dict[str, float], gap: float) -> dict[str, float]:
    """The heights moved apart, upwards from the lowest, until no two are nearer than `gap`."""
    spread: dict[str, float] = {}
    lowest = -np.inf
    for name in sorted(heights, key=lambda name: (round(heights[name], 2), -rank(name))):
        spread[name] = lowest = max(heights[name], lowest + gap)
    return spread


def memory_peaks(tables: MemoryTables, narrow: bool = False) -> Figure:
    """The heap's measured peak against the formula's, a panel an implementation, with what is allowed between them."""
    rows = agreement(tables.peaks)
    names = list(dict.fromkeys(rows["impl"]))
    figure, panels = _panels(len(names), 1, 2.6 if narrow else 3.2, narrow)
    low, high = 0.5 * float(rows["predicted_bytes"].min()) / MIB, 2 * float(rows["predicted_bytes"].max()) / MIB
    for [ax], name in zip(panels, names, strict=True):
        points = rows[rows["impl"] == name]
        _allowed_band(ax, low, high)
        for update, face in (("deferred", colour(name)), ("fused", "white")):
            some = points[points["update"] == update]
            ax.plot(
                some["predicted_bytes"].to_numpy(float) / MIB, some["peak_bytes"].to_numpy(float) / MIB, "o", markersize=5.5,
                color=colour(name), markerfacecolor=face, label=update,
            )  # fmt: skip
        ax.set_title(label(name), fontsize=9)
        ax.annotate(_worst_words(points), (0.97, 0.05), xycoords="axes fraction", ha="right", fontsize=8, color=GREY)
        ax.set_xlabel("predicted (MiB)", fontsize=8)
    for [ax] in panels[:: 1 if narrow else COLUMNS]:
        ax.set_ylabel("measured (MiB)", fontsize=8)
    panels[0][0].legend(fontsize=8, loc="upper left")
    return figure


def _panels(count: int, each: int, height: float, narrow: bool) -> tuple[Figure, list[list[Axes]]]:
    """A figure with a column of `each` axes, of one scale, for each implementation, COLUMNS of them side by side at most."""
    columns = min(count, 1 if narrow else COLUMNS)
    rows = -(-count // columns)
    figure = Figure(figsize=(NARROW_IN if narrow else max(3.1 * columns + 0.5, 6.0), height * rows), layout="constrained")
    subplots = figure.subplots(rows * each, columns, squeeze=False, sharey=True)
    panels = [[subplots[each * (n // columns) + k][n % columns] for k in range(each)] for n in range(rows * columns)]
    for panel in panels[count:]:
        for ax in panel:
            ax.set_axis_off()
    return figure, panels[:count]


def _allowed_band(ax: Axes, low: float, high: float) -> None:
    x = np.geomspace(low, high, 200)
    room = RELATIVE * x + ABSOLUTE_BYTES / MIB
    ax.fill_between(x, np.maximum(x - room, low / 10), x + room, color=SHADE, zorder=0)
    ax.plot(x, x, color="#8a8f98", linewidth=1)
    for axis, scale, limits in ((ax.xaxis, ax.set_xscale, ax.set_xlim), (ax.yaxis, ax.set_yscale, ax.set_ylim)):
        scale("log")
        limits(low, high)
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.set_minor_locator(NullLocator())


def _worst_words(points: pd.DataFrame) -> str:
    large = points[points["peak_bytes"] > MIB]
    return f"off by at most {100 * large['off'].max():.2f} %\nabove 1 MiB" if len(large) else ""


def memory_sampled(tables: MemoryTables, narrow: bool = False) -> Figure:
    """The sampler's series through the steps with the heap's true peak, and a closer look with its true course."""
    samples = _one_dataset(tables.samples, tables.peaks)
    names = list(dict.fromkeys(samples["impl"]))
    figure, panels = _panels(len(names), 2, 4.0 if narrow else 4.9, narrow)
    heap = tables.read_by("heap").set_index(["cell", "impl"])["peak_bytes"]
    for [whole, close], name in zip(panels, names, strict=True):
        series = samples[samples["impl"] == name]
        cell = series["cell"].iloc[0]
        seconds, resident = series["seconds"].to_numpy(float), series["rss_bytes"].to_numpy(float) / MIB
        step_s = float(seconds.max()) / SAMPLED_STEPS
        if (cell, name) in heap:
            whole.axhline(heap[cell, name] / MIB, color=INK, linewidth=1.4, linestyle="--", label="the heap's true peak")
        _true_course(close, tables.profile, cell, name, step_s)
        for ax in (whole, close):
            ax.plot(seconds, resident, "o-", color=colour(name), markersize=4, linewidth=0.8, label="memory_profiler")
            ax.set_ylim(bottom=0)
            ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 4, 5, 10], integer=True))
        whole.set_title(label(name), fontsize=9)
        close.set_xlim(1, 1 + CLOSE_LOOK_S)
        close.set_xlabel(f"seconds (a step takes {1_000 * step_s:.0f} ms)")
        close.xaxis.set_major_locator(MaxNLocator(4))
    for ax in [ax for panel in panels[:: 1 if narrow else COLUMNS] for ax in panel]:
        ax.set_ylabel("MiB above the start", fontsize=8)
    figure.legend(*_labelled(panels[0]), fontsize=8, loc="outside upper left", ncols=1 if narrow else 3)
    return figure


def _labelled(axes: list[Axes]) -> tuple[list[Any], list[str]]:
    """The handles and labels of axes, each label once."""
    handles = {label: handle for ax in axes for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)}
    return list(handles.values()), list(handles)


def _true_course(ax: Axes, profile: pd.DataFrame, cell: str, name: str, step_s: float) -> None:
    """The live bytes of step after step, as if all events took the same time."""
    course = profile[(profile["cell"] == cell) & (profile["impl"] == name)].sort_values("event")["live_bytes"].to_numpy(float) / MIB
    if len(course):
        first = int(1 / step_s)
        steps = int(CLOSE_LOOK_S / step_s) + 3
        seconds = step_s * (first + np.arange(steps * len(course)) / len(course))
        ax.plot(seconds, np.tile(course, steps), color="#8a8f98", linewidth=1.1, label="the heap's true course")


def memory_pictures(tables: MemoryTables) -> list[Picture]:
    """The pictures that there is data for, the profile first."""
    return pictures_of(PLOTS, tables)


PLOTS = [
    Plot(
        "memory_profile",
        "When is memory taken, and when is it given back?",
        "Bytes alive after every forward and backward of every layer, as tracemalloc counts them. Forward, all are alike: one more "
        "activation a layer. Backward, the kept list stays up. The popped list and the call stack come down, since they release one layer "
        "at a time. With the deferred update, gradients pile up meanwhile (grey): on top of the kept list, but for the others in the "
        "memory that has become free.",
        memory_profile,
        lambda tables: _known(tables.profile, tables.peaks),
        partial(memory_profile, narrow=True),
    ),
    *call_profile.PLOTS,
    Plot(
        "memory_peaks",
        "Can the peak be predicted?",
        "Each point is a cell: the peak by the formula against the heap's. On the line they are equal; the band is what is "
        "allowed between them, 2 % and 64 KiB. Full points are deferred, hollow ones fused.",
        memory_peaks,
        lambda tables: not agreement(tables.peaks).empty,
        partial(memory_peaks, narrow=True),
    ),
    Plot(
        "memory_sampled",
        "Would a sampling profiler have shown it?",
        f"Hardly. memory_profiler through {SAMPLED_STEPS} training steps with the deferred update, which most try first. It reads "
        "resident memory every 0.1 s, at whatever moment a step is in, and the allocator keeps much of what a step releases. So it comes "
        "near the peak by luck, and misses the rise and fall within a step. Below is a closer look with the heap's true course, drawn as "
        "if every layer took equally long.",
        memory_sampled,
        lambda tables: _known(tables.samples, tables.peaks),
        partial(memory_sampled, narrow=True),
    ),
]
