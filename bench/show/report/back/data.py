"""The files behind the report, inside the page, to be saved from there."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from bench.plan.contenders import name_of
from bench.record.results import Results
from bench.show.answers.words import spaced
from bench.show.report.time import Timed

LARGEST_BYTES = 1_000_000  # of one file: the page may have 8 MB in all, and most of these are pictures


@dataclass(frozen=True)
class DataFile:
    """A file: its name, what it holds, and an address that has all of it; empty where it is too large."""

    name: str
    words: str
    source: str


def data_section(facts: tuple[Results, Timed | None]) -> dict[str, Any]:
    """Every table that has rows; that of all times is named, and stands beside the page."""
    return {"files": [*_files(*facts)]}


def _files(results: Results, timed: Timed | None) -> Iterator[DataFile]:
    named = {
        "summary.csv": timed.summary if timed else results.times[:0],
        "memory.csv": results.memory.peaks,
        "profile.csv": results.memory.profile,
        "limits.csv": results.limits,
        "training.csv": results.training,
        "clarity.csv": results.clarity,
        "breakdown.csv": results.breakdown,
    }
    for name, rows in named.items():
        if len(rows):
            yield DataFile(name, f"{spaced(len(rows))} rows", _source(_named(rows)))
    if len(results.rows):
        yield DataFile(results.rows.files, f"{spaced(len(results.rows))} rows", "")


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with contenders by their names, as the files have them."""
    columns = [column for column in ("impl", "baseline") if column in rows]
    return rows.assign(**{column: rows[column].map(name_of, na_action="ignore") for column in columns})


def _source(rows: pd.DataFrame) -> str:
    """The rows as CSV inside an address; nothing where that would be too long."""
    text = rows.to_csv(index=False, lineterminator="\n").encode()
    return "" if len(text) > LARGEST_BYTES else "data:text/csv;base64," + base64.b64encode(text).decode()
