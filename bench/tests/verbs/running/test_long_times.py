"""Times in parts say what the same times in one file say, to the last digit: to a run that goes on, and to all who show them."""

import json
from functools import partial

import pandas as pd
import pytest

from bench.analyse.between.changes import changes
from bench.analyse.exploring.points import points
from bench.analyse.frontier import frontiers
from bench.analyse.observations import compared_in
from bench.analyse.stopping import Progress
from bench.analyse.summary import summarise
from bench.cli import main
from bench.record.folder import write_machine
from bench.record.results import read_measurements, read_results
from bench.record.tables import Table
from bench.record.time_parts.part import part_paths
from bench.record.time_parts.rows import read_times, read_whole
from bench.record.time_parts.table import TimeTable
from bench.show.answers.time import time_answers
from bench.show.report.time import timed
from bench.tests.record.time_visits import CELLS, plain, visits
from bench.tests.rows import memory_table
from bench.tests.runs import KEY, run_here, write_sweep
from bench.verbs.running import timing
from bench.verbs.running.failures import standing

PASSES = 12


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """The rows of two machines in one file, and in parts that are hardly longer than a visit."""
    home = tmp_path_factory.mktemp("long")
    for name, table in (("file", TimeTable(home / "file")), ("parts", TimeTable(home / "parts", large=6_000, every_s=0, group=20))):
        (home / name).mkdir()
        for rows in visits(PASSES, machines=("other", "m")):
            table.append(rows)
        write_machine(home / name, {"machine": "m", "settings": {"baseline": "iterative"}})
    assert (len(part_paths(home / "file")), len(part_paths(home / "parts")) > 20) == (0, True)
    return home / "file", home / "parts"


def test_the_summary_is_the_same(both):
    in_file, in_parts = (read_times(folder, pytest.fail) for folder in both)
    compared = compared_in(in_file, "iterative", [("control", "recursive")])
    assert compared == compared_in(in_parts, "iterative", [("control", "recursive")])
    known = summarise(in_file, compared)
    assert len(known) == 2 * len(CELLS) * 3 * 2, "machines, cells, comparisons and metrics"
    assert set(known["passes"]) == {PASSES}
    pd.testing.assert_frame_equal(summarise(in_parts, compared), known, check_exact=True)
    pd.testing.assert_frame_equal(summarise(in_file.whole(), compared), known, check_exact=True)


def test_progress_is_the_same_and_knows_as_much_as_if_it_had_seen_each_visit(both):
    known = Progress(["iterative", "recursive", "control"], "iterative", (), 0.01)
    table = Table(both[0], "time.csv")
    for rows in visits(PASSES, machines=("other", "m")):
        frame = pd.DataFrame(rows, columns=table.columns).astype(table.read().dtypes.to_dict())
        if frame["machine"].iloc[0] == "m":
            known.add(frame)
    for folder in both:
        progress = Progress(["iterative", "recursive", "control"], "iterative", (), 0.01)
        rows = read_whole(TimeTable(folder), pytest.fail).of_machines(["m"])
        failures = standing(rows.visits)
        assert failures.groupby(["cell", "impl"], observed=True).size().tolist() == [1] * len(CELLS)
        timing._go_on_from(progress, rows, failures)
        assert (progress._observations, progress._fault_differences) == (known._observations, known._fault_differences)
        assert progress._left_out == known._left_out


def test_what_a_report_says_is_the_same(both):
    (in_file,), (in_parts,) = (read_results(folder, lambda sentence: None) for folder in both)
    of_file, of_parts = timed(in_file), timed(in_parts)
    pd.testing.assert_frame_equal(of_parts.summary, of_file.summary, check_exact=True)
    pd.testing.assert_frame_equal(plain(of_parts.times), plain(of_file.times), check_exact=True)
    assert len(in_parts.rows) == len(in_file.rows) > 600
    assert time_answers(of_parts.slices, "iterative") == time_answers(of_file.slices, "iterative")
    explored = [
        points(results.times, facts.summary, results.memory, "iterative")
        for results, facts in zip((in_file, in_parts), (of_file, of_parts), strict=True)
    ]
    pd.testing.assert_frame_equal(*explored, check_exact=True)


def test_the_frontier_is_the_same(both):
    peaks = memory_table(
        ["m", cell.removesuffix("-default"), "breast_cancer", 32, depth, 8, "float64", "deferred", impl, "heap", peak, peak, "ok"]
        for cell, depth in CELLS.items()
        for impl, peak in (("iterative", 9_000_000), ("recursive", 5_000_000))
    )
    in_file, in_parts = (read_results(folder, lambda sentence: None)[0].rows for folder in both)
    [place] = frontiers(in_file, peaks, "iterative")
    assert (place.depth, [each.impl for each in place.candidates]) == (16, ["recursive", "iterative"])
    assert frontiers(in_parts, peaks, "iterative") == [place]


def test_comparisons_and_exports_are_the_same(both, tmp_path):
    (_, in_file), (_, in_parts) = (read_measurements(folder, lambda sentence: None) for folder in both)
    found = changes(in_file, in_parts, "iterative")
    assert (len(found), {one.before for one in found}) == (len(CELLS), {one.after for one in found})
    for kind in ("pyperf", "pytest-benchmark"):
        for folder in both:
            assert main(["export", "--results", str(folder), "--format", kind, str(tmp_path / folder.name)]) == 0
        exported = [json.loads((tmp_path / folder.name).read_text())["benchmarks"] for folder in both]
        assert exported[0] == exported[1] != []


def test_a_run_whose_times_outgrow_a_file_goes_on_where_it_stopped(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(timing, "TimeTable", partial(TimeTable, large=2_000, every_s=0, group=1))
    write_sweep(tmp_path)
    assert run_here(tmp_path, "--at-once", "1") == 0  # so that no pass is cut when the run ends
    results = tmp_path / "results"
    first = read_times(results, pytest.fail).whole()
    assert len(part_paths(results)) >= 3
    done = int(first["pass"].max())
    assert first.groupby("cell", observed=True)["pass"].nunique().tolist() == [done, done]
    capsys.readouterr()
    assert run_here(tmp_path, "--at-once", "1", "--passes", str(done + 2)) == 0
    assert f"Resuming: {2 * done} visits already recorded" in " ".join(capsys.readouterr().out.split())
    rows = read_times(results, pytest.fail).whole()
    pd.testing.assert_frame_equal(plain(rows.iloc[: len(first)]), plain(first))
    assert rows.groupby("cell", observed=True)["pass"].unique().map(list).tolist() == [[*range(1, done + 3)]] * 2
    assert not rows.duplicated(KEY).any()
    summary = pd.read_csv(results / "summary.csv")
    assert set(summary.loc[summary["impl"] == "recursive", "passes"]) == {done + 2}
