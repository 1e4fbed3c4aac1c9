"""A run with both layouts: who takes rows is timed with rows, who does not is skipped with the reason, and the report has an answer."""

import pandas as pd
import pytest

from bench.cli import main
from bench.exits import BAD_INPUT
from bench.record.results import read_results
from bench.show.topics import topic
from bench.tests.runs import run_here, write_sweep

OF_COLUMNS = """
from impls import Implementation
from impls.iterative import backprop

def only_columns(network, X, Y, emit):
    assert network.layers[0].W.shape[1] == X.shape[0]
    return backprop(network, X, Y, emit)

mine = Implementation("mine", "mine", "a list", "loop", only_columns)
"""
BOTH = {"layout": ["columns", "rows"], "width": 3, "batch": 4, "budget_s": 60}
ID = "points-b4-d2-w3-float64-deferred-default"


@pytest.fixture
def home(tmp_path):
    (tmp_path / "mine.py").write_text(OF_COLUMNS)
    return tmp_path


def test_both_layouts_from_end_to_end(home, capsys):
    write_sweep(home, **BOTH, impls=["iterative", "recursive", "workspace_recursion", "course"])
    assert run_here(home, "--with", "mine.py", "--passes", "2", "--budget", "3") == 0
    told = capsys.readouterr()
    rows = pd.read_csv(home / "results" / "time.csv", keep_default_na=False)
    assert {*rows["cell"]} == {ID, f"{ID}-rows"}
    assert {*zip(rows["cell"], rows["layout"], strict=True)} == {(ID, "columns"), (f"{ID}-rows", "rows")}
    timed = {layout: {*its["impl"]} for layout, its in rows[rows["round"] != ""].groupby("layout")}
    assert timed["columns"] - timed["rows"] == {"course", "mine"}
    assert timed["rows"] == {"iterative", "recursive", "workspace_recursion", "control", "floor"}
    skipped = rows[rows["status"] == "skipped"].set_index("impl")
    assert {*skipped["layout"]} == {"rows"}
    assert skipped["detail"]["course"] == "is written for examples as columns and not as rows"
    assert skipped["detail"]["mine"].startswith("raises AssertionError")
    assert "examples as rows: course is skipped: is written for examples as columns and not as rows" in told.out + told.err
    assert "Does it matter whether examples are rows or columns? No answer yet" in " ".join(told.out.split())
    [results] = read_results(home / "results", pytest.fail)
    entry = topic("layouts")
    facts = entry.facts(results)
    [found] = facts.every
    assert {row.impl for row in found.ratios} == {"iterative", "recursive", "workspace_recursion"}
    assert [answer.question for answer in entry.answers(facts)] == ["Does it matter whether examples are rows or columns?"]
    assert "Rows or columns?" in entry.html(facts)


def test_the_same_command_goes_on_and_tells_skipped_ones_once(home):
    write_sweep(home, **BOTH, impls=["iterative", "recursive", "course"])
    for _ in range(2):
        assert run_here(home, "--passes", "1", "--budget", "1") == 0
    rows = pd.read_csv(home / "results" / "time.csv")
    assert (rows["status"] == "skipped").sum() == 1


def test_with_rows_alone_whoever_does_not_take_them_is_left_out(home, capsys):
    write_sweep(home, **BOTH | {"layout": "rows"}, impls=["iterative", "recursive", "course"])
    assert run_here(home, "--passes", "1", "--budget", "1") == 0
    told = capsys.readouterr()
    assert "course" in told.out + told.err
    rows = pd.read_csv(home / "results" / "time.csv")
    assert {*rows["impl"]} == {"iterative", "recursive", "control", "floor"}
    assert {*rows["layout"]} == {"rows"}


@pytest.mark.parametrize(
    ("changes", "options", "sentence"),
    [
        ({"layout": ["diagonal"]}, [], "tiny.toml: unknown layout 'diagonal'; there are columns, rows"),
        ({"layout": 3}, [], "tiny.toml: layout is 3; it should be a word in quotes, or a list of such"),
        ({"layout": []}, [], "tiny.toml: layout is empty; give one value or more"),
        (
            {"layout": ["columns", "rows"]},
            ["--impl", "recursive", "--baseline", "course"],
            "the baseline 'course' is written for examples as columns and not as rows; correct it or give another --baseline",
        ),
    ],
)
def test_bad_input_is_one_sentence(home, capsys, changes, options, sentence):
    write_sweep(home, **changes)
    assert run_here(home, *options) == BAD_INPUT
    assert capsys.readouterr().err == f"unwind: {sentence}\n"


def test_a_problem_without_data_has_no_layout_and_is_told_so(home, capsys):
    (home / "trees.toml").write_text('problem = "tree_sum"\ndepth = 3\nwidth = 1\nlayout = ["columns", "rows"]\nbudget_s = 1\n')
    results = ["--only", "time", "--results", str(home / "results")]
    assert main(["run", "--sweep", str(home / "trees.toml"), *results]) == 0
    assert "sweep 'trees': layout: not used, since tree_sum has none" in capsys.readouterr().out
    rows = pd.read_csv(home / "results" / "time.csv")
    assert {*rows["cell"]} == {"tree_sum-d3-w1-default"}
    assert rows["layout"].isna().all(), "a problem without data has no such axis"
