"""Rows of time.csv: from finished visits, and back, with visits that were cut in half left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from bench.measure.passes import Finished
from bench.plan.cells import Cell
from bench.record.tables import Table, Warn, one_line

CELL_COLUMNS = ("dataset", "batch", "depth", "width", "dtype", "update", "allocator")


def cell_values(cell: Cell) -> list[Any]:
    """The cell's columns, its id first."""
    return [cell.id, *(getattr(cell, column) for column in CELL_COLUMNS)]


def time_rows(run: str, machine: str, finished: Finished) -> list[Sequence[Any]]:
    """The rows of a visit, the last round first.

    Backwards, so that the row of round 0, order 0 is the last to reach the file: a visit that has it
    is whole, wherever a kill may have cut the write.
    """
    cell = finished.assignment.cell
    head = [run, machine, finished.assignment.pass_number, *cell_values(cell)]
    return [
        [
            *head,
            row.impl,
            row.round,
            row.order,
            row.iterations,
            _tenths(row.cpu_ns),
            _tenths(row.wall_ns),
            row.minor_faults,
            row.status,
            one_line(row.detail),
        ]
        for row in reversed(finished.rows)
    ]


def read_whole(table: Table, warn: Warn) -> pd.DataFrame:
    """What time.csv holds, after taking out of the file whatever a kill left half written."""
    rows = table.read(warn)
    whole = whole_visits(rows)
    if len(whole) < len(rows):
        warn(f"{table.path}: {len(rows) - len(whole)} rows of a visit that was cut short are left out")
        table.replace(whole.astype(object).where(whole.notna(), None).to_numpy().tolist())
    return whole


def whole_visits(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows without those visits that a kill cut in half: timed rows that lack round 0, order 0."""
    timed = rows["round"].notna()
    visit = ["machine", "cell", "pass"]
    seal = (rows["round"] == 0) & (rows["order"] == 0)
    sealed = seal.fillna(False).groupby([rows[column] for column in visit]).transform("any")
    return rows[~timed | sealed.astype(bool)]


def _tenths(nanoseconds: float | None) -> float | None:
    return None if nanoseconds is None else round(nanoseconds, 1)
