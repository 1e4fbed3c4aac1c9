"""The study: passes in real processes, what fails leaves with its reason, and a real run from end to end."""

from contextlib import chdir

import numpy as np
import pytest

from bench.cli import main
from bench.measure.breakdown import study as study_module
from bench.measure.breakdown.choice import BEFOREHAND, WORKS
from bench.measure.breakdown.study import Study, run_study
from bench.plan.cells import Cell
from bench.plan.data.batches import Batch
from bench.record.results import read_results
from bench.record.schemas import SCHEMAS
from bench.record.tables import Table
from bench.show.topics import topic
from bench.tests.runs import write_sweep
from bench.verbs.running.studies import breakdown as running

CELLS = [Cell("points", 4, 2, width, "float64", "deferred", "default") for width in (2, 3)]


@pytest.fixture
def data(tmp_path):
    Batch(np.ones((2, 4)), np.ones((1, 4)), "binary_cross_entropy").write(tmp_path / "batch.npz")
    return {("points", 4): tmp_path / "batch.npz"}


def test_a_pass_visits_each_cell_under_each_allocator_in_processes_of_their_own(data):
    visits = [*run_study(CELLS, Study(data, visit_s=0.0), 3, 3, seed=1, fits=lambda passes: True)]
    assert {(visit.cell.width, visit.cell.allocator) for visit in visits} == {(w, a) for w in (2, 3) for a in ("default", "steady")}
    assert {(visit.pass_number, visit.status) for visit in visits} == {(3, "ok")}
    assert {each.work for visit in visits for each in visit.times} == {*WORKS}
    assert all(each.ratio > 0 for visit in visits for each in visit.times)


def test_no_pass_begins_that_does_not_fit(data):
    asked = []
    assert [*run_study(CELLS, Study(data), 1, 9, seed=1, fits=lambda passes: asked.append(passes))] == []
    assert asked == [0]


def test_a_cell_that_fails_says_so_and_leaves_while_the_other_goes_on(data, tmp_path):
    bad = Cell("gone", 4, 2, 2, "float64", "deferred", "default")
    data["gone", 4] = tmp_path / "gone.npz"
    visits = [*run_study([bad, CELLS[1]], Study(data, visit_s=0.0), 1, 2, seed=1, fits=lambda passes: True)]
    failed = [visit for visit in visits if visit.status != "ok"]
    assert {visit.cell.dataset for visit in failed} == {"gone"}
    assert all(visit.detail.startswith("FileNotFoundError: ") for visit in failed)
    assert {visit.pass_number for visit in failed} == {1}
    assert len([visit for visit in visits if visit.status == "ok"]) == 4


def test_an_answer_that_is_none_is_an_error(data, monkeypatch):
    monkeypatch.setattr(study_module, "answers", lambda *arguments: (answer for answer in [{"times": "soon"}] * 2))
    statuses = {visit.status for visit in run_study(CELLS, Study(data), 1, 1, seed=1, fits=lambda passes: True)}
    assert statuses == {"error"}


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A tiny sweep, in passes as short as can be."""
    monkeypatch.setattr(study_module, "VISIT_S", 0.0)
    monkeypatch.setattr(running, "MOST_PASSES", 2)
    write_sweep(tmp_path, width=[2, 4])
    return tmp_path


def run(home, *options):
    with chdir(home):
        return main(["run", "--sweep", "tiny.toml", "--only", "breakdown", *options])


def test_a_real_run_is_recorded_answered_drawn_and_resumed(home, capsys, undrawn):
    assert run(home) == 0
    rows = Table(home / "results", "breakdown.csv").read()
    assert {*rows["width"]} == {2, 4}
    assert {*rows["pass"]} == {1, 2}
    assert rows["run"].nunique() == 1
    steps = rows[rows["work"] == "step"]
    assert {*steps["impl"]} == {*BEFOREHAND}
    out = capsys.readouterr().out
    assert "Where a step's time goes: 2 passes in " in out
    assert " by making all arrays beforehand, which was tried." in out
    [results] = read_results(home / "results", print)
    facts = topic("breakdown").facts(results)
    assert len(facts) == 2 * len(BEFOREHAND)
    for each in facts:
        assert sum(share.value for share in each.shares.values()) == pytest.approx(1)
    assert run(home) == 0, "nothing is left to do"
    assert len(Table(home / "results", "breakdown.csv").read()) == len(rows)
    with chdir(home):
        assert main(["report"]) == 0
        assert main(["plot"]) == 0
    assert (home / "plots" / "breakdown.svg").exists()
    assert "Where does the time of a step go?" in (home / "results" / "report.html").read_text()


def test_without_glibc_there_is_a_row_that_says_why(home, monkeypatch):
    monkeypatch.setattr(running, "lacking", lambda allocator: "no glibc")
    assert run(home) == 3
    assert run(home) == 3
    rows = Table(home / "results", "breakdown.csv").read()
    assert [*rows["status"]] == ["skipped"] * 2
    assert [*rows["detail"]] == ["no glibc"] * 2
    assert {*SCHEMAS["breakdown.csv"]} == {*rows.columns}


def test_passes_of_other_code_are_kept_and_left_out(home, undrawn, monkeypatch):
    monkeypatch.setattr(running, "MOST_PASSES", 1)
    assert run(home, "--budget", "1") == 0, "one pass at least"
    monkeypatch.setattr(running, "code_digest", lambda modules: "other")
    assert run(home, "--budget", "1") == 0
    rows = Table(home / "results", "breakdown.csv").read()
    assert [*rows["pass"].unique()] == [1]
    assert rows["run"].nunique() == 2
    [results] = read_results(home / "results", print)
    assert results.breakdown["run"].nunique() == 1
    assert results.breakdown["run"].iloc[0] == rows["run"].iloc[-1]


def test_a_short_run_spends_no_time_on_it_and_a_sweep_of_trees_has_no_step(home, capsys):
    with chdir(home):
        assert main(["run", "--sweep", "tiny.toml", "--only", "time", "--budget", "1"]) == 0
        assert not (home / "results" / "breakdown.csv").exists()
        assert main(["run", "--problem", "tree_sum", "--only", "breakdown", "--results", "trees"]) == 3
    assert "no step could be taken apart" in capsys.readouterr().err
