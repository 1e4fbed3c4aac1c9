"""Rows of limits.csv: each is written when its search ends, in place of the row that it repeats."""

from __future__ import annotations

import pandas as pd

from bench.measure.depth.study import Limit
from bench.plan.depth import CALL
from bench.record.tables import Table, Warn, as_rows

KEY = 5  # columns, the first ones: machine, interpreter, implementation and the two of the setting


def put_limit(table: Table, machine: str, limit: Limit) -> None:
    """Record a search in place of the row that it repeats; it is on the disk when this returns.

    The row which says that an interpreter could not be studied is dropped once an implementation has been tried on it.
    """
    row = [machine, *(getattr(limit, column) for column in table.columns[1:])]
    outdated = [row[:KEY]]
    if limit.impl is not None and not limit.impl.startswith(CALL):
        outdated.append([machine, limit.python, None, None, None])
    rows = as_rows(table.read())
    kept = [recorded for recorded in rows if recorded[:KEY] not in outdated]
    if len(kept) < len(rows):
        table.replace([*kept, row])
    else:
        table.append([row])


def machines_limits(table: Table, machine: str, warn: Warn) -> pd.DataFrame:
    """The rows of one machine; if it has none, those of the machine that was recorded last."""
    rows = table.read(warn)
    if not (rows["machine"] == machine).any() and len(rows):
        machine = rows["machine"].iloc[-1]
    return rows[rows["machine"] == machine]
