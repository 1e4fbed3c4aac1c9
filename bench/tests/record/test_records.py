"""Rows survive: appended whole, torn lines dropped, half-written visits left out, other schemas refused."""

import errno
import os

import pandas as pd
import pytest

from bench.errors import BadInput
from bench.measure.timing.passes import Assignment, Finished
from bench.measure.timing.visit import Measurement
from bench.plan.cells import Cell
from bench.record.folder import read_machine, results_folder
from bench.record.schemas import SCHEMAS, row
from bench.record.tables import Table
from bench.record.time_parts.rows import read_whole
from bench.record.time_parts.table import TimeTable
from bench.record.times import cells_of, group_numbers, time_rows, whole_visits

CELL = Cell("breast_cancer", 32, 4, 8, "float64", "deferred", "default")


def visit(number=1, rounds=2):
    rows = [
        Measurement(impl, r, order, 7, 1234.56, 2345.67, 0.5)
        for r in range(rounds)
        for order, impl in enumerate(["iterative", "recursive", "recursive", "iterative"])
    ]
    return time_rows("run", "machine", Finished(Assignment(CELL, number, (), ""), tuple(rows), 1.0))


def test_what_is_appended_is_read_back_with_its_types(tmp_path):
    table = Table(tmp_path, "time.csv")
    table.append(visit(1))
    table.append(visit(2))
    rows = table.read()
    assert list(rows.columns) == list(SCHEMAS["time.csv"])
    assert rows["pass"].tolist() == [1] * 8 + [2] * 8
    assert rows["cpu_ns"].unique() == [1234.6]
    assert rows["detail"].isna().all()
    assert str(rows["depth"].dtype) == "Int64"


def test_a_torn_last_line_is_dropped_with_a_warning_and_cut_off_before_the_next_row(tmp_path):
    table = Table(tmp_path, "time.csv")
    table.append(visit(1))
    whole = table.path.read_text()
    table.path.write_text(whole + "run,machine,2,breast_can")
    warnings = []
    assert len(table.read(warnings.append)) == 8
    assert warnings == [f"{table.path}: the last line was cut off during a write and is left out"]
    table.append(visit(2))
    assert len(table.read(warnings.append)) == 16
    assert len(warnings) == 1


@pytest.mark.parametrize("cut", range(1, 9))
def test_half_a_visit_is_left_out_wherever_the_write_was_cut(tmp_path, cut):
    table = TimeTable(tmp_path)
    table.append(visit(1))
    table.append(visit(2))
    lines = table.path.read_text().splitlines(keepends=True)
    table.path.write_text("".join(lines[: 1 + 8 + 8 - cut]))
    rows = read_whole(table, lambda sentence: None).whole()
    assert rows["pass"].tolist() == [1] * 8
    pd.testing.assert_frame_equal(table.read(), rows, check_dtype=True)


def test_a_file_without_the_layout_has_networks_in_columns_and_other_problems_without_one(tmp_path):
    table = Table(tmp_path, "time.csv")
    table.append(visit(1))
    tree = Cell.of_problem("tree_sum", 8, 2, "default")
    table.append(time_rows("run", "machine", Finished(Assignment(tree, 1, (), ""), (Measurement("a", status="segfault"),), 0.0)))
    pd.read_csv(table.path, dtype=str).drop(columns="layout").to_csv(table.path, index=False)
    rows = table.read(pytest.fail)
    assert rows["layout"].astype(object).where(rows["layout"].notna(), None).tolist() == ["columns"] * 8 + [None]
    assert cells_of(rows).unique().tolist() == [CELL, tree]
    table.append(visit(2))
    assert [line.rpartition(",")[2] for line in table.path.read_text().splitlines()] == ["layout", *["columns"] * 8, "", *["columns"] * 8]


def test_rows_of_failures_are_whole_by_themselves():
    rows = pd.DataFrame(
        time_rows("run", "machine", Finished(Assignment(CELL, 1, (), ""), (Measurement("a", status="segfault"),), 0.0)),
        columns=list(SCHEMAS["time.csv"]),
    ).astype(SCHEMAS["time.csv"])
    assert len(whole_visits(rows)) == 1


@pytest.mark.parametrize("kind", ["category", "string", "Int64"])
def test_groups_are_numbered_as_pandas_numbers_them(kind):
    rows = pd.DataFrame({"one": [2, 1, None, 2, None, 1, 3], "other": [1, 1, 2, 1, 2, None, None]}, index=range(7, 0, -1), dtype="Int64")
    rows = rows.astype({"one": "string"}).astype({"one": kind})
    known = rows.groupby(["one", "other"], sort=False, dropna=False, observed=True).ngroup()
    pd.testing.assert_series_equal(group_numbers(rows, ["one", "other"]), known)
    assert known.tolist() == [0, 1, 2, 0, 2, 3, 4]


def test_text_with_commas_quotes_and_line_breaks_stays_in_its_column(tmp_path):
    nasty = 'a "quoted", <b>bold</b>\nline\r\x1b[31m\x00'
    table = Table(tmp_path, "time.csv")
    rows = (Measurement('im"pl,', status="error", detail=nasty),)
    table.append(time_rows("run", "machine", Finished(Assignment(CELL, 1, (), ""), rows, 0.0)))
    row = table.read().iloc[0]
    assert row["impl"] == 'im"pl,'
    assert row["detail"] == 'a "quoted", <b>bold</b> line [31m'
    assert len(table.path.read_text().splitlines()) == 2


def test_another_schema_is_refused_and_untouched(tmp_path):
    path = tmp_path / "time.csv"
    path.write_text("run,machine,colour\n1,2,red\n")
    table = Table(tmp_path, "time.csv")
    with pytest.raises(BadInput, match=r"time\.csv: its columns are not those of this version .*colour"):
        table.read()
    with pytest.raises(BadInput, match="columns"):
        table.replace([])
    assert path.read_text() == "run,machine,colour\n1,2,red\n"


def test_a_value_of_the_wrong_kind_is_refused(tmp_path):
    table = Table(tmp_path, "time.csv")
    table.append(visit(1))
    table.path.write_text(table.path.read_text().replace("1234.6", "soon", 1))
    with pytest.raises(BadInput, match="cannot be read"):
        table.read()


def test_replace_leaves_only_the_new_rows(tmp_path):
    table = Table(tmp_path, "training.csv")
    for epoch in (1, 2):
        table.replace([row("training.csv", {"dataset": "d", "impl": "i", "update": "u", "epoch": epoch})])
    assert table.read()["epoch"].tolist() == [2]
    assert [file.name for file in tmp_path.iterdir()] == ["training.csv"]


def test_a_folder_is_held_by_one_run_at_a_time(tmp_path):
    with results_folder(tmp_path / "new"), pytest.raises(BadInput, match="another run"), results_folder(tmp_path / "new"):
        pass
    with results_folder(tmp_path / "new"):
        pass


def test_fresh_sets_earlier_results_aside(tmp_path):
    (tmp_path / "time.csv").write_text("first")
    with results_folder(tmp_path, fresh=True):
        assert not (tmp_path / "time.csv").exists()
    (tmp_path / "time.csv").write_text("second")
    with results_folder(tmp_path, fresh=True):
        pass
    assert [path.read_text() for path in sorted(tmp_path.glob("set_aside_*/time.csv"))] == ["first", "second"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(BadInput, match=r"file.inside: cannot be written \(Not a directory\); give another --results"),
        results_folder(tmp_path / "file" / "inside"),
    ):
        pass


@pytest.mark.parametrize("text", ["{", "[]", "\x00"])
def test_a_broken_machine_record_is_refused(tmp_path, text):
    (tmp_path / "machine.json").write_text(text)
    with pytest.raises(BadInput, match=r"machine\.json"):
        read_machine(tmp_path)


def write_as(path, rows, columns):
    """time.csv as a version with those columns would have written it."""
    frame = pd.DataFrame(rows, columns=list(SCHEMAS["time.csv"])).assign(colour="red")
    frame[columns].to_csv(path, index=False)


EARLIER = [column for column in sorted(SCHEMAS["time.csv"]) if column not in ("minor_faults", "detail")]


def test_a_file_of_an_earlier_version_is_read_and_gets_the_columns_of_this_one_when_rows_are_added(tmp_path):
    write_as(tmp_path / "time.csv", visit(1), EARLIER)
    table = TimeTable(tmp_path)
    rows = read_whole(table, pytest.fail).whole()
    assert list(rows.columns) == list(SCHEMAS["time.csv"])
    assert (len(rows), rows["minor_faults"].isna().all(), rows["cpu_ns"].iloc[0]) == (8, True, 1234.6)
    assert (tmp_path / "time.csv").read_text().startswith("allocator,"), "reading changes nothing"
    table.append(visit(2))
    assert len(read_whole(table, pytest.fail)) == 16
    assert (tmp_path / "time.csv").read_text().splitlines()[0] == ",".join(SCHEMAS["time.csv"])


def test_a_file_of_a_later_version_is_read_and_nothing_of_it_is_written_over(tmp_path):
    write_as(tmp_path / "time.csv", visit(1), [*SCHEMAS["time.csv"], "colour"])
    table = Table(tmp_path, "time.csv")
    before = table.path.read_text()
    assert len(table.read(pytest.fail)) == 8
    for write in (table.append, table.replace):
        with pytest.raises(BadInput, match=r"its columns are not those of this version .*colour"):
            write(visit(2))
    assert table.path.read_text() == before


@pytest.mark.parametrize(
    ("was", "is_now", "sentence"),
    [
        (",ok,", ",,", "line 2 lacks a value that every row has"),
        (",1234.6,", ",-1.0,", "line 2 has a time that cannot be"),
        (",1234.6,", ",inf,", "line 2 has a time that cannot be"),
        ("machine,1,", "machine,-1,", "line 2 has a negative number"),
        (",iterative,1,3,", ",iterative,1,,", "line 2 has a round without an order"),
    ],
)
def test_a_row_that_no_run_can_have_written_is_refused_with_its_line(tmp_path, was, is_now, sentence):
    table = TimeTable(tmp_path)
    table.append(visit(1))
    text = table.path.read_text()
    assert was in text
    table.path.write_text(text.replace(was, is_now, 1))
    with pytest.raises(BadInput, match=sentence):
        read_whole(table, pytest.fail)


def test_a_write_that_fails_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    """The disk takes a part of the bytes and then no more, as disks do when they fill up."""
    table = Table(tmp_path, "time.csv")
    table.append(visit(1))
    before = table.path.read_bytes()
    write, calls = os.write, []

    def fills_up(file, data):
        calls.append(file)
        if len(calls) % 2 == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(file, data[:100])

    monkeypatch.setattr(os, "write", fills_up)
    for change in (table.append, table.replace):
        with pytest.raises(BadInput, match="No space left on device"):
            change(visit(2))
        assert table.path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["time.csv"]
