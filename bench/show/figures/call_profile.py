"""The figure of a call's memory as it runs: the bytes alive, frames included, of all implementations over each other."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from bench.plan.contenders import problem_of
from bench.record.memory import MemoryTables
from bench.show.answers.words import capital, size
from bench.show.figures.pictures import Plot, colour, grid, label, literal

KIB = 1024
LEGEND_ROW = 0.1  # of the height of what is drawn: room for a row of names above it
UNITS = (("MiB", KIB**2), ("KiB", KIB), ("bytes", 1))


def call_profile(tables: MemoryTables, narrow: bool = False) -> Figure:
    """Bytes alive through one call; a line an implementation, its frames' part shaded."""
    rows = call_rows(tables)
    figure, [ax] = grid(1, 1, 3.4, narrow)
    names = list(dict.fromkeys(rows["impl"]))
    most = int((rows["live_bytes"] + rows["frame_bytes"]).max())
    unit, bytes_each = next((name, count) for name, count in UNITS if most >= count or count == 1)
    for name in names:
        _line(ax, name, rows[rows["impl"] == name].sort_values("event"), bytes_each)
    names_a_row = 1 if narrow else 2
    ax.legend(fontsize=7.5, loc="upper left", ncols=names_a_row, borderaxespad=0.2).set_in_layout(False)
    first = rows.iloc[0]
    ax.set_title(literal(f"{capital(problem_of(first['problem']).title)}, depth {first['depth']}, width {first['width']}"), fontsize=9)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, (1.05 + LEGEND_ROW * -(-len(names) // names_a_row)) * max(1, most) / bytes_each)
    ax.xaxis.set_major_formatter(PercentFormatter(1.0))
    ax.yaxis.set_major_locator(MaxNLocator(5))
    ax.set_xlabel("share of the call", fontsize=8)
    ax.set_ylabel(f"{unit} alive, above the start", fontsize=8)
    return figure


def call_rows(tables: MemoryTables) -> pd.DataFrame:
    """The profiles of calls, each with its problem, depth and width, which are in memory.csv."""
    cells = tables.peaks.drop_duplicates("cell").set_index("cell")[["dataset", "problem", "depth", "width"]]
    known = tables.profile.join(cells, on="cell", how="inner")
    return known[known["dataset"].isna()]


def _line(ax: Axes, name: str, line: pd.DataFrame, bytes_each: int) -> None:
    heap = line["live_bytes"].to_numpy(float)
    alive = heap + line["frame_bytes"].to_numpy(float)
    share = line["event"].to_numpy(float) / max(1, int(line["event"].max()))
    words = f"{label(name)}: {size(alive.max()).replace('Bytes', 'bytes')} at most"
    ax.fill_between(share, heap / bytes_each, alive / bytes_each, step="post", color=colour(name), alpha=0.16, linewidth=0)
    ax.step(share, alive / bytes_each, where="post", color=colour(name), linewidth=1.4, label=words)


PLOTS = [
    Plot(
        "call_profile",
        "When is memory taken, and when is it given back?",
        "Bytes alive through one {call} on a small {input}: a line goes up when something is made, and comes down when it is released. "
        "What is shaded is frames on the interpreter's stack, by their formula. What is beneath is the heap, as tracemalloc counts it: "
        "lists, numbers, and the frames of generators. Each goes through its own {call} from the first line to the last; all lines, calls "
        "and returns are equally wide.",
        call_profile,
        lambda tables: not call_rows(tables).empty,
        partial(call_profile, narrow=True),
    ),
]
