"""A run says how it ended, in machine.json, on the terminal and in the report; and its seed makes its order again."""

import json
import os
import signal

import pandas as pd
import pytest

from bench.cli import main
from bench.show.answers.ending import ending_words
from bench.tests.children import wait_for_rows
from bench.tests.runs import start, write_sweep

ONE_VISIT_S = "0.01"  # the budget is spent after it, and it has the fewest rounds, so that nothing hangs on how fast the machine is


@pytest.fixture
def sweep(tmp_path):
    write_sweep(tmp_path, depth=[1, 2], width=4, batch=8, precision=0.5, budget_s=120)
    return str(tmp_path / "tiny.toml")


def run(folder, sweep, *options):
    assert main(["run", "--only", "time", "--sweep", sweep, "--results", str(folder), *options]) == 0
    return json.loads((folder / "machine.json").read_text())


def report(folder):
    assert main(["report", "--results", str(folder)]) == 0
    return flat((folder / "report.html").read_text())


def flat(text):
    return " ".join(text.replace("\u00a0", " ").replace("&#39;", "'").split())


def test_by_precision(tmp_path, sweep, fewest_rounds, capsys):
    ended = run(tmp_path / "results", sweep)["ended"]
    assert ended == {"by": "precision", "comparisons": 2, "settled": 2, "open": []}
    sentence = "2 of 2 comparisons settled (a clear verdict, or an interval within ±50 %). That took "
    assert sentence in flat(capsys.readouterr().out)
    assert sentence in report(tmp_path / "results")


def test_by_budget(tmp_path, sweep, capsys):
    ended = run(tmp_path / "results", sweep, "--verbose", "--budget", ONE_VISIT_S)["ended"]
    assert (ended["by"], ended["comparisons"], ended["settled"]) == ("budget", 2, 0)
    assert [(each["impl"], each["baseline"], each["half_width"]) for each in ended["open"]] == [("recursive", "iterative", None)] * 2
    said, shown = flat(capsys.readouterr().out), report(tmp_path / "results")
    for text in (said, shown):
        assert "0 of 2 comparisons settled (a clear verdict, or an interval within ±50 %). The time budget was spent after " in text
        assert "Farthest from settled: recursion ÷ kept list in points-b8-d1-w4-float64-deferred-default (too few passes); " in text
        assert "Run the same command again to add passes." in text


@pytest.mark.skipif(not hasattr(os, "fork"), reason="signals")
def test_by_ctrl_c(tmp_path, sweep, monkeypatch):
    monkeypatch.setenv("COLUMNS", "400")
    process = start(tmp_path, "--precision", "0.0001")
    wait_for_rows(tmp_path / "results" / "time.csv")
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 130
    ended = json.loads((tmp_path / "results" / "machine.json").read_text())["ended"]
    assert (ended["by"], ended["comparisons"]) == ("interruption", 2)
    sentence = (
        f"{ended['settled']} of 2 comparisons settled (a clear verdict, or an interval within ±0.01 %). The run was interrupted after "
    )
    assert sentence in flat(out)
    assert "Interrupted. What was recorded is kept" in flat(out)
    assert sentence in report(tmp_path / "results")


def machine(by, settled, *half_widths):
    still_open = [
        {"cell": f"c{n}", "impl": "recursive", "baseline": "iterative", "half_width": width} for n, width in enumerate(half_widths)
    ]
    ended = {"by": by, "comparisons": settled + len(still_open), "settled": settled, "open": still_open}
    return {"ended": ended, "passes": {"wall_s": 200.4}, "sweep": {"precision": 0.01}}


def test_the_three_that_are_widest_are_named_the_widest_first():
    start, widest, _ = ending_words(machine("budget", 50, 0.012, 0.05, None, 0.031))
    assert start == (
        "50 of 54 comparisons settled (a clear verdict, or an interval within ±1 %). "
        "The time budget was spent after 3 minutes and 20 seconds of measuring in all."
    )
    assert widest == (
        "Farthest from settled: recursion ÷ kept list in c2 (too few passes); "
        "recursion ÷ kept list in c1 (±5.0 %); recursion ÷ kept list in c3 (±3.1 %)."
    )


@pytest.mark.parametrize(
    ("last_s", "words"),
    [
        (41.0, "41 seconds of measuring, 3 minutes and 20 seconds with the runs before"),
        (0.0, "3 minutes and 20 seconds of measuring in all"),
        (200.4, "3 minutes and 20 seconds of measuring in all"),
    ],
)
def test_the_runs_before_are_told_apart_from_one_that_had_something_to_do(last_s, words):
    settled = machine("precision", 54)
    settled["passes"]["last_run_s"] = last_s
    [sentence] = ending_words(settled)
    assert sentence.endswith(f" That took {words}.")


def test_one_implementation_alone_is_nothing_to_compare():
    [sentence] = ending_words({"ended": {"by": "budget", "comparisons": 0, "settled": 0, "open": []}})
    assert sentence.startswith("There was nothing to compare")


def test_nothing_is_said_where_nothing_was_timed():
    assert ending_words({}) == ending_words({"ended": None}) == []


def order(folder):
    """What was measured first, with the places in the call stack, whatever the times were."""
    rows = pd.read_csv(folder / "time.csv")
    return rows[["cell", "round", "order", "impl", "start_depth"]].to_numpy().tolist()


def test_a_seed_makes_the_same_order_again_and_is_new_unless_given(tmp_path, sweep):
    seeds = {
        name: run(tmp_path / name, sweep, "--budget", ONE_VISIT_S, *options)["seed"]
        for name, options in {"given": ["--seed", "7"], "again": ["--seed", "7"], "new": [], "other": []}.items()
    }
    run(tmp_path / "repeated", sweep, "--budget", ONE_VISIT_S, "--seed", str(seeds["new"]))
    assert seeds["given"] == seeds["again"] == 7
    assert len({seeds["given"], seeds["new"], seeds["other"]}) == 3
    assert order(tmp_path / "given") == order(tmp_path / "again")
    assert order(tmp_path / "new") == order(tmp_path / "repeated")
    assert order(tmp_path / "new") != order(tmp_path / "other")
