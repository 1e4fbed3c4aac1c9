"""Results are read problem by problem, with contenders by their keys; files keep plain names."""

import json

import pandas as pd
import pytest

from bench.cli import main
from bench.errors import BadInput
from bench.plan.contenders import control_flow_of, tell, title
from bench.plan.described import NETWORKS
from bench.record.folder import read_machine, write_machine
from bench.record.problems import described_problems, problem_record
from bench.record.results import read_measurements, read_results
from bench.record.tables import Table, as_rows
from bench.tests.problem_rows import LOOP, RECURSION, TREE, WALK, machine, told, write_problem


@pytest.fixture(autouse=True)
def as_at_first():
    yield
    tell()


def read(folder):
    return {results.problem.name: results for results in read_results(folder, print)}


def test_each_problem_has_results_of_its_own(tmp_path):
    results = read(write_problem(tmp_path, TREE, WALK, networks=True))
    assert [*results] == [TREE, WALK, NETWORKS.name]
    assert {*results[TREE].times["impl"].unique()} == {f"{TREE}: iterative", f"{TREE}: recursive", "control"}
    assert {*results[WALK].memory.peaks["impl"]} == {f"{WALK}: iterative", f"{WALK}: recursive"}
    assert {*results[NETWORKS.name].times["impl"].unique()} == {"iterative", "recursive", "control"}
    assert results[NETWORKS.name].memory.peaks.empty
    assert results[TREE].limits["impl"].tolist() == [f"{TREE}: iterative", f"{TREE}: recursive", f"{TREE}: recursive"]
    assert [results[name].baseline for name in results] == [f"{TREE}: iterative", f"{WALK}: iterative", "iterative"]
    assert not results[TREE].alone
    assert sum(len(one.rows) for one in results.values()) == len(Table(tmp_path, "time.csv").read())
    assert [title(name) for name in (f"{TREE}: recursive", f"{TREE}: iterative", "iterative")] == ["recursion", "loop", "kept list"]
    assert control_flow_of(f"{TREE}: recursive") == "recursion"


def test_one_problem_is_alone(tmp_path):
    [results] = read_results(write_problem(tmp_path, TREE), print)
    assert results.alone
    assert (results.problem.title, results.problem.words.level, results.problem.words.input) == ("tree of mine", "storey", "tree")
    assert results.problem.implementations["iterative"].source == LOOP


def test_a_series_belongs_to_the_problem_whose_cell_it_is(tmp_path):
    folder = write_problem(tmp_path, TREE, WALK)
    profile = Table(folder, "profile.csv")
    cells = {name: results.memory.peaks["cell"].iloc[0] for name, results in read(folder).items()}
    event = {"impl": "recursive", "event": 0, "layer": 0, "phase": "forward", "live_bytes": 1}
    profile.replace(as_rows(pd.DataFrame([{"cell": cell} | event for cell in cells.values()], columns=profile.columns)))
    assert {name: results.memory.profile["impl"].tolist() for name, results in read(folder).items()} == {
        TREE: [f"{TREE}: recursive"],
        WALK: [f"{WALK}: recursive"],
    }


def test_a_folder_that_says_nothing_of_its_problems_has_their_names(tmp_path):
    [results] = read_results(write_problem(tmp_path, TREE, record={"machine": "m", "settings": {"baseline": "iterative"}}), print)
    assert results.problem.title == "my tree"
    assert title(results.baseline) == "iterative"
    assert control_flow_of(f"{TREE}: recursive") == "other"
    assert results.problem.words.level == "level"


def test_a_bundled_problem_has_the_words_and_titles_of_the_package(tmp_path):
    record = machine() | {"problems": {"hanoi": told(TREE)}}
    [problem] = described_problems(record, {"hanoi": ["iterative", "recursive", "mine"]})
    assert (problem.title, problem.words.level) == ("towers of Hanoi", "disc")
    assert problem.implementations["recursive"].source == RECURSION, "as it was measured"
    assert not problem.implementations["recursive"].own
    assert problem.implementations["mine"].own


def test_what_is_written_of_a_problem_is_read_back():
    [problem] = described_problems({"problems": {TREE: told(TREE)}}, {})
    record = problem_record(problem)
    assert record["implementations"] == {name: {k: v for k, v in its.items() if k != "source"} for name, its in TREE_TOLD.items()}
    assert {what: record[what] for what in ("title", "level", "call", "input", "baseline")} == {
        what: told(TREE)[what] for what in ("title", "level", "call", "input", "baseline")
    }


TREE_TOLD = told(TREE)["implementations"]


UP = {"title": "a", "control_flow": "up"}


@pytest.mark.parametrize(
    "problems", [[], {TREE: []}, {TREE: {"implementations": {"iterative": {}}}}, {TREE: {"implementations": {"a": UP}}}]
)
def test_what_is_no_problem_is_refused(tmp_path, problems):
    write_machine(tmp_path, machine() | {"problems": problems})
    with pytest.raises(BadInput, match=r"machine\.json: is not a record of a machine \(look at problems"):
        read_machine(tmp_path)


def test_exports_and_the_files_keep_plain_names(tmp_path):
    folder = write_problem(tmp_path / "results", TREE, WALK)
    _, rows = read_measurements(folder, print)
    assert {*rows.visits["impl"].unique()} == {"iterative", "recursive", "control"}
    assert main(["export", "--results", str(folder), "--format", "pyperf", str(tmp_path / "out.json")]) == 0
    names = {benchmark["metadata"]["name"] for benchmark in json.loads((tmp_path / "out.json").read_text())["benchmarks"]}
    assert len(names) == 2 * 3 * 3
    assert "my_tree-d12-w2-default/recursive" in names


def test_two_folders_of_problems_are_compared(tmp_path, capsys):
    before = write_problem(tmp_path / "before", TREE, WALK, ratio=2.0)
    after = write_problem(tmp_path / "after", TREE, ratio=3.0)
    assert main(["compare", str(before), str(after), "--fail-above", "0.03"]) == 1
    said = capsys.readouterr()
    table = [line.split() for line in said.out.splitlines() if "recursion" in line]
    assert len(table) == 3
    assert all("50.0" in line for line in table)
    assert "CPU time against loop" in said.out
    assert "only" in said.err
    assert "my_walk-d4-w2-default" in said.err


def test_folders_with_other_baselines_are_not_compared(tmp_path, capsys):
    before = write_problem(tmp_path / "before", TREE)
    record = machine(TREE)
    record["problems"][TREE] = told(TREE) | {"baseline": "recursive"}
    after = write_problem(tmp_path / "after", TREE, record=record)
    assert main(["compare", str(before), str(after)]) == 2
    assert "is measured against 'iterative' and" in capsys.readouterr().err
