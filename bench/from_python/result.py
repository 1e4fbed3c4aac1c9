"""The result of `versus`: tables, a figure, a report, and a gate for tests."""

from __future__ import annotations

import html
import io
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import astuple
from functools import cached_property
from pathlib import Path
from shutil import get_terminal_size
from textwrap import fill
from typing import Any

import humanize
import pandas as pd
from rich.console import Console

from bench.analyse.clarity import clarity
from bench.analyse.depth import raised_limits
from bench.errors import BadInput
from bench.from_python.home import Home
from bench.from_python.picture import as_png, as_svg, ratio_figure
from bench.measure.depth.study import Limit, Subjects, implementation_limits, studied
from bench.measure.depth.trials import usual_guard
from bench.measure.interpreters.found import running
from bench.plan.depth import AS_IT_COMES, LIMIT_RAISED, Setting
from bench.record.files.disk import write_whole
from bench.record.folder import read_machine
from bench.record.limits import put_limit
from bench.record.results import read_results
from bench.show.answers.advice import raised_words
from bench.show.answers.ending import AGAIN, ending_words
from bench.show.report.page import render
from bench.show.terminal.counting import counting
from bench.show.terminal.tables import VERDICT_STYLES, titled_table
from bench.verbs.running.run_context import Run
from bench.verbs.running.tracing import trace_steps
from impls import Problem

DEEPEST = 100_000  # levels that the study of depth tries
FIGURE_WIDTH = 600  # pixels on a notebook's page; the picture has twice as many
LONGER = "Give versus a larger budget_s to settle more."  # where a command is run again to add passes
WIDEST = 110  # columns of the table, where there are as many
HEADINGS = ("depth × width", "function", "CPU time", "÷ baseline", "95 % interval", "verdict", "peak memory")


class Undecided(Exception):
    """The interval reaches to both sides of what was asked; the message says how much longer to measure."""


class Result:
    """What `versus` has measured. In a notebook it shows its table and its figure, in a terminal its table.

    Attributes:
        times: every measurement, as in time.csv: nanoseconds a call, by pass and round.
        summary: for each function but the baseline, size and metric: the median ratio of its time to the baseline's, with bounds that
            hold together at 95 %, however often they are looked at.
        memory: the peak of a call in bytes, by two meters.
        notes: what speaks against the figures, and what to do.
        interrupted: was the measuring stopped before its end?

    """

    def __init__(self, run: Run, problem: Problem, home: Home, interrupted: bool) -> None:
        self._run, self._problem, self._home = run, problem, home
        self.interrupted = interrupted
        self.notes: list[str] = list(dict.fromkeys(run.screen.notes))  # type: ignore[attr-defined]
        self.times = _plain(run.times().whole())
        self.summary = _plain(run.table("summary.csv").read())
        self.memory = _plain(run.table("memory.csv").read())

    @property
    def baseline(self) -> str:
        """The function that ratios are taken against."""
        return self._run.experiment.baseline

    @property
    def functions(self) -> list[str]:
        """The names of the functions that were compared, the baseline first."""
        names = [*self._run.experiment.implementations]
        return sorted(names, key=lambda name: name != self.baseline)

    @cached_property
    def limits(self) -> pd.DataFrame:
        """How deep each function goes on this Python as it comes, and, where its limit is what stops it, with the limit raised;
        searched for at the first look, which can take a minute.
        """
        table = self._run.table("limits.csv")
        with counting(self._run.screen, "depth: functions", len(self.functions)) as advance:
            stopped = []
            for limit in self._searches(self.functions, AS_IT_COMES):
                put_limit(table, self._run.machine_name, limit)
                advance(1, f"{limit.impl} has gone {limit.deepest_ok} levels deep")
                stopped += [str(limit.impl)] if limit.status == "recursion_error" else []
            for limit in self._searches(stopped, LIMIT_RAISED):
                put_limit(table, self._run.machine_name, limit)
        return _plain(table.read())

    def _searches(self, names: list[str], setting: Setting) -> Iterator[Limit]:
        """The limit of each function under a setting."""
        problem = self._problem
        here = studied(running(), sys.executable, usual_guard(), self._run.screen.caveats)
        source = next(iter(self._run.experiment.sources.values()))
        subjects = Subjects(names, (), min(DEEPEST, problem.deepest), problem.name, source, [setting])
        return implementation_limits(here, subjects)

    @property
    def table(self) -> pd.DataFrame:
        """The answer: a row a function and size; times in seconds a call, peaks in bytes."""
        medians = self.times.dropna(subset=["round"]).groupby(["cell", "impl"], sort=False, observed=True)["cpu_ns"].median()
        ratios = self.summary[self.summary["metric"] == "cpu"].set_index(["cell", "impl"])
        heap = self.memory[self.memory["meter"] == "heap"].set_index(["depth", "width", "impl"])["peak_bytes"]
        rows = []
        for cell in self._run.experiment.cells:
            for name in self.functions:
                if (cell.id, name) in medians.index:
                    rows.append(self._row(cell, name, medians[cell.id, name], ratios, heap))
        return pd.DataFrame(rows)

    def _row(self, cell: Any, name: str, ns: float, ratios: pd.DataFrame, heap: pd.Series) -> dict[str, Any]:
        row: dict[str, Any] = {"depth": cell.depth, "width": cell.width, "allocator": cell.allocator, "function": name, "cpu_s": ns / 1e9}
        known = ratios.loc[(cell.id, name)] if (cell.id, name) in ratios.index else None
        for column in ("ratio", "low", "high", "verdict"):
            row[column] = None if known is None else known[column]
        row["peak_bytes"] = heap.get((cell.depth, cell.width, name))
        return row

    def not_slower(self, than: float, function: str | None = None) -> bool:
        """Is no function slower than the baseline by more than a fraction, at any size? For a test: `assert result.not_slower(0.03)`.

        True where a slow-down beyond it is excluded everywhere, False where one is certain somewhere; this holds at 95 % together for
        all functions and sizes, however often it is asked and whenever the measuring is stopped.

        Args:
            than: the fraction, e.g. 0.03 for 3 %.
            function: ask of this one alone.

        Raises:
            Undecided: neither is certain yet; the message says how much longer to measure.
            BadInput: the fraction is below 0, or there is no such function.

        """
        if not than >= 0:
            raise BadInput(f"not_slower({than!r}): give a fraction from 0, such as 0.03")
        rows = self.summary[(self.summary["metric"] == "cpu") & (self.summary["baseline"] == self.baseline)]
        asked = [function] if function else [name for name in self.functions if name != self.baseline]
        if unknown := [name for name in asked if name not in self.functions or name == self.baseline]:
            raise BadInput(f"not_slower: {unknown[0]!r} was not compared with {self.baseline!r}; there are {', '.join(self.functions)}")
        rows = rows[rows["impl"].isin(asked)]
        if (rows["low"] > 1 + than).any():
            return False
        undecided = rows[rows["high"] > 1 + than]
        if len(rows) and undecided.empty:
            return True
        raise Undecided(self._how_much_longer(undecided, than))

    def _how_much_longer(self, undecided: pd.DataFrame, than: float) -> str:
        """The sentence of `Undecided`, for the row that is farthest from an answer."""
        spent = read_machine(self._run.folder).get("passes", {}).get("wall_s") or 1.0
        if undecided.empty or not (undecided["low"] > 0).any():
            return f"too few passes for an interval after {spent:.0f} s; give versus a budget_s of {max(20.0, 4 * spent):.0f}"
        rows = undecided[undecided["low"] > 0]
        row = rows.loc[(rows["ratio"] - 1 - than).abs().idxmin()]
        distance, half = abs(row["ratio"] - 1 - than), (row["high"] - row["low"]) / 2
        factor = (half / distance) ** 2 if distance else float("inf")  # an interval narrows with the square root of the passes
        longer = (
            f"about {spent * factor:.0f} s would do" if factor < 100 else f"it is too near to {than:.1%} to tell in a hundred times as long"
        )
        return (
            f"undecided: {row['impl']} takes {row['ratio']:.3f} [{row['low']:.3f}, {row['high']:.3f}] times as long as {self.baseline} "
            f"at depth {row['depth']}, width {row['width']}, after {spent:.0f} s; {longer} (budget_s)"
        )

    def report(self, path: str | Path) -> Path:
        """Write the whole report, one self-contained HTML file, and return its path."""
        run = self._run
        _ = self.limits
        trace_steps(run)
        with suppress(OSError, SyntaxError, TypeError):  # the source of what was typed at a prompt is nowhere
            solutions = run.experiment.implementations.values()
            run.table("clarity.csv").replace([[*astuple(clarity(solution)), self._problem.name] for solution in solutions])
        path = Path(path)
        [results] = read_results(run.folder, lambda sentence: None)
        write_whole(path, render(results).replace(AGAIN, LONGER).encode())
        return path

    def __repr__(self) -> str:
        """The table as a terminal shows it, no wider than it is; plain text, in a notebook too."""
        text, columns = io.StringIO(), min(WIDEST, get_terminal_size((WIDEST, 0)).columns)
        console = Console(file=text, width=columns, highlight=False, force_jupyter=False, force_terminal=False)
        console.print(self._rich_table())
        return text.getvalue() + "\n".join(fill(words, columns) for words in self._words())

    def _ipython_display_(self) -> None:
        """The table, the figure and the words, one after the other, for a notebook.

        The figure is an output of its own, and PNG: sites that show stored notebooks take SVG out of HTML.
        """
        from IPython.display import display  # is there where this is called

        display({"text/plain": repr(self), "text/html": self._html_table()}, raw=True)
        if figure := ratio_figure(self.table, self.baseline):
            display({"image/png": as_png(figure)}, raw=True, metadata={"image/png": {"width": FIGURE_WIDTH}})
        if self._words():
            display({"text/html": self._html_words()}, raw=True)  # the text of the table has them

    def _repr_html_(self) -> str:
        """The same in one piece."""
        figure = ratio_figure(self.table, self.baseline)
        return self._html_table() + (as_svg(figure) if figure else "") + self._html_words()

    def _html_table(self) -> str:
        head = "".join(f"<th style='text-align:left'>{html.escape(heading)}</th>" for heading in self._headings)
        body = "".join(
            "<tr>" + "".join(f"<td style='text-align:left'>{html.escape(words)}</td>" for words in row) + "</tr>" for row in self._cells()
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def _html_words(self) -> str:
        return "".join(f"<p>{html.escape(sentence)}</p>" for sentence in self._words())

    def _rich_table(self) -> Any:
        table = titled_table("", *self._headings, right=HEADINGS[2:4])
        for row in self._cells():
            style = VERDICT_STYLES.get(row[5], "")
            table.add_row(*row[:5], f"[{style}]{row[5]}[/]" if style else row[5], *row[6:])
        return table

    @property
    def _headings(self) -> tuple[str, ...]:
        """Those of the columns; without memory's where no peak is known."""
        return HEADINGS if self.table["peak_bytes"].notna().any() else HEADINGS[:-1]

    def _cells(self) -> list[list[str]]:
        """The words of the table, row by row."""
        rows, columns = [], len(self._headings)
        several = self.table["allocator"].nunique() > 1
        for row in self.table.to_dict("records"):
            known = row["ratio"] is not None and pd.notna(row["ratio"])
            place = f"{row['depth']} × {row['width']}" + (f", {row['allocator']}" if several else "")
            peak = humanize.naturalsize(int(row["peak_bytes"]), binary=True) if pd.notna(row["peak_bytes"]) else ""
            rows.append(
                [
                    place,
                    row["function"],
                    _time(row["cpu_s"]),
                    f"{row['ratio']:.3f}" if known else "1",
                    _interval(row) if known else "",
                    (row["verdict"] if known else "baseline"),
                    peak,
                ][:columns]
            )
        return rows

    def _words(self) -> list[str]:
        """How the measuring ended, what would settle the rest, who needed the limit raised, and what speaks against the figures."""
        ending = ending_words(read_machine(self._run.folder), in_full=False)
        longer = [LONGER] if AGAIN in ending and not self.interrupted else []
        raised = map(raised_words, raised_limits(self._run.times().whole()))
        return [*(sentence for sentence in ending if sentence != AGAIN), *longer, *raised, *(f"note: {note}" for note in self.notes)]


def _interval(row: Mapping[str, Any]) -> str:
    return f"{_bound(row['low'])} to {_bound(row['high'])}" if row["low"] > 0 else "too few passes"


def _bound(ratio: float) -> str:
    """With three digits after the point, or one more where those alone would put it on 1, and hide which side of 1 it is on."""
    return f"{ratio:.4f}" if f"{ratio:.3f}" == "1.000" and ratio != 1 else f"{ratio:.3f}"


def _plain(rows: pd.DataFrame) -> pd.DataFrame:
    """Without the columns that this problem has nothing in; a table without rows keeps them all."""
    return (rows.dropna(axis="columns", how="all") if len(rows) else rows).reset_index(drop=True)


def _time(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"
