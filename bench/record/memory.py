"""Rows of memory.csv, and of the two series that are recorded beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from bench.measure.memory.readings import Weight
from bench.plan.cells import Cell
from bench.record.tables import Table, Warn, one_line
from bench.record.times import CELL_COLUMNS

PLACE_COLUMNS = tuple(column for column in CELL_COLUMNS if column != "allocator")


def place_values(cell: Cell) -> list[Any]:
    """The cell's columns without the allocator, on which memory does not depend; its name first."""
    return [cell.place, *(getattr(cell, column) for column in PLACE_COLUMNS)]


LEAK = "leaks: with the garbage collector off, a small step leaves {} bytes behind, in a cycle that holds its arrays"


def leak_note(leaked_bytes: int) -> str:
    """What the `detail` of a heap's row says of a leak; empty if there is none."""
    return LEAK.format(leaked_bytes) if leaked_bytes else ""


def noted_leak(detail: str | None) -> int:
    """The bytes that `leak_note` has noted in a `detail`; 0 if it has noted none.

    >>> noted_leak(leak_note(4096)), noted_leak("MemoryError"), noted_leak(None)
    (4096, 0, 0)
    """
    before, after = LEAK.split("{}")
    match = re.fullmatch(rf"{re.escape(before)}(\d+){re.escape(after)}", detail or "")
    return int(match[1]) if match else 0


def memory_row(machine: str, weight: Weight, predicted: int | None, note: str = "") -> list[Any]:
    """The row of one meter's reading; `note` is more to say of it than how it failed."""
    detail = one_line(weight.detail or note)
    return [machine, *place_values(weight.cell), weight.impl, weight.meter, weight.peak_bytes, predicted, weight.status, detail]


def profile_rows(weight: Weight) -> list[list[Any]]:
    """The rows of one implementation's profile, in the order of events."""
    return [[weight.cell.place, weight.impl, event, *point] for event, point in enumerate(weight.series)]


def sample_rows(weight: Weight) -> list[list[Any]]:
    """The rows of one implementation's samples, oldest first."""
    return [[weight.cell.place, weight.impl, *sample] for sample in weight.series]


def put_series(table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """Add a series, all of it or nothing, in place of an earlier one of the same cell and implementation."""
    if not rows:
        return
    there = table.read()
    others = there[(there["cell"] != rows[0][0]) | (there["impl"] != rows[0][1])]
    table.replace([*others.to_numpy().tolist(), *rows])


def recorded(peaks: pd.DataFrame, profile: pd.DataFrame) -> set[tuple[str, str, str]]:
    """What one machine need not measure again: (cell, implementation, meter)."""
    profiled = profile[["cell", "impl"]].drop_duplicates()
    return {*_keys(peaks["cell"], peaks["impl"], peaks["meter"]), *_keys(profiled["cell"], profiled["impl"], ["profile"] * len(profiled))}


def _keys(*columns: Iterable[Any]) -> Iterable[tuple[str, str, str]]:
    return zip(*columns, strict=True)


@dataclass(frozen=True)
class MemoryTables:
    """What a results folder holds of one machine's memory: memory.csv, and the two series of the study."""

    peaks: pd.DataFrame
    profile: pd.DataFrame
    samples: pd.DataFrame

    def read_by(self, meter: str) -> pd.DataFrame:
        """The rows that one meter could read."""
        return self.peaks[(self.peaks["meter"] == meter) & (self.peaks["status"] == "ok")]


def read_memory(folder: Path, machine: str, warn: Warn) -> MemoryTables:
    """The tables of one machine; empty ones if its memory was not measured.

    Raises:
        BadInput: a file cannot be read.

    """
    peaks, profile, samples = (Table(folder, name).read(warn) for name in ("memory.csv", "profile.csv", "samples.csv"))
    return MemoryTables(peaks[peaks["machine"] == machine], profile, samples)
