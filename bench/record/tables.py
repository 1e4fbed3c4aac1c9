"""CSV files that survive: appended with one write and an fsync, read with a torn last line dropped."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd

from bench.errors import BadInput
from bench.plan.cells import BACKPROPAGATION, OF_ALL
from bench.record.files.csv_text import CsvText, OddLine, take_apart
from bench.record.files.disk import append, write_whole
from bench.record.files.pieces import plain_lines, read_pieces
from bench.record.schemas import SCHEMAS, may_lack, odd_row
from bench.text import one_line

Warn = Callable[[str], None]


class Table:
    """One CSV file of a results folder.

    Raises:
        BadInput: when the file there cannot be read or written, or lacks a column that must be there.

    """

    def __init__(self, folder: Path, name: str) -> None:
        self.path = folder / name
        self.columns = list(SCHEMAS[name])
        self._types = SCHEMAS[name]
        self._may_lack = may_lack(name)

    def append(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows, in column order, with one write; they are on the disk when this returns."""
        self._mend()
        self._convert()
        text = self._checked_text(rows)
        if not _size(self.path):
            text = _csv([self.columns]) + text
        append(self.path, text.encode("utf-8"))

    def replace(self, rows: Iterable[Sequence[Any]]) -> None:
        """Put rows in place of all that is there; a reader sees the old file or the new one."""
        self._refuse_to_lose_columns()
        write_whole(self.path, (_csv([self.columns]) + self._checked_text(rows)).encode("utf-8"))

    def read(self, warn: Warn = lambda sentence: None) -> pd.DataFrame:
        """Every whole line, typed and checked; an empty table if there is no file. `warn` is told of a torn last line.

        A file of another version is read if the columns that it lacks may be lacking; columns of its own are left out.
        """
        rows, line_number = self._rows(warn)
        lacking = {column: self._may_lack[column] if column in OF_ALL else None for column in self.columns if column not in rows}
        rows = self._with_defaults(rows.assign(**lacking)[self.columns].astype(self._types))
        for row, why in odd_row(self.path.name, rows):
            raise BadInput(f"{self.path}: line {line_number(row)} {why}; correct the line, move the file away or give another --results")
        return rows

    def _with_defaults(self, rows: pd.DataFrame) -> pd.DataFrame:
        """What is empty in a column that has a default is that: "" is written as nothing, and nothing is read as unknown. But it
        stays empty where a row's problem has no such axis.
        """
        usual = {column: default for column, default in self._may_lack.items() if default is not None and column in self.columns}
        for column, default in usual.items():
            empty = rows[column].isna()
            if column not in OF_ALL and empty.any():
                empty &= rows["problem"] == BACKPROPAGATION
            if empty.any():
                rows = rows.assign(**{column: _filled(rows[column], empty, default)})
        return rows

    def _rows(self, warn: Warn) -> tuple[pd.DataFrame, Callable[[int], int]]:
        """The columns that this version knows, and which line of the file a row stands in."""
        size = plain_lines(self.path)
        if size:
            with suppress(ValueError, TypeError, OverflowError):  # which line is odd is found out below
                with open(self.path, encoding="utf-8") as file:
                    header = next(csv.reader(file))
                self._refuse_columns(header)
                rows = read_pieces(self.path, size, {column: self._types[column] for column in header if column in self._types})
                self._tell_torn(size < self.path.stat().st_size, warn)
                return rows, lambda row: row + 2
        text = self._text()
        self._tell_torn(text.torn, warn)
        there = {column: kind for column, kind in self._types.items() if column in text.header}
        try:
            return (text.frame(there) if text.header else pd.DataFrame(columns=self.columns)), text.line_number
        except OddLine as error:
            raise self._unreadable(error) from None

    def _tell_torn(self, torn: bool, warn: Warn) -> None:
        if torn:
            warn(f"{self.path}: the last line was cut off during a write and is left out")

    def _text(self) -> CsvText:
        """The file's lines, in columns that this version can read.

        Raises:
            BadInput: it cannot.

        """
        if self.path.exists() and not self.path.is_file():
            raise BadInput(f"{self.path}: is no regular file; move it away or give another --results")
        try:
            data = self.path.read_bytes()
            if self._is_torn_header(data):
                return CsvText([], [], torn=bool(data))
            text = take_apart(data)
        except FileNotFoundError:
            return CsvText([], [])
        except (OSError, OddLine) as error:
            raise self._unreadable(error) from None
        self._refuse_columns(text.header)
        return text

    def _is_torn_header(self, data: bytes) -> bool:
        """Is the file what a write that was cut off, or did not fit, leaves of a new one?"""
        return _csv([self.columns]).encode().startswith(data)

    def _checked_text(self, rows: Iterable[Sequence[Any]]) -> str:
        """Rows as text, once it is certain that they can be read again.

        Raises:
            ValueError: they could not.

        """
        listed = [*rows]
        for row, why in odd_row(self.path.name, pd.DataFrame(listed, columns=self.columns).astype(self._types)):
            raise ValueError(f"{self.path.name}: a row that {why} is not written: {listed[row]}")
        return _csv(listed)

    def _refuse_columns(self, header: Sequence[str]) -> None:
        """Refuse a header that lacks what must be there, or has a column twice."""
        twice = [column for column in dict.fromkeys(header) if header.count(column) > 1]
        lacking = [column for column in self.columns if column not in header and column not in self._may_lack]
        if twice:
            raise BadInput(f"{self.path}: has the column {one_line(twice[0])} twice; remove one of them or give another --results")
        if lacking:
            self._refuse(lacking + sorted(set(header) - set(self.columns)))

    def _unreadable(self, error: Exception) -> BadInput:
        remedy = "correct the line, move the file away" if isinstance(error, OddLine) else "move it away"
        return BadInput(f"{self.path}: cannot be read ({one_line(str(error))}); {remedy} or give another --results")

    def _refuse_to_lose_columns(self) -> None:
        """Nothing is written over columns that this version does not know."""
        if foreign := set(self._text().header) - set(self.columns):
            self._refuse(sorted(foreign))

    def _refuse(self, odd: Sequence[str]) -> NoReturn:
        raise BadInput(
            f"{self.path}: its columns are not those of this version (they differ in {one_line(', '.join(odd))}); "
            "move it away or give another --results"
        )

    def _mend(self) -> None:
        """Cut a torn last line off, so that the next row is not appended to it; of a torn header nothing is left."""
        if not _size(self.path) or _ends_a_line(self.path):
            return
        data = self.path.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        if whole or self._is_torn_header(data):
            os.truncate(self.path, len(whole))

    def _convert(self) -> None:
        """Give a file of an earlier version, or one that a spreadsheet has saved, the form of this one before rows are added to it."""
        if not _size(self.path):
            return
        with open(self.path, "rb") as file:
            if file.readline() != _csv([self.columns]).encode():
                self.replace(as_rows(self.read()))


def as_rows(table: pd.DataFrame) -> list[list[Any]]:
    """A table's rows as they are written: None for what is unknown."""
    return table.astype(object).where(table.notna(), None).to_numpy().tolist()


def words_of(column: pd.Series) -> pd.Series:
    """A column of words as text, though it was read as categories, with "" for what is unknown."""
    return column.astype("string").fillna("")


def _filled(column: pd.Series, empty: pd.Series, default: str) -> pd.Series:
    if isinstance(column.dtype, pd.CategoricalDtype) and default not in column.cat.categories:
        column = column.cat.add_categories([default])
    return column.mask(empty, default)


def _size(path: Path) -> int:
    """Bytes of a file; 0 if there is none."""
    return path.stat().st_size if path.exists() else 0


def _ends_a_line(path: Path) -> bool:
    with open(path, "rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        return file.read() == b"\n"


def _csv(rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
