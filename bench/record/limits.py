"""Rows of limits.csv: each is written when its search ends, in place of the row that it repeats."""

from __future__ import annotations

from typing import Any

import humanize
import pandas as pd

from bench.measure.depth.study import NO_LIMIT, Limit
from bench.plan.depth import CALL
from bench.record.tables import Table, Warn, as_rows

KEY = 5  # columns, the first ones: machine, interpreter, implementation and the two of the setting
STACK = "stack_limit_bytes"  # the sixth, the last column


def put_limit(table: Table, machine: str, limit: Limit) -> None:
    """Record a search in place of the row that it repeats; it is on the disk when this returns.

    What was found under another limit of the stack stays. The row which says that an interpreter could not be studied is
    dropped once an implementation has been tried on it.
    """
    row = [machine, *(getattr(limit, column) for column in table.columns[1:])]
    could_not = [machine, limit.python, None, None, None] if limit.impl is not None and not limit.impl.startswith(CALL) else None
    rows = as_rows(table.read())
    kept = [recorded for recorded in rows if recorded[:KEY] != could_not and not _repeats(row, recorded, table.columns.index(STACK))]
    if len(kept) < len(rows):
        table.replace([*kept, row])
    else:
        table.append([row])


def _repeats(row: list[Any], recorded: list[Any], stack: int) -> bool:
    """Has the same been searched under the same limit of the stack? One that was not recorded counts as the same."""
    return row[:KEY] == recorded[:KEY] and recorded[stack] in (row[stack], None)


def machines_limits(table: Table, machine: str, warn: Warn, stack: int | None = None) -> pd.DataFrame:
    """The rows of one machine under one limit of the stack; if it has none, those of the machine that was recorded last.

    Unless a limit is given it is the one that most rows have, of two the one that was recorded last. Rows that do not tell
    theirs are among them.
    """
    rows = table.read(warn)
    if not (rows["machine"] == machine).any() and len(rows):
        warn(f"{table.path}: has no rows of machine {machine}; those of {rows['machine'].iloc[-1]} are taken")
        machine = rows["machine"].iloc[-1]
    rows = rows[rows["machine"] == machine]
    return _under_one_stack(rows, stack, table, warn) if rows[STACK].notna().any() else rows


def _under_one_stack(rows: pd.DataFrame, stack: int | None, table: Table, warn: Warn) -> pd.DataFrame:
    known = rows[STACK].dropna()
    stack = _usual(known) if stack is None else stack
    others = known[known != stack]
    for other, count in others.value_counts().items():
        warn(f"{table.path}: {count} rows were found under another stack ({_words(other)}, not {_words(stack)}) and are left out")
    return rows.drop(others.index)


def _usual(limits: pd.Series) -> int:
    counts = limits.value_counts()
    return next(limit for limit in reversed(limits.tolist()) if counts[limit] == counts.max())


def _words(stack: int) -> str:
    return "no limit" if stack == NO_LIMIT else humanize.naturalsize(stack, binary=True, format="%.0f")
