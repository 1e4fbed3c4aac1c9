"""Times that outgrow time.csv: each row is read once, whichever file holds it, and what was damaged is told."""

import errno
import os
import stat
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from bench.cli import main
from bench.errors import BadInput
from bench.record.files import disk
from bench.record.folder import results_folder, write_machine
from bench.record.schemas import SCHEMAS
from bench.record.tables import Table, as_rows
from bench.record.time_parts.part import part_path, part_paths
from bench.record.time_parts.rows import read_times, read_whole
from bench.record.time_parts.table import TimeTable, in_groups
from bench.record.time_parts.visits import by_visit
from bench.record.times import whole_visits
from bench.tests.places import ROOT
from bench.tests.record.time_visits import plain, visits
from bench.tests.rows import time_rows, visit_rows

LARGE = 8_000  # bytes: a few visits


def filled(folder, added, large=LARGE, **settings):
    """A folder to which those visits were added, in parts of about that size."""
    folder.mkdir(exist_ok=True)
    table = TimeTable(folder, large, **{"every_s": 0, "group": 20, **settings})
    for rows in added:
        table.append(rows)
    return folder


def whole(folder):
    return plain(read_times(folder, pytest.fail, group=20).whole())


def in_one_file(tmp_path, added):
    """The same visits in a time.csv that has no parts."""
    (tmp_path / "plain").mkdir()
    table = Table(tmp_path / "plain", "time.csv")
    for rows in added:
        table.append(rows)
    return plain(table.read())


def test_rows_are_those_of_one_file_in_their_order_and_with_their_types(tmp_path):
    added = [*visits(5, machines=("m", "other"))]
    folder = filled(tmp_path / "parts", added)
    assert len(part_paths(folder)) > 5
    assert (folder / "time.csv").stat().st_size < LARGE
    pd.testing.assert_frame_equal(whole(folder), in_one_file(tmp_path, added))
    rows = read_times(folder, pytest.fail)
    pd.testing.assert_frame_equal(rows.whole(), rows.whole())
    assert {column: str(kind) for column, kind in read_times(folder, print).whole().dtypes.items()} == SCHEMAS["time.csv"]
    [piece, *_] = read_times(folder, pytest.fail).pieces(["cell", "cpu_ns"])
    assert list(piece.columns) == ["cell", "cpu_ns"]


def test_there_is_one_part_a_minute_however_fast_rows_come(tmp_path):
    now = [0.0]
    table = TimeTable(tmp_path, large=1, every_s=60, clock=lambda: now[0])
    for second, rows in enumerate(visits(40)):
        now[0] = second
        table.append(rows)
    assert (second, len(part_paths(tmp_path))) == (119, 2)


def test_small_times_stay_in_one_file(tmp_path):
    table = TimeTable(tmp_path)
    for rows in visits(5):
        table.append(rows)
    assert [path.name for path in tmp_path.iterdir()] == ["time.csv"]


def test_before_whichever_line_a_process_is_killed_each_row_is_read_once(tmp_path):
    command = [sys.executable, "-m", "bench.tests.record.killed_between_lines", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=ROOT)
    lines, states = (int(word.split()[0]) for word in done.stdout.split(", "))
    assert (lines > 60, states > 5) == (True, True), done.stdout


def test_a_reader_during_a_run_finds_each_row_once(tmp_path, monkeypatch):
    """A run makes a part when a reader knows the parts, and has not read time.csv yet."""
    added = [*visits(2)]
    folder = filled(tmp_path / "parts", added, large=10**9)
    expected, read, rolls = whole(folder), Table.read, iter([1, 2])

    def meanwhile(self, *arguments):
        if type(self) is Table and next(rolls, None):
            TimeTable(folder, large=1, every_s=0).roll()
            TimeTable(folder, large=1, every_s=0).append(added[0])
        return read(self, *arguments)

    monkeypatch.setattr(Table, "read", meanwhile)
    rows = read_times(folder, pytest.fail).pieces()
    assert sum(map(len, rows)) == len(expected) + 2 * len(added[0])


def test_a_torn_line_and_half_a_visit_beside_parts_are_dropped_with_a_word(tmp_path):
    *added, last = visits(3)
    folder = filled(tmp_path / "parts", added, large=LARGE)
    assert part_paths(folder)
    expected = whole(folder)
    filled(folder, [last], large=10**9)
    text = (folder / "time.csv").read_text()
    (folder / "time.csv").write_text(text[: -len(text.splitlines()[-1]) - 20])
    pd.testing.assert_frame_equal(plain(read_times(folder, lambda sentence: None).whole()), expected)
    told = []
    pd.testing.assert_frame_equal(plain(read_whole(TimeTable(folder), told.append).whole()), expected)
    assert [sentence.split(": ")[1] for sentence in told] == [
        "the last line was cut off during a write and is left out",
        f"{len(last) - 2} rows of a visit that was cut off are left out",
    ]
    assert len(filled(folder, [last], large=10**9).joinpath("time.csv").read_text().splitlines()) == len(text.splitlines())


def test_a_disk_without_room_for_a_part_ends_in_a_sentence_and_nothing_is_lost(tmp_path, monkeypatch):
    folder = filled(tmp_path / "parts", visits(2), large=10**9)
    expected = whole(folder)
    monkeypatch.setattr(disk.os, "fsync", no_room)
    with pytest.raises(BadInput, match=r"part-00001\.parquet: cannot be written \(No space left on device\); make room"):
        TimeTable(folder, large=1).roll()
    assert sorted(path.name for path in folder.rglob("*")) == ["time", "time.csv"]
    pd.testing.assert_frame_equal(whole(folder), expected)


def no_room(file):
    if not stat.S_ISDIR(os.fstat(file).st_mode):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_half_a_visit_in_a_large_file_does_not_come_into_a_part(tmp_path):
    *added, last = visits(3)
    folder = filled(tmp_path / "parts", [*added, last], large=10**9)
    text = (folder / "time.csv").read_text()
    (folder / "time.csv").write_text(text[: -len(text.splitlines()[-1]) - 20])
    read_whole(TimeTable(folder, large=1), lambda sentence: None)
    assert len(part_paths(folder)) == 1
    pd.testing.assert_frame_equal(whole(folder), in_one_file(tmp_path, added))


def test_a_file_of_an_earlier_version_becomes_a_part_too(tmp_path):
    rows = whole(filled(tmp_path / "parts", [*visits(2)], large=10**9))
    rows.drop(columns=["python", "start_depth"]).to_csv(tmp_path / "parts" / "time.csv", index=False)
    read_whole(TimeTable(tmp_path / "parts", large=1), pytest.fail)
    pd.testing.assert_frame_equal(whole(tmp_path / "parts"), rows.assign(start_depth=pd.array([None] * len(rows), "Int64")))


def test_columns_of_a_users_own_do_not_get_lost_in_a_part(tmp_path):
    folder = filled(tmp_path / "parts", visits(2), large=10**9)
    whole(folder).assign(note="mine").to_csv(folder / "time.csv", index=False)
    text = (folder / "time.csv").read_bytes()
    with pytest.raises(BadInput, match=r"its columns are not those of this version \(they differ in note\); move it away"):
        read_whole(TimeTable(folder, large=1), pytest.fail)
    assert ((folder / "time.csv").read_bytes(), part_paths(folder)) == (text, [])


def test_a_fresh_run_moves_parts_aside(tmp_path):
    folder = filled(tmp_path / "parts", visits(3))
    count = len(part_paths(folder))
    with results_folder(folder, fresh=True):
        assert not part_paths(folder)
    [aside] = folder.glob("set_aside_*")
    assert len(part_paths(aside)) == count > 0
    assert len(read_times(aside, pytest.fail)) == sum(map(len, visits(3)))


def test_a_folder_of_that_name_without_parts_is_not_ours_to_move(tmp_path):
    filled(tmp_path, visits(1), large=10**9)
    (tmp_path / "time").mkdir()
    (tmp_path / "time" / "notes.txt").write_text("mine")
    with results_folder(tmp_path, fresh=True):
        assert [path.name for path in tmp_path.iterdir() if not path.name.startswith((".", "set_aside"))] == ["time"]
    assert len(read_times(tmp_path, pytest.fail)) == 0


def truncated(path):
    path.write_bytes(path.read_bytes()[:-100])


def no_parquet(path):
    path.write_bytes(b"run,machine\n")


def another_page(path):
    data = bytearray(path.read_bytes())
    data[200] ^= 1
    path.write_bytes(data)


def other_columns(path):
    pd.DataFrame({"run": ["r"]}).to_parquet(path)


def doubled(path):
    part_path(path.parents[1], len(part_paths(path.parents[1])) + 1).write_bytes(path.read_bytes())


def empty(path):
    path.write_bytes(b"")


DAMAGES = {
    truncated: "part-00001.parquet: cannot be read as Parquet (",
    no_parquet: "part-00001.parquet: cannot be read as Parquet (",
    empty: "part-00001.parquet: cannot be read as Parquet (",
    another_page: "part-00001.parquet: cannot be read as Parquet (",
    other_columns: "part-00001.parquet: is no part that a run has written; ",
    os.unlink: "part-00001.parquet: is missing, though there is part-00002.parquet; ",
    doubled: ": was written as part 1, and is there under another name; ",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_part_is_told_in_a_sentence_with_its_mend(tmp_path, capsys, damage):
    folder = filled(tmp_path / "parts", visits(4))
    write_machine(folder, {"machine": "m"})
    damage(part_path(folder, 1))
    for command in (["report", "--results", str(folder)], ["export", "--results", str(folder), "--format", "pyperf", "x"]):
        assert main(command) == 2
        sentence = " ".join(capsys.readouterr().err.split())
        assert DAMAGES[damage] in sentence
        assert "put the file back as it was, or move the folder away, or give another --results" in sentence


def test_a_part_that_lacks_a_column_is_refused_and_one_that_lacks_a_later_column_is_read(tmp_path):
    import pyarrow.parquet

    folder = filled(tmp_path / "parts", visits(1), large=1)
    path, expected = part_path(folder, 1), whole(folder)
    table = pyarrow.parquet.read_table(path)
    pyarrow.parquet.write_table(table.drop_columns(["python", "detail"]), path)
    there = whole(folder)
    pd.testing.assert_frame_equal(there.drop(columns="detail"), expected.drop(columns="detail"))
    pyarrow.parquet.write_table(table.drop_columns(["impl"]), path)
    with pytest.raises(BadInput, match=r"part-00001\.parquet: lacks the columns impl, which this version needs"):
        read_times(folder, pytest.fail)


def test_a_visit_that_is_there_twice_is_refused(tmp_path):
    added = [*visits(3)]
    folder = filled(tmp_path / "parts", added)
    Table(folder, "time.csv").append(added[0])
    with pytest.raises(BadInput, match="hold pass 1 of breast_cancer-b32-d4-w8-float64-deferred-default twice"):
        _ = read_times(folder, pytest.fail).visits


def test_an_export_does_not_replace_a_part(tmp_path, capsys):
    folder = filled(tmp_path / "parts", visits(3))
    write_machine(folder, {"machine": "m"})
    assert main(["export", "--results", str(folder), "--format", "parquet", str(part_path(folder, 1))]) == 2
    assert "holds results, which the export would replace" in " ".join(capsys.readouterr().err.split())
    assert main(["export", "--results", str(folder), "--format", "parquet", str(tmp_path / "x")]) == 0
    exported = pd.read_parquet(tmp_path / "x")
    pd.testing.assert_frame_equal(exported.astype(whole(folder).dtypes.to_dict()), whole(folder))


@pytest.mark.parametrize("size", [1, 5, 30, 1000])
def test_groups_cut_no_visit_however_rows_lie(size):
    rows = time_rows(*(dict(zip(SCHEMAS["time.csv"], row, strict=True)) for visit in visits(4, rounds=2) for row in visit))
    rng = np.random.default_rng(size)
    for mixed in (rows, rows.iloc[rng.permutation(len(rows))], rows.sort_values("impl", kind="stable"), rows.sort_values("cell")):
        groups = [*in_groups(mixed.reset_index(drop=True), size)]
        assert as_rows(pd.concat(groups)) == as_rows(mixed)
        of_visits = [{*group.dropna(subset=["round"])[["cell", "pass"]].itertuples(index=False, name=None)} for group in groups]
        assert sum(map(len, of_visits)) == len(set.union(*of_visits)) == 12
    timed = rows[rows["round"].notna()]
    assert len([*in_groups(timed, size)]) == {1: 12, 5: 12, 30: 4, 1000: 1}[size], "visits have 12 rows"


def test_a_visit_is_a_row_an_implementation_with_medians_of_its_rows():
    """Five starts: `other` straddles at the third, where both of its runs take twice as long."""
    starts = [
        visit_rows({"base": (100, 102), "other": (100 * t, 100 * t + 900)}, round=n, minor_faults=n) for n, t in enumerate([1, 1, 2, 1, 1])
    ]
    failed = {"impl": "third", "status": "error", "detail": "why"}
    table = time_rows(failed, *(row for start in starts for row in start), *visit_rows({"base": (7, 9)}, **{"pass": 2}), iterations=3)
    assert len(whole_visits(table)) == len(table)
    third, base, other, again = by_visit(table).itertuples()
    assert (third.status, third.detail, third.rows, third.starts) == ("error", "why", 1, 0)
    assert (base.cpu_ns, base.wall_ns, base.minor_faults, base.iterations, base.rows, base.starts, base.straddling) == (
        101,
        202,
        2,
        3,
        10,
        5,
        0,
    )
    assert (other.impl, other.cpu_ns, other.rows, other.starts, other.straddling) == ("other", 600, 10, 5, 1)
    assert (again[3], again.cpu_ns, again.rows, again.starts) == (2, 8, 2, 1)
