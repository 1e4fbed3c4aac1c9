"""How workers scale: `python -m bench.tests.scale.workers` measures it, and writes the tables and the figure of docs/scale.md.

Each measurement has processes of its own. `… workers 64` and `… cells 10000` measure those lines anew, and `… show` draws again what was
measured before.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from bench.show.figures.pictures import COLOURS, SOFT, Picture, grid
from bench.tests.places import ROOT
from bench.tests.reference import spaced, table
from bench.tests.scale.records import END, PAGE, PLOTS

HERE = ROOT / "results" / "reference" / "scale"
WORKERS, CELLS = (1, 4, 16, 64), (10, 100, 1_000, 10_000)
SIZES = {"small": (1, 1), "quick": (18, 30)}  # cells, and rounds in each
LEAST_S, APART_S = 5, {"small": 0.16, "quick": 0.32}  # a pass sleeps so long at least, and so long that passes come so far apart
PROMISED_MS, PROMISED_AT = 20.0, 64
MILLION = 1_000_000
CSV_BYTES, PART_BYTES = 180, 14  # a row, as the section on records has it
STAGES = {"decide_ms": "decide", "hand_ms": "give out and take in", "tell_ms": "tell", "record_ms": "record"}


def measure_workers(workers: int) -> list[dict[str, Any]]:
    """What passes that sleep take of the client, for both sizes of a pass."""
    return [{"size": size, **_told("measure.cluster.client_cost", *passes_of(size, workers), *SIZES[size])} for size in SIZES]


def passes_of(size: str, workers: int) -> tuple[int, int, int]:
    """How many workers make how many passes of how many seconds: some 40 s, of which the first passes are left out."""
    seconds = max(LEAST_S, round(APART_S[size] * workers))
    return workers, (1 + max(2, 20 // seconds)) * workers, seconds


def measure_cells(cells: int) -> list[dict[str, Any]]:
    """What a pass over so many cells takes of the client."""
    return [_told("scale.plan_cost", cells)]


MEASURED = {
    "workers": (HERE / "workers.csv", ["size", "workers"], measure_workers, WORKERS),
    "cells": (HERE / "cells.csv", ["cells"], measure_cells, CELLS),
}


def _told(module: str, *arguments: object) -> dict[str, Any]:
    command = [sys.executable, "-m", f"bench.tests.{module}", *map(str, arguments)]
    told: dict[str, Any] = json.loads(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout)
    return told


def measure(what: str, number: int) -> None:
    """Measure one number of workers or cells, in place of what was known of it."""
    path, keys, measured, _ = MEASURED[what]
    lines = pd.DataFrame(measured(number))
    if path.exists():
        known = pd.read_csv(path)
        lines = pd.concat([known[known[keys[-1]] != number], lines])
    lines.sort_values(keys, ascending=[key != "size" for key in keys]).to_csv(path, index=False)


def read(what: str) -> pd.DataFrame:
    """What was measured."""
    return pd.read_csv(MEASURED[what][0])


def show() -> None:
    """Draw what was measured, and put it into the page."""
    by_workers, by_cells = read("workers"), read("cells")
    Picture("scale_workers", "", "", lambda: draw(by_workers, by_cells)).save(PLOTS)
    PAGE.write_text(filled(PAGE.read_text(), by_workers, by_cells))


def draw(by_workers: pd.DataFrame, by_cells: pd.DataFrame) -> Figure:
    """The client's time a pass against workers and against cells, and how many workers keep it busy."""
    figure, axes = grid(3, 3, 3.4, narrow=False)
    lengths = (1, 3, 10, 30, 100)
    for number, (size, label) in enumerate({"quick": "5 400 rows a pass", "small": "10 rows a pass"}.items()):
        lines = by_workers[by_workers["size"] == size]
        axes[0].plot(lines["workers"], lines["client_ms"], color=COLOURS[number], marker="os"[number], markersize=5, label=label)
        most = [1e3 * length / costs(by_workers, size).sum() for length in lengths]
        axes[1].plot(lengths, most, color=COLOURS[number], label=label)
    for number, (column, label) in enumerate(STAGES.items()):
        axes[2].plot(by_cells["cells"], by_cells[column], color=COLOURS[number], marker="osD^"[number], markersize=5, label=label)
    for ax, height, words in zip(axes, (PROMISED_MS, max(WORKERS)), (f"promised: {PROMISED_MS:.0f}", "64 workers"), strict=False):
        ax.axhline(height, color=SOFT, linestyle="--")
        ax.annotate(words, (1, height), (0, 3), textcoords="offset points", color=SOFT)
    axes[0].set_ylim(0, 2 * PROMISED_MS)
    ticks = zip(axes, (WORKERS, lengths, CELLS), ("workers", "seconds that a pass lasts", "cells"), strict=True)
    for ax, places, words in ticks:
        ax.set_xscale("log")
        ax.set_xticks(places, [*map(spaced, places)])
        ax.set_xlabel(words)
        ax.legend()
    for ax, heights in zip(axes[1:], ((10, 100, 1_000), (1, 10, 100, 1_000, 10_000)), strict=True):
        ax.set_yscale("log")
        ax.set_yticks(heights, [*map(spaced, heights)])
    for ax, words in zip(axes, ("CPU milliseconds a pass", "workers that keep the client busy", "CPU milliseconds a pass"), strict=True):
        ax.set_ylabel(words)
        ax.minorticks_off()
    return figure


def costs(by_workers: pd.DataFrame, size: str) -> pd.Series:
    """What a pass takes of the client at the most workers: on the cluster's account, and for recording it, in milliseconds."""
    return by_workers[(by_workers["size"] == size) & (by_workers["workers"] == max(WORKERS))][["client_ms", "record_ms"]].iloc[0]


def filled(page: str, by_workers: pd.DataFrame, by_cells: pd.DataFrame) -> str:
    """The page with the tables of what was measured, and of what follows from it."""
    tables = {"workers": workers_table(by_workers), "cells": cells_table(by_cells), "paper": paper_table(by_workers, by_cells)}
    for name, lines in tables.items():
        begin = f"<!-- table: {name} -->\n"
        head, rest = page.split(begin)
        page = head + begin + lines + END + rest.split(END, 1)[1]
    return page


def workers_table(by_workers: pd.DataFrame) -> str:
    """A line for each number of workers and size of a pass."""
    headings = [
        "workers",
        "rows a pass",
        "it sleeps",
        "passes",
        "for the cluster",
        "for recording",
        "a worker waits",
        "bottleneck below",
        "MiB",
    ]
    lines = [
        [
            line.workers,
            spaced(line.rows),
            f"{line.length_s:.0f} s",
            line.passes,
            f"{line.client_ms} ms",
            f"{line.record_ms} ms",
            f"{line.pass_s - line.length_s:.2f} s",
            f"{line.workers * (line.client_ms + line.record_ms) / 1e3:.1f} s",
            line.mib,
        ]
        for line in by_workers.itertuples()
    ]
    return table(headings, lines)


def cells_table(by_cells: pd.DataFrame) -> str:
    """A line for each number of cells."""
    headings = ["cells", "rows a pass", *STAGES.values(), "MiB", "bytes kept of a visit"]
    lines = [
        [
            spaced(line.cells),
            spaced(line.rows),
            *(f"{spaced(round(getattr(line, stage)))} ms" for stage in STAGES),
            line.mib,
            line.kept_bytes,
        ]
        for line in by_cells.itertuples()
    ]
    return table(headings, lines)


def paper_table(by_workers: pd.DataFrame, by_cells: pd.DataFrame) -> str:
    """What follows for a million passes of each size, and for a million visits to many cells."""
    kept = by_cells["kept_bytes"].iloc[-1]
    largest = by_cells.iloc[-1]
    lines = []
    for size, (cells, _) in SIZES.items():
        rows = int(by_workers[by_workers["size"] == size]["rows"].iloc[0])
        lines.append(
            [
                f"a million passes over {cells} cell{'s'[: cells > 1]}",
                MILLION * rows,
                MILLION * cells,
                MILLION * costs(by_workers, size).sum(),
            ]
        )
    passes = MILLION // int(largest["cells"])
    ms = passes * sum(largest[stage] for stage in STAGES)
    lines.append([f"{passes} passes over {spaced(int(largest['cells']))} cells", passes * int(largest["rows"]), MILLION, ms])
    headings = ["what", "rows", "as CSV", "in parts", "observations in memory", "the client's CPU time"]
    return table(
        headings,
        [
            [
                what,
                spaced(rows),
                gigabytes(rows * CSV_BYTES),
                gigabytes(rows * PART_BYTES),
                f"{spaced(round(visits * kept / 2**20))} MiB",
                f"{ms / 3.6e6:.1f} h",
            ]
            for what, rows, visits, ms in lines
        ],
    )


def gigabytes(size: float) -> str:
    """Bytes in two figures, or three and more before the point.

    >>> gigabytes(75.6e9), gigabytes(1.4e8), gigabytes(9.72e11)
    ('76 GB', '0.14 GB', '972 GB')
    """
    return f"{size / 1e9:.0f} GB" if size >= 1e10 else f"{size / 1e9:.2g} GB"


def main(arguments: list[str]) -> None:
    """Measure what is asked for, all if nothing is, and show it."""
    if not arguments:
        for what, (_, _, _, numbers) in MEASURED.items():
            for number in numbers:
                measure(what, number)
    elif arguments != ["show"]:
        for word in arguments[1:]:
            measure(arguments[0], int(word))
    if all(path.exists() for path, *_ in MEASURED.values()):
        show()


if __name__ == "__main__":
    main(sys.argv[1:])
