"""A CSV file of the user's own, read into features and labels; what cannot be used is told with its line in the file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.errors import BadInput, unknown
from bench.text import one_line, undecodable

# what pandas takes for a missing value, too (io.html#na-values)
MISSING = {
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA", "NULL", "NaN", "None",
    "n/a", "nan", "null",
}  # fmt: skip
TRUTHS = {"true": 1.0, "false": 0.0}
SEPARATORS = {";": ";", "\t": "\\t", "|": "|"}  # that are not the usual one -> how TOML writes them
MOST_WORDS = 50  # different ones in a column that is encoded; more are names, not categories
DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+(e[+-]?\d+)?", re.IGNORECASE)


@dataclass(frozen=True)
class CsvForm:
    """How a CSV file is written, and what may be done to its columns; the names are those of pandas.

    Attributes:
        sep: what stands between two values, one character.
        decimal: what stands before the decimals.
        encoding: of its text.
        encode: make columns of words into columns of 0 and 1, one a word.
        drop_missing: leave out rows in which a value is missing.

    """

    sep: str = ","
    decimal: str = "."
    encoding: str = "utf-8"
    encode: bool = False
    drop_missing: bool = False


USUAL = CsvForm()


class Labelled(NamedTuple):
    """Features (examples, features), their labels, and what was done to get them, in sentences."""

    features: np.ndarray
    labels: np.ndarray
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Rows:
    """The rows of a file as words, each with the line that it begins on."""

    path: Path
    form: CsvForm
    header: list[str]
    lines: list[int]
    values: list[list[str]]

    def column(self, name: str) -> list[str]:
        place = self.header.index(name)
        return [row[place] for row in self.values]

    def at(self, row: int, column: str) -> str:
        """Where a value stands."""
        return f"{self.path}: line {self.lines[row]}, column {column!r}"


def read(path: Path, target: str, form: CsvForm) -> Labelled:
    """The columns but `target` as numbers, and that one as labels, which may be words.

    Raises:
        BadInput: the file cannot be read, or something in it cannot be used.
        FileNotFoundError: it is not there.

    """
    rows = _rows(path, _text(path, form), form)
    if target not in rows.header:
        raise BadInput(unknown("column", target, rows.header, str(path)))
    if len(rows.header) < 2:
        raise BadInput(f"{path}: has no column beside {target!r}; give at least one to learn from")
    if not rows.values:
        raise BadInput(f"{path}: has a header and no rows; give a file with data")
    rows, dropped = _without_gaps(rows)
    columns, encoded = _numbers(rows, [name for name in rows.header if name != target])
    return Labelled(np.column_stack(columns), _labels(rows.column(target), form), (*dropped, *encoded))


def _text(path: Path, form: CsvForm) -> str:
    try:
        return path.read_bytes().decode(form.encoding).removeprefix("\ufeff")
    except FileNotFoundError:
        raise
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror}); give a CSV file") from None
    except UnicodeDecodeError as error:
        of_utf_16 = error.object[:2] in (b"\xff\xfe", b"\xfe\xff")
        likely = "utf-16" if of_utf_16 else "cp1252"  # Windows' for western languages
        raise BadInput(f'{path}: {undecodable(error)}; save it as UTF-8, or say what it is, such as encoding = "{likely}"') from None
    except UnicodeError as error:  # UTF-16 without its first two bytes, and the like
        raise BadInput(f"{path}: is no {form.encoding} text ({error}); correct encoding") from None


def _rows(path: Path, text: str, form: CsvForm) -> _Rows:
    """The rows, blank lines left out, all as long as the header."""
    records = _records(path, text, form)
    _, header = next(records, (0, []))
    header = [name.strip() or f"column {number}" for number, name in enumerate(header, 1)]
    _check_header(path, header, form)
    lines, values = [], []
    for line, record in records:
        if len(record) != len(header):
            raise BadInput(f"{path}: line {line} has {len(record)} values where the header has {len(header)} names; correct the line")
        lines.append(line)
        values.append([value.strip() for value in record])
    return _Rows(path, form, header, lines, values)


def _records(path: Path, text: str, form: CsvForm) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line that it begins on; one that is quoted may be several lines long."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=form.sep)
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadInput(f"{path}: line {line} cannot be read as CSV ({error}); correct the line") from None
        if any(value.strip() for value in record) or len(record) > 1:
            yield line, record


def _check_header(path: Path, header: Sequence[str], form: CsvForm) -> None:
    if not header:
        raise BadInput(f"{path}: is empty; give a file with a header line and rows")
    if len(header) == 1:
        for sep, in_toml in SEPARATORS.items():
            if sep != form.sep and sep in header[0]:
                raise BadInput(f'{path}: line 1 is one column, {one_line(header[0])!r}; to part it at "{in_toml}", add sep = "{in_toml}"')
    for name in header:
        if header.count(name) > 1:
            raise BadInput(f"{path}: the header has {name!r} {header.count(name)} times; give each column a name of its own")


def _without_gaps(rows: _Rows) -> tuple[_Rows, list[str]]:
    """The rows in which no value is missing, and how many were dropped."""
    whole = [MISSING.isdisjoint(row) for row in rows.values]
    if all(whole):
        return rows, []
    if not rows.form.drop_missing:
        row = whole.index(False)
        place = next(place for place, value in enumerate(rows.values[row]) if value in MISSING)
        what = repr(rows.values[row][place]) if rows.values[row][place] else "empty"
        raise BadInput(f"{rows.at(row, rows.header[place])} is {what}; fill the gap, or add drop_missing = true to leave such rows out")
    if not any(whole):
        raise BadInput(f"{rows.path}: each of the {len(whole)} rows has a missing value, and drop_missing leaves none; fill the gaps")
    note = f"{rows.path}: {whole.count(False)} of {len(whole)} rows have a missing value and are dropped"
    left = _Rows(rows.path, rows.form, rows.header, [*compress(rows.lines, whole)], [*compress(rows.values, whole)])
    return left, [note]


def _numbers(rows: _Rows, names: Sequence[str]) -> tuple[list[np.ndarray], list[str]]:
    """The columns as numbers, and what was encoded."""
    columns, encoded = [], {}
    for name in names:
        words = rows.column(name)
        numbers = [_number(word, rows.form) for word in words]
        if None in numbers:
            _refuse_words(rows, name, words, numbers)
            new = _indicators(words)
            columns += new
            encoded[name] = len(new)
        else:
            columns.append(np.array(numbers, dtype=float))
            _refuse_infinite(rows, name, columns[-1])
    if not encoded:
        return columns, []
    count = "1 column of words is" if len(encoded) == 1 else f"{len(encoded)} columns of words are"
    told = ", ".join(f"{name} as {new}" for name, new in encoded.items())
    return columns, [f"{rows.path}: {count} encoded as columns of 0 and 1: {told}"]


def _number(word: str, form: CsvForm) -> float | None:
    """The number that the words say, True and False too; None for other words."""
    if word.lower() in TRUTHS:
        return TRUTHS[word.lower()]
    if "_" in word or (form.decimal != "." and "." in word):
        return None
    try:
        return float(word.replace(form.decimal, "."))
    except ValueError:
        return None


def _refuse_words(rows: _Rows, name: str, words: Sequence[str], numbers: Sequence[float | None]) -> None:
    """A column of words is refused if it is not to be encoded, or is not made of categories."""
    row = numbers.index(None)
    where = f"{rows.at(row, name)} is {one_line(words[row])!r}"
    if rows.form.decimal == "." and DECIMAL_COMMA.fullmatch(words[row]):
        raise BadInput(f'{where}; if a comma stands before decimals, add decimal = ","')
    if numbers.count(None) < len(numbers) / 2:
        raise BadInput(f"{where}, where most values are numbers; correct it or leave it empty")
    if not rows.form.encode:
        raise BadInput(f"{where} and no number; add encode = true to encode columns of words, or leave the column out")
    if (count := len({*words})) > MOST_WORDS:
        raise BadInput(f"{rows.path}: column {name!r} has {count} different words; at most {MOST_WORDS} are encoded, leave the column out")


def _refuse_infinite(rows: _Rows, name: str, column: np.ndarray) -> None:
    if not np.isfinite(column).all():
        row = int(np.argmin(np.isfinite(column)))
        raise BadInput(f"{rows.at(row, name)} is {rows.column(name)[row]}; give a finite number")


def _indicators(words: Sequence[str]) -> list[np.ndarray]:
    """A column of 0 and 1 for each word, in alphabetical order; for two words one column, since the other would say the same."""
    known = sorted({*words})
    column = np.array(words)
    return [(column == word).astype(float) for word in (known[1:] if len(known) == 2 else known)]


def _labels(words: Sequence[str], form: CsvForm) -> np.ndarray:
    """Numbers if all are, so that 2 comes before 10; else the words."""
    numbers = [_number(word, form) for word in words]
    return np.array(words if None in numbers else numbers)
