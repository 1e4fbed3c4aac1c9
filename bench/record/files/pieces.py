"""A long CSV file read piece by piece: its text is never in memory as a whole, and words that repeat are kept once."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd
from pandas.api.types import union_categoricals

PIECE = 400_000  # rows; smaller pieces leave more holes in the heap than they save
BLOCK = 64 * 1024  # bytes
OTHERS = bytes(set(range(256)) - set(b',\n\r"'))  # than the signs that tell fields and lines apart


def plain_lines(path: Path) -> int | None:
    """How many bytes of a CSV file are whole lines: all of it, unless a kill cut its last line.

    None if there is no such file, or it is not as Unwind writes it: UTF-8 without a mark, commas between fields, no blank
    line, and as many fields in each line as in the first.
    """
    if not path.is_file():
        return None
    with open(path, "rb") as file:
        size, commas = 0, 0
        while lines := file.readlines(BLOCK):
            if not lines[-1].endswith(b"\n"):
                lines.pop()
            if lines and not size:
                commas = lines[0].count(b",")
                if lines[0].startswith(codecs.BOM_UTF8) or not commas:
                    return None
            if not _are_plain(lines, commas):
                return None
            size += sum(map(len, lines))
    return size


def _are_plain(lines: Sequence[bytes], commas: int) -> bool:
    """Has each line so many commas between fields, and no carriage return? One look tells it of most; else each is looked at."""
    signs = b"".join(lines).translate(None, delete=OTHERS)
    return signs == (commas * b"," + b"\n") * len(lines) or all(
        b"\r" not in line and ((line.count(b",") == commas and b'"' not in line) or _fields(line) == commas + 1) for line in lines
    )


def _fields(line: bytes) -> int:
    """How many fields a line has, quoted ones too; 0 if it cannot be taken apart."""
    try:
        return len(next(csv.reader([line.decode()], strict=True), []))
    except (UnicodeDecodeError, csv.Error):
        return 0


def read_pieces(path: Path, size: int, types: Mapping[str, str]) -> pd.DataFrame:
    """The columns that `types` has a type for, of the first `size` bytes of a CSV file.

    Raises:
        ValueError, TypeError, OverflowError, OSError: it cannot be read, or not as these types.

    """
    pieces = _pieces(path, size, types)
    numbers = [column for piece in pieces for column in piece if _are_numbers(piece[column])]
    if numbers:  # pandas makes numbers of categories, though they are words, where all of them look like that: "1e5"
        pieces = _pieces(path, size, {**types, **dict.fromkeys(numbers, "string")})
        pieces = [piece.astype(dict.fromkeys(numbers, "category")) for piece in pieces]
    return joined(pieces)


def joined(pieces: list[pd.DataFrame]) -> pd.DataFrame:
    """Pieces of one table, at least one, as that table; where there are several, they are taken apart, so that nothing is kept twice."""
    if len(pieces) == 1:
        return pieces[0]
    return pd.DataFrame({column: _joined([piece.pop(column) for piece in pieces]) for column in [*pieces[0]]}, copy=False)


def _pieces(path: Path, size: int, types: Mapping[str, str]) -> list[pd.DataFrame]:
    with open(path, "rb") as file, io.TextIOWrapper(io.BufferedReader(_Beginning(file, size), BLOCK), encoding="utf-8", newline="") as text:
        settings: Any = {"dtype": types, "usecols": [*types], "index_col": False, "keep_default_na": False, "na_values": [""]}
        return [*pd.read_csv(text, **settings, chunksize=PIECE)]


def _are_numbers(column: pd.Series) -> bool:
    """Is it a column of categories, all of which look like numbers?"""
    if not isinstance(column.dtype, pd.CategoricalDtype) or column.cat.categories.empty:
        return False
    return pd.api.types.is_numeric_dtype(column.cat.categories)


def _joined(parts: Sequence[pd.Series]) -> Any:
    """A column from its pieces."""
    if isinstance(parts[0].dtype, pd.CategoricalDtype):
        return union_categoricals([part.cat.rename_categories(_as_words(part.cat.categories)) for part in parts], sort_categories=True)
    return pd.concat(parts, ignore_index=True)


def _as_words(categories: pd.Index) -> pd.Index:
    """Categories of the type that words have: in a piece in which nothing stands, pandas gives them another."""
    return categories if len(categories) else categories.astype(pd.Index(["word"]).dtype)


class _Beginning(io.RawIOBase):
    """The first bytes of a file, as a file."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._left = size

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer, as far as there are bytes left."""
        data = self._file.read(min(len(buffer), self._left))
        buffer[: len(data)] = data
        self._left -= len(data)
        return len(data)
