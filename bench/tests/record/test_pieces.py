"""A long file read piece by piece is what it is read at once, and its words are kept once."""

import pandas as pd
import pytest

from bench.record.files import pieces
from bench.record.files.pieces import plain_lines, read_pieces
from bench.record.schemas import SCHEMAS
from bench.record.tables import Table, as_rows
from bench.tests.rows import time_rows

TYPES = SCHEMAS["time.csv"]


@pytest.fixture
def table(tmp_path):
    figures = [{"round": n, "order": 0, "cpu_ns": 1 + n / 3, "wall_ns": 2.0, "detail": "é, “x”" if n == 9 else None} for n in range(20)]
    rows = [{"impl": f"i{n % 3}", "cell": f"c{n // 7}", **row} for n, row in enumerate(figures)]
    table = Table(tmp_path, "time.csv")
    table.append(as_rows(time_rows(*rows, {"impl": "i1", "status": "skipped"})))
    return table


@pytest.mark.parametrize("piece", [1, 2, 7, 20, 21, 1000])
def test_the_size_of_pieces_makes_no_difference(table, monkeypatch, piece):
    monkeypatch.setattr(pieces, "PIECE", piece)
    rows = table.read()
    known = pd.read_csv(table.path, keep_default_na=False, na_values=[""]).assign(python="", layout="columns")
    assert as_rows(rows) == as_rows(known)
    assert {column: str(kind) for column, kind in rows.dtypes.items()} == TYPES
    assert rows["impl"].cat.categories.tolist() == ["i0", "i1", "i2"]


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("", 0),
        ("a,b", 0),
        ("a,b\n", 4),
        ("a,b\n1,2", 4),
        ("a,b\né,2\n", 9),
        ('a,b\n"1,5",2\n', 12),
        ("a,b\r\n1,2\r\n", None),
        ("\ufeffa,b\n1,2\n", None),
        ("a;b\n1;2\n", None),
        ("a,b\n\n1,2\n", None),
        ("a,b\n1,2,3\n", None),
        ('a,b\n"1,2\n', None),
    ],
)
def test_plain_lines_are_as_many_bytes_as_whole_lines_have_and_none_where_one_is_odd(tmp_path, text, size):
    path = tmp_path / "file.csv"
    path.write_bytes(text.encode())
    assert plain_lines(path) == size


@pytest.mark.parametrize("block", [1, 10, 1_000])
@pytest.mark.parametrize(
    ("line", "plain"), [("7,8", True), ('"7,7",8', True), ("é,8", True), ("7,8,9", False), ("7", False), ("7\r,8", False)]
)
def test_an_odd_line_is_seen_wherever_it_stands(tmp_path, monkeypatch, block, line, plain):
    monkeypatch.setattr(pieces, "BLOCK", block)
    path = tmp_path / "file.csv"
    for before in range(4):
        lines = ["a,b", *["1,2"] * before, line, *["1,2"] * (3 - before)]
        path.write_bytes(("\n".join(lines) + "\n" + "3,").encode())
        assert plain_lines(path) == (path.stat().st_size - 2 if plain else None)


def test_no_file_has_no_plain_lines(tmp_path):
    assert plain_lines(tmp_path / "file.csv") is None
    assert plain_lines(tmp_path) is None


def test_what_comes_after_the_whole_lines_is_not_read(table, monkeypatch):
    monkeypatch.setattr(pieces, "PIECE", 4)
    size = table.path.stat().st_size
    with open(table.path, "ab") as file:
        file.write("run,m,\xff".encode("latin-1"))
    assert plain_lines(table.path) == size
    assert len(read_pieces(table.path, size, TYPES)) == 21


@pytest.mark.parametrize("rows", [0, 1])
def test_a_table_of_no_row_or_one_has_its_types(tmp_path, rows):
    table = Table(tmp_path, "time.csv")
    table.replace(as_rows(time_rows(*[{"impl": "i"}] * rows)))
    read = table.read()
    assert len(read) == rows
    assert {column: str(kind) for column, kind in read.dtypes.items()} == TYPES
