"""Rows of time.csv: from finished visits, and back, with visits that were cut in half left out."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from bench.measure.timing.passes import Finished
from bench.measure.timing.visit import Measurement
from bench.plan.cells import AXES, Cell, cell_of
from bench.record.schemas import row
from bench.record.tables import as_rows
from bench.text import one_line

VISIT = ["machine", "cell", "pass"]
CELL_COLUMNS = [axis.name for axis in AXES if axis.kind]


def cell_facts(cell: Cell) -> dict[str, Any]:
    """The cell's columns, its id first."""
    return {"cell": cell.id, **{column: cell.column(column) for column in CELL_COLUMNS}}


def cells_of(rows: pd.DataFrame) -> pd.Series:
    """The `Cell` of each row of time.csv, summary.csv or memory.csv."""
    numbers, cells = numbered_cells(rows)
    return pd.Series(pd.Series(cells, dtype=object).reindex(numbers).to_numpy(), rows.index, dtype=object)


def numbered_cells(rows: pd.DataFrame) -> tuple[pd.Series, list[Cell]]:
    """The same for many rows of few cells: the number of each row's cell, and the cells in that order, which is that of the rows."""
    columns = ["cell", *(column for column in CELL_COLUMNS if column in rows)]
    numbers = group_numbers(rows, ["cell", "dataset"])  # the id names the other axes
    firsts = as_rows(rows.loc[~numbers.duplicated(), columns])
    return numbers, [cell_of(dict(zip(columns, values, strict=True))) for values in firsts]


def group_numbers(rows: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """The number of each row's group, of those that have the same values in these columns, in the order of the rows.

    A few times as fast as `groupby(...).ngroup()`, which counts for a million rows.
    """
    numbers = np.zeros(len(rows), dtype=np.int64)
    for column in columns:
        codes, values = pd.factorize(rows[column])
        numbers = pd.factorize(numbers * (len(values) + 1) + codes + 1)[0]  # -1 is the code of what is unknown
    return pd.Series(numbers, rows.index)


def passes_of(visits: pd.DataFrame) -> dict[str, set[int]]:
    """Cell id -> the numbers of the passes that have timed it; `visits` have the columns cell, pass and round."""
    timed = visits.loc[visits["round"].notna(), ["cell", "pass"]].drop_duplicates()
    numbers: dict[str, set[int]] = {}
    for cell, number in timed.itertuples(index=False):
        numbers.setdefault(str(cell), set()).add(int(number))
    return numbers


def only(rows: pd.DataFrame, kept: pd.Series) -> pd.DataFrame:
    """The rows that are kept; the table itself, and no copy of a million rows, where all are."""
    return rows if kept.all() else rows[kept]


def new_run_id() -> str:
    """A name for a run, by which files sort in order of time: "20260131T235959Z-1a2b"."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


def started_at(run: str) -> datetime | None:
    """When a run of that name began; None for a name that says nothing of it.

    >>> started_at("20260131T235959Z-1a2b"), started_at("mine")
    (datetime.datetime(2026, 1, 31, 23, 59, 59, tzinfo=datetime.timezone.utc), None)
    """
    with suppress(ValueError):
        return datetime.strptime(run[: len("20260131T235959Z")], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return None


def time_rows(run: str, machine: str, finished: Finished) -> list[Sequence[Any]]:
    """The rows of a visit: failures, then the last round first.

    The row of round 0, order 0 is the last to reach the file, so a visit that has it is whole, wherever a kill may
    have cut the write.
    """
    visit = {"run": run, "machine": machine, "pass": finished.assignment.pass_number, **cell_facts(finished.assignment.cell)}
    return [row("time.csv", visit | _facts(measurement)) for measurement in sorted(finished.rows, key=_from_the_end)]


def _facts(measurement: Measurement) -> dict[str, Any]:
    times = {name: getattr(measurement, name) for name in ("cpu_ns", "wall_ns")}
    rounded = {name: ns if ns is None else round(ns, 1) for name, ns in times.items()}
    return vars(measurement) | rounded | {"detail": one_line(measurement.detail)}


def _from_the_end(measurement: Measurement) -> tuple[bool, int, int]:
    return measurement.round is not None, -(measurement.round or 0), -(measurement.order or 0)


def whole_visits(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows without those visits that a kill cut in half: timed rows that lack round 0, order 0."""
    timed = rows["round"].notna()
    visits = group_numbers(rows, VISIT)
    sealed = visits.isin(visits[(rows["round"] == 0) & (rows["order"] == 0)].unique())
    return only(rows, ~timed | sealed)
