"""Rows of memory.csv, and of the two series that are recorded beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from bench.measure.memory.readings import MemoryReading
from bench.plan.cells import AXES, Cell
from bench.record.schemas import row
from bench.record.tables import Table, Warn, as_rows
from bench.record.times import cells_of
from bench.text import one_line

BOUNDS = ("repeats", "low_bytes", "high_bytes")  # of a peak that does not repeat exactly
MEMORY_COLUMNS = [axis.name for axis in AXES if axis.kind and axis.of_memory]


def memory_row(machine: str, reading: MemoryReading, predicted: int | None, note: str = "") -> list[Any]:
    """The row of one meter's reading; `note` is its detail where the reading has none."""
    facts: dict[str, Any] = {"machine": machine, "cell": reading.cell.memory_id, "predicted_bytes": predicted}
    facts |= {column: reading.cell.column(column) for column in MEMORY_COLUMNS}
    facts |= {column: getattr(reading, column) for column in ("impl", "meter", "peak_bytes", "status", *BOUNDS)}
    return row("memory.csv", facts | {"detail": one_line(reading.detail or note)})


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


def profile_rows(reading: MemoryReading) -> list[list[Any]]:
    """The rows of one implementation's profile, in the order of events."""
    return [[reading.cell.memory_id, reading.impl, *point] for point in reading.series]


def sample_rows(reading: MemoryReading) -> list[list[Any]]:
    """The rows of one implementation's samples, oldest first."""
    return [[reading.cell.memory_id, reading.impl, *sample] for sample in reading.series]


def put_series(table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """Write a whole series, in place of an earlier one of the same cell and implementation."""
    if not rows:
        return
    recorded_before = table.read()
    others = recorded_before[(recorded_before["cell"] != rows[0][0]) | (recorded_before["impl"] != rows[0][1])]
    table.replace([*as_rows(others), *rows])


def put_peak(table: Table, reading_row: Sequence[Any]) -> None:
    """Record a reading in place of an earlier one of the same meter; it is on the disk when this returns."""
    key = [table.columns.index(column) for column in ("machine", "cell", "impl", "meter")]
    rows = as_rows(table.read())
    others = [other for other in rows if any(other[place] != reading_row[place] for place in key)]
    if len(others) < len(rows):
        table.replace([*others, reading_row])
    else:
        table.append([reading_row])


def recorded(peaks: pd.DataFrame, profile: pd.DataFrame) -> set[tuple[str, str, str]]:
    """The readings in rows of one machine: (memory id, implementation, meter)."""
    read = pd.concat([peaks, profile.assign(meter="profile")])[["cell", "impl", "meter"]]
    return {*read.drop_duplicates().itertuples(index=False, name=None)}


@dataclass(frozen=True)
class MemoryTables:
    """What a results folder holds of one machine's memory: memory.csv, and the two series of the study."""

    peaks: pd.DataFrame
    profile: pd.DataFrame
    samples: pd.DataFrame

    @property
    def cells(self) -> dict[str, Cell]:
        """Every cell by its memory id, the id that all three tables know it by; its allocator is the default one."""
        return dict(zip(self.peaks["cell"], cells_of(self.peaks), strict=True))

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
