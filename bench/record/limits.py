"""Rows of limits.csv: a search takes the place of an earlier one on the same machine, interpreter and setting."""

from __future__ import annotations

from typing import Any

import pandas as pd

from bench.measure.depth.study import Limit
from bench.plan.depth import CALL
from bench.record.tables import Table, Warn

KEY = ("machine", "python", "impl", "recursion_limit", "stack_bytes")


def put_limit(table: Table, machine: str, limit: Limit) -> None:
    """Record a search; it is on the disk when this returns, and an earlier row of its kind is gone.

    The row of an interpreter that could not be studied goes when one of its implementations has been.
    """
    row = [machine, *(getattr(limit, column) for column in table.columns[1:])]
    rows = table.read()
    stale = _like(rows, machine, limit) | _overcome(rows, machine, limit)
    if stale.any():
        kept = rows[~stale].astype(object)
        table.replace([*kept.where(kept.notna(), None).to_numpy().tolist(), row])
    else:
        table.append([row])


def machines_limits(table: Table, machine: str, warn: Warn) -> pd.DataFrame:
    """The rows of one machine; if it has none, those of the machine that was recorded last."""
    rows = table.read(warn)
    if not (rows["machine"] == machine).any() and len(rows):
        machine = rows["machine"].iloc[-1]
    return rows[rows["machine"] == machine]


def _like(rows: pd.DataFrame, machine: str, limit: Limit) -> pd.Series:
    same = rows["machine"] == machine
    for column in KEY[1:]:
        value: Any = getattr(limit, column)
        same &= rows[column].isna() if value is None else (rows[column] == value).fillna(False)
    return same.astype(bool)


def _overcome(rows: pd.DataFrame, machine: str, limit: Limit) -> pd.Series:
    """Rows that say that this interpreter could not be studied, if now it is."""
    of_it = (rows["machine"] == machine) & (rows["python"] == limit.python) & rows["impl"].isna()
    return of_it.astype(bool) & (limit.impl is not None and not limit.impl.startswith(CALL))
