"""CSV files that survive: appended with one write and an fsync, read with a torn last line dropped."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd

from bench.errors import BadInput
from bench.record.disk import append, write_whole
from bench.record.pieces import read_pieces, whole_lines
from bench.record.schemas import MAY_LACK, SCHEMAS

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

    def append(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows, in column order, with one write; they are on the disk when this returns."""
        self._mend()
        self._convert()
        text = _csv(rows)
        if not self.path.exists():
            text = _csv([self.columns]) + text
        append(self.path, text.encode("utf-8"))

    def replace(self, rows: Iterable[Sequence[Any]]) -> None:
        """Put rows in place of all that is there; a reader sees the old file or the new one."""
        self._refuse_to_lose_columns()
        write_whole(self.path, (_csv([self.columns]) + _csv(rows)).encode("utf-8"))

    def read(self, warn: Warn = lambda sentence: None) -> pd.DataFrame:
        """Every whole line, typed; an empty table if there is no file. `warn` is told of a torn last line.

        A file of another version is read if the columns that it lacks may be lacking; columns of its own are left out.
        """
        if not self.path.exists():
            return pd.DataFrame({column: pd.Series(dtype=kind) for column, kind in self._types.items()})
        header = self._header()
        try:
            size = whole_lines(self.path)
            if size < self.path.stat().st_size:
                warn(f"{self.path}: the last line was cut off during a write and is left out")
            there = [column for column in header if column in self._types]
            rows = read_pieces(self.path, size, {column: self._types[column] for column in there})
            lacking = {column: MAY_LACK[column] for column in self.columns if column not in there}
            return rows.assign(**lacking)[self.columns].astype(self._types)
        except (ValueError, TypeError, OverflowError, OSError) as error:
            raise self._unreadable(error) from None

    def _header(self) -> list[str]:
        """The columns that the file has.

        Raises:
            BadInput: it cannot be read with them.

        """
        try:
            with open(self.path, encoding="utf-8", newline="") as file:
                header = next(csv.reader(file), [])
        except (OSError, ValueError, csv.Error) as error:
            raise self._unreadable(error) from None
        lacking = [column for column in self.columns if column not in header and column not in MAY_LACK]
        if lacking or len(set(header)) < len(header):
            self._refuse(sorted(set(header) ^ set(self.columns)) or header)
        return header

    def _unreadable(self, error: Exception) -> BadInput:
        return BadInput(f"{self.path}: cannot be read ({one_line(str(error))}); move it away or give another --results")

    def _refuse_to_lose_columns(self) -> None:
        """Nothing is written over columns that this version does not know."""
        if self.path.exists() and (foreign := set(self._header()) - set(self.columns)):
            self._refuse(sorted(foreign))

    def _refuse(self, odd: Sequence[str]) -> NoReturn:
        raise BadInput(
            f"{self.path}: its columns are not those of this version (they differ in {one_line(', '.join(odd))}); "
            "move it away or give another --results"
        )

    def _mend(self) -> None:
        """Cut a torn last line off, so that the next row is not appended to it; of a torn header nothing is left."""
        if not self.path.exists() or _ends_a_line(self.path):
            return
        data = self.path.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        if whole:
            os.truncate(self.path, len(whole))
        else:
            self.path.unlink()

    def _convert(self) -> None:
        """Give a file of an earlier version the columns of this one before rows are added to it."""
        if self.path.exists() and self._header() != self.columns:
            self.replace(as_rows(self.read()))


def as_rows(table: pd.DataFrame) -> list[list[Any]]:
    """A table's rows as they are written: None for what is unknown."""
    return table.astype(object).where(table.notna(), None).to_numpy().tolist()


def one_line(text: str) -> str:
    r"""Text as a CSV file of one row a line can hold it: no line breaks and no control characters.

    >>> one_line("first\nsecond\x1b[31m")
    'first second [31m'
    """
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def _ends_a_line(path: Path) -> bool:
    with open(path, "rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        return file.read() == b"\n"


def _csv(rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
