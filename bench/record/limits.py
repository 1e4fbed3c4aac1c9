"""Rows of limits.csv: each is written when its search ends, in place of the row that it repeats."""

from __future__ import annotations

from typing import Any

import humanize
import pandas as pd

from bench.measure.depth.study import NO_LIMIT, Limit
from bench.plan.depth import CALL
from bench.record.tables import Table, Warn, as_rows

KEY = ("machine", "python", "impl", "recursion_limit", "stack_bytes", "problem")
STACK = "stack_limit_bytes"  # what was found under another one stays


def put_limit(table: Table, machine: str, limit: Limit) -> None:
    """Record a search in place of the row that it repeats; it is on the disk when this returns.

    What was found under another limit of the stack stays. The row which says that an interpreter could not be studied is
    dropped once an implementation has been tried on it.
    """
    row = [machine, *(getattr(limit, column) for column in table.columns[1:])]
    facts = dict(zip(table.columns, row, strict=True))
    tried = limit.impl is not None and not limit.impl.startswith(CALL)
    rows = as_rows(table.read())
    kept = [other for other in rows if not _gives_way(dict(zip(table.columns, other, strict=True)), facts, tried)]
    if len(kept) < len(rows):
        table.replace([*kept, row])
    else:
        table.append([row])


def _gives_way(recorded: dict[str, Any], new: dict[str, Any], tried: bool) -> bool:
    """Is a recorded row the same search under the same limit of the stack, or does it say that the interpreter could not be
    studied? A limit that was not recorded counts as the same.
    """
    could_not = tried and recorded["impl"] is None and [recorded[key] for key in KEY[:2]] == [new[key] for key in KEY[:2]]
    return could_not or (all(recorded[key] == new[key] for key in KEY) and recorded[STACK] in (new[STACK], None))


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
