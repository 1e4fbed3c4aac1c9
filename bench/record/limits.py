"""Rows of limits.csv: a search replaces an earlier one on the same machine and interpreter under the same setting."""

from __future__ import annotations

from typing import Any

import pandas as pd

from bench.measure.depth.study import Limit
from bench.plan.depth import CALL
from bench.record.tables import Table, Warn, as_rows

KEY = ("machine", "python", "impl", "recursion_limit", "stack_bytes")


def put_limit(table: Table, machine: str, limit: Limit) -> None:
    """Record a search in place of the row that it repeats; it is on the disk when this returns.

    The row which says that an interpreter could not be studied is dropped once it has been.
    """
    row = [machine, *(getattr(limit, column) for column in table.columns[1:])]
    rows = table.read()
    stale = _repeated(rows, machine, limit) | _outdated(rows, machine, limit)
    if stale.any():
        table.replace([*as_rows(rows[~stale]), row])
    else:
        table.append([row])


def machines_limits(table: Table, machine: str, warn: Warn) -> pd.DataFrame:
    """The rows of one machine; if it has none, those of the machine that was recorded last."""
    rows = table.read(warn)
    if not (rows["machine"] == machine).any() and len(rows):
        machine = rows["machine"].iloc[-1]
    return rows[rows["machine"] == machine]


def _repeated(rows: pd.DataFrame, machine: str, limit: Limit) -> pd.Series:
    """Rows of the same machine, interpreter, implementation and setting."""
    same = rows["machine"] == machine
    for column in KEY[1:]:
        value: Any = getattr(limit, column)
        same &= rows[column].isna() if value is None else (rows[column] == value).fillna(False)
    return same.astype(bool)


def _outdated(rows: pd.DataFrame, machine: str, limit: Limit) -> pd.Series:
    """Rows that say that this interpreter could not be studied, if now one of its implementations has been."""
    of_interpreter = (rows["machine"] == machine) & (rows["python"] == limit.python) & rows["impl"].isna()
    return of_interpreter.astype(bool) & (limit.impl is not None and not limit.impl.startswith(CALL))
