"""How records scale: `python -m bench.tests.scale.records FOLDER` measures it, and writes the table and the figure of docs/scale.md.

Each task runs in a process of its own, over rows as a run keeps them, made by `bench.tests.record.million_rows` in FOLDER. Without
a FOLDER it draws again what was measured before.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from bench.analyse.observations import compared_in
from bench.analyse.stopping import Progress
from bench.analyse.summary import pairs_in, summarise
from bench.plan.contenders import CONTROL, FLOOR
from bench.record.tables import Table, as_rows
from bench.record.time_parts.rows import read_times, read_whole
from bench.record.time_parts.table import TimeTable
from bench.show.figures.pictures import COLOURS, SOFT, Picture, grid
from bench.tests.places import ROOT
from bench.tests.record.million_rows import in_parts
from bench.tests.reference import spaced, table
from bench.verbs.running import timing
from bench.verbs.running.failures import standing

ROWS = (100_000, 1_000_000, 10_000_000)
TASKS = {"summary": "summary.csv written", "resume": "a run resumed", "report": "the report written"}
LIMITS = {"cpu_s": 60, "mib": 1024}
MEASURED, PLOTS, PAGE = ROOT / "results" / "reference" / "scale" / "records.csv", ROOT / "plots" / "reference", ROOT / "docs" / "scale.md"
NAMES = ["iterative", "iterative_pop", "recursive", CONTROL, FLOOR]
BEGIN, END = "<!-- table: records -->\n", "<!-- end -->\n"


def main(folder: Path) -> None:
    """Measure every task on every number of rows."""
    MEASURED.parent.mkdir(exist_ok=True)
    pd.DataFrame([measure(task, folder / str(rows), rows) for rows in ROWS for task in TASKS]).to_csv(MEASURED, index=False)


def show() -> None:
    """Draw what was measured, and put it into the page."""
    measured = pd.read_csv(MEASURED)
    Picture("scale_records", "", "", lambda: draw(measured)).save(PLOTS)
    PAGE.write_text(filled(PAGE.read_text(), measured))


def measure(task: str, folder: Path, rows: int) -> dict[str, object]:
    """What a task takes: seconds of wall and CPU time, and the most of resident memory, its children's included."""
    if not folder.exists():
        in_parts(folder, rows)
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "bench.tests.scale.records", task, folder], cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, task
    seconds, cpu_s = time.perf_counter() - began, usage.ru_utime + usage.ru_stime
    return {"rows": rows, "task": task, "seconds": round(seconds, 1), "cpu_s": round(cpu_s, 1), "mib": usage.ru_maxrss // 1024}


def work(task: str, folder: Path) -> None:
    """Do a task, in a process that was started for it."""
    if task == "report":
        from bench.cli import main as unwind

        sys.exit(unwind(["report", "--results", str(folder)]))
    if task == "summary":
        rows = read_times(folder, print)
        Table(folder, "summary.csv").replace(as_rows(summarise(rows, compared_in(rows, "iterative", pairs_in(rows)))))
    if task == "resume":
        rows = read_whole(TimeTable(folder), print)
        timing._go_on_from(Progress(NAMES, "iterative", pairs_in(rows), 0.01), rows, standing(rows.visits))


def draw(measured: pd.DataFrame) -> Figure:
    """Seconds of CPU time and MiB against rows, a line a task, and the limits that are promised."""
    figure, axes = grid(2, 2, 3.0, narrow=False)
    for ax, (column, words) in zip(axes, {"cpu_s": "seconds of CPU time", "mib": "MiB of resident memory"}.items(), strict=True):
        for number, (task, what) in enumerate(TASKS.items()):
            line = measured[measured["task"] == task]
            ax.plot(line["rows"], line[column], color=COLOURS[number], marker="osD"[number], markersize=5, label=what)
        ax.axhline(LIMITS[column], color=SOFT, linestyle="--")
        ax.annotate(
            f"promised: {spaced(LIMITS[column])}", (measured["rows"].min(), LIMITS[column]), (0, 3), textcoords="offset points", color=SOFT
        )
        ax.set_xscale("log")
        ax.set_ylim(0, 1.15 * LIMITS[column])
        ax.set_xticks(ROWS, [spaced(rows) for rows in ROWS])
        ax.minorticks_off()
        ax.set_xlabel("rows")
        ax.set_ylabel(words)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def filled(page: str, measured: pd.DataFrame) -> str:
    """The page with the table of what was measured."""
    head, rest = page.split(BEGIN)
    lines = [[spaced(row.rows), TASKS[row.task], row.seconds, row.cpu_s, row.mib] for row in measured.itertuples()]
    return head + BEGIN + table(["rows", "what", "seconds", "seconds of CPU time", "MiB"], lines) + END + rest.split(END, 1)[1]


if __name__ == "__main__":
    if len(sys.argv) > 2:
        work(sys.argv[1], Path(sys.argv[2]))
    else:
        if len(sys.argv) > 1:
            main(Path(sys.argv[1]))
        show()
