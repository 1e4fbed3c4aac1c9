"""The terminal: a line that moves, a table with -v, a line a pass elsewhere; and the depths as a table."""

import io
import re

import pandas as pd
import pytest
from rich.console import Console

from bench.analyse.stopping import Progress
from bench.measure.timing.passes import Assignment, Finished
from bench.plan.cells import BACKPROPAGATION, Cell
from bench.record.schemas import SCHEMAS, row
from bench.show.answers import Answer
from bench.show.terminal.board import watching
from bench.show.terminal.depths import depths_table
from bench.show.terminal.screen import Screen
from bench.tests.rows import time_rows, visit_rows

CELLS = [Cell("breast_cancer", 32, depth, 8, "float64", "deferred", "default") for depth in (4, 64)]


def screen(width=80, terminal=True, verbose=False):
    shown = Screen(verbose=verbose)
    shown.out = Console(file=io.StringIO(), width=width, height=24, force_terminal=terminal)
    shown.err = Console(file=io.StringIO())
    return shown


def text(shown):
    return shown.out.file.getvalue().replace("\u00a0", " ")


def progress(passes):
    """Deep networks take 1.2 times as long in every other pass: the median is √1.2, and both bounds are 9.5 % away."""
    known = Progress(["iterative", "recursive"], "iterative", [], 0.01, 2)
    for number in range(1, passes + 1):
        for cell in CELLS:
            place = {"pass": number, "cell": cell.id, "depth": cell.depth, "width": cell.width}
            spread = 1 + (0.2 if number % 2 and cell.depth == 64 else 0.0)
            known.add(time_rows(*visit_rows({"iterative": (1e6, 1e6), "recursive": (1e6 * spread, 1e6 * spread)}, **place)))
    return known


def visit(number, cell=CELLS[0]):
    return Finished(Assignment(cell, number, (), ""), [], 0.0)


@pytest.mark.parametrize("width", [40, 80, 120])
def test_one_line_moves_and_is_gone_at_the_end(width, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")  # a dumb terminal has no line that moves
    shown = screen(width)
    with watching(shown, CELLS, progress(20), 200) as view:
        view.show(visit(21))
        view._start -= 100  # half of the budget
        console = Console(file=io.StringIO(), width=width)
        console.print(view)
        [line] = console.file.getvalue().splitlines()
    assert len(line) <= width
    bar = 0 if width == 40 else 16
    assert line[:bar].count("━") == bar // 2
    assert re.match(r" *pass 21 · at most 1:(39|40) left", line[bar:])
    if width > 40:
        assert line.endswith("left · 1 of 2 settled · widest ±9.5 %")
    assert text(shown).rpartition("left")[2].count("\x1b[2K"), "the line is wiped out"


def test_elsewhere_there_is_a_line_a_pass():
    shown = screen(400, terminal=False)
    with watching(shown, CELLS, progress(20), 200) as view:
        for number in (1, 2):
            for cell in CELLS:
                view.show(visit(number, cell))
    first, *passes = text(shown).splitlines()
    assert first == "2 cells, for at most 3 minutes and 20 seconds"
    assert [line.split(",")[0] for line in passes] == ["pass 1", "pass 2"]
    assert all(line.endswith("1 of 2 settled, widest ±9.5 %") for line in passes)


def test_all_cells_are_shown_with_v_alone():
    for verbose in (True, False):
        shown = screen(verbose=verbose)
        with watching(shown, CELLS, progress(20), 200) as view:
            view.show(visit(21))
        assert ("CPU time against the kept list" in text(shown)) is verbose


def test_answers_and_details_are_shown_with_v_alone():
    for verbose in (True, False):
        shown = screen(verbose=verbose)
        shown.answers([Answer("Is it so?", "Yes.")])
        shown.detail("A detail.")
        assert [words in text(shown) for words in ("Is it so?", "A detail.")] == [verbose, verbose]


def limits(*rows):
    columns = ("python", "impl", "recursion_limit", "stack_bytes", "deepest_ok", "status")
    usual = {"machine": "m", "seconds": 1.0, "problem": BACKPROPAGATION}
    values = [row("limits.csv", {**usual, **dict(zip(columns, found, strict=True))}) for found in rows]
    return pd.DataFrame(values, columns=list(SCHEMAS["limits.csv"])).astype(SCHEMAS["limits.csv"])


ONE = [
    ("3.11.7", "iterative", 1000, None, 10_000, "ok"),
    ("3.11.7", "recursive", 1000, None, 987, "recursion_error"),
    ("3.11.7", "recursive", 10**8, None, 10_000, "ok"),
    ("3.11.7", "call:plain", 10**8, None, 10_000, "ok"),
]


def test_depths_are_a_table_of_implementations_by_settings():
    shown = screen(terminal=False)
    shown.table(depths_table(limits(*ONE)))
    said = [line.split("  ") for line in text(shown).splitlines()]
    lines = {words[0].strip(): [word.strip() for word in words[1:] if word.strip()] for words in said if words[0].strip()}
    assert lines["recursion"] == ["987 R", "10 000+"]
    assert lines["kept list"] == ["10 000+"]
    assert "Python 3.11.7. + the most that was tried; R RecursionError" in " ".join(text(shown).split())
    assert depths_table(limits(ONE[-1])) is None


def test_several_interpreters_have_a_column_of_their_own():
    shown = screen(terminal=False)
    shown.table(depths_table(limits(*ONE, ("3.9.18", "recursive", 10**8, None, 15_872, "segfault"))))
    rows = [line.split() for line in text(shown).splitlines()]
    assert ["3.9.18", "recursion", "15", "872", "S"] in [[word for word in row if word] for row in rows]
