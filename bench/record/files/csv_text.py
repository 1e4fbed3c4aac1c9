"""The text of a CSV file taken apart into lines: as Unwind writes it, or as a spreadsheet has saved it.

A spreadsheet may put a byte order mark at the head, end lines as Windows does, separate fields by semicolons, write a
decimal comma, and leave lines that hold nothing but separators. All that is read. What would shift a value into another
column is refused with its line: pandas would not notice it.
"""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pandas as pd

SEPARATORS = ",;\t"


class OddLine(ValueError):
    """A line cannot be read; the message says which, counted from 1 as editors do, and why."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(f"line {number} {why}")


@dataclass(frozen=True)
class CsvText:
    """A file's lines.

    Attributes:
        header: the names of the columns; empty if there is no whole line.
        lines: the others that hold something, each with its number in the file.
        separator: between fields.
        torn: is the last line cut off, and so left out?

    """

    header: list[str]
    lines: list[tuple[int, str]]
    separator: str = ","
    torn: bool = False

    def line_number(self, row: int) -> int:
        """The number in the file of the row that comes as that one, counted from 0."""
        return self.lines[row][0]

    def frame(self, types: dict[str, Any]) -> pd.DataFrame:
        """The columns that `types` names, as those types.

        Raises:
            OddLine: a value is not of its column's type.

        """
        text = "\n".join([self.separator.join(map(_quoted, self.header)), *(line for _, line in self.lines)])
        how: dict[str, Any] = {"sep": self.separator, "usecols": [*types], "keep_default_na": False, "na_values": [""]}
        with suppress(ValueError, TypeError, OverflowError):
            return pd.read_csv(io.StringIO(text), dtype=types, **how)[[*types]]
        as_words = {column: kind if kind == "category" else "string" for column, kind in types.items()}
        words = pd.read_csv(io.StringIO(text), dtype=as_words, **how)
        return pd.DataFrame({column: self._typed(words[column], kind) for column, kind in types.items()})

    def _typed(self, words: pd.Series, kind: str) -> pd.Series:
        """One column, value by value, so that the line of an odd one is known."""
        if kind in ("string", "category"):
            return words
        numbers = []
        for row, word in enumerate(words):
            try:
                numbers.append(None if pd.isna(word) else NUMBERS[kind](word.replace(",", ".") if self.separator != "," else word))
            except (ValueError, OverflowError):
                raise OddLine(self.line_number(row), f"has {word!r} as {words.name}, which is no {WORDS[kind]}") from None
        return pd.Series(numbers, dtype=kind)


def _whole(word: str) -> int:
    """A whole number that 64 bits hold; a spreadsheet may have written it as 1.0 or 1E+05."""
    number = int(word) if word.strip().lstrip("+-").isdecimal() else float(word)
    if number != int(number) or abs(number) >= 2**63:
        raise ValueError(word)
    return int(number)


NUMBERS: dict[str, Any] = {"Int64": _whole, "float64": float}
WORDS = {"Int64": "whole number", "float64": "number"}


def take_apart(data: bytes) -> CsvText:
    """A file's bytes as lines.

    Raises:
        OddLine: a line is not UTF-8, has more or fewer fields than the header, or a quotation mark that nothing closes.

    """
    text = _decoded(data)
    whole = text[: text.rfind("\n") + 1]
    head, *rest = whole.split("\n") if whole else [""]
    separator = max(SEPARATORS, key=head.count)
    header = [name.strip() for name in _fields(1, head.rstrip("\r"), separator)] if head.strip() else []
    blank = f" \t\r{separator}"
    lines = [(number, line.rstrip("\r")) for number, line in enumerate(rest, 2) if line.strip(blank)]
    for number, line in lines:
        if (fields := line.count(separator) + 1) != len(header) or '"' in line:
            fields = len(_fields(number, line, separator))
        if fields != len(header):
            raise OddLine(number, f"has {fields} fields where the header has {len(header)}")
    return CsvText(header, lines, separator, torn=whole != text)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise OddLine(line, f"has the byte 0x{data[error.start]:02x}, which is not UTF-8; save the file as UTF-8") from None


def _fields(number: int, line: str, separator: str) -> list[str]:
    """The fields of one line; no file of Unwind has a field over several lines."""
    try:
        return next(csv.reader([line], delimiter=separator, strict=True), [])
    except csv.Error as error:
        raise OddLine(number, f"cannot be taken apart ({error})") from None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
