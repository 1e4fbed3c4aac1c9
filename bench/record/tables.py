"""CSV files that survive: appended with one write and an fsync, read with a torn last line dropped."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from bench.errors import BadInput
from bench.record.schemas import SCHEMAS

Warn = Callable[[str], None]


class Table:
    """One CSV file of a results folder.

    Raises:
        BadInput: on first use, when the file there has other columns than this version writes.

    """

    def __init__(self, folder: Path, name: str) -> None:
        self.path = folder / name
        self.columns = list(SCHEMAS[name])
        self._types = SCHEMAS[name]

    def append(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows, in column order, with one write; they are on the disk when this returns."""
        self._mend()
        text = _csv(rows)
        if not self.path.exists():
            text = _csv([self.columns]) + text
        with open(self.path, "ab", buffering=0) as file:
            file.write(text.encode("utf-8"))
            os.fsync(file.fileno())

    def replace(self, rows: Iterable[Sequence[Any]]) -> None:
        """Put rows in place of all that is there; whoever reads sees the old file or the new one."""
        self._check_header()
        draft = self.path.with_suffix(".tmp")
        draft.write_text(_csv([self.columns]) + _csv(rows), encoding="utf-8")
        draft.replace(self.path)

    def read(self, warn: Warn = lambda sentence: None) -> pd.DataFrame:
        """Every whole line, typed; an empty table if there is no file. `warn` hears of a torn last line."""
        if not self.path.exists():
            return pd.DataFrame({column: pd.Series(dtype=kind) for column, kind in self._types.items()})
        self._check_header()
        text = self.path.read_text(encoding="utf-8")
        whole = text[: text.rfind("\n") + 1]
        if whole != text:
            warn(f"{self.path}: the last line was torn off in mid-write and is left out")
        try:
            return pd.read_csv(io.StringIO(whole), dtype=self._types, keep_default_na=False, na_values=[""])
        except (ValueError, TypeError) as error:
            raise BadInput(f"{self.path}: cannot be read ({error}); move it away or give another --results") from None

    def _check_header(self) -> None:
        if not self.path.exists():
            return
        with open(self.path, encoding="utf-8", newline="") as file:
            header = next(csv.reader(file), [])
        if header != self.columns:
            odd = sorted(set(header) ^ set(self.columns)) or header
            raise BadInput(
                f"{self.path}: its columns are not those of this version (they differ in {', '.join(odd)}); "
                "move it away or give another --results"
            )

    def _mend(self) -> None:
        """Cut a torn last line off, so that the next row does not grow onto it; a torn header goes whole."""
        if not self.path.exists() or _ends_a_line(self.path):
            return
        data = self.path.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        if whole:
            os.truncate(self.path, len(whole))
        else:
            self.path.unlink()


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
