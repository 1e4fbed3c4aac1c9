"""Rows of limits.csv: each is written when its search ends, in place of the row that it repeats, and read with what else was so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import humanize
import pandas as pd

from bench.measure.depth.study import NO_LIMIT, Limit
from bench.plan.depth import CALL
from bench.record.tables import Table, Warn, as_rows
from bench.text import one_line

KEY = ("machine", "python", "impl", "recursion_limit", "stack_bytes", "problem")
STACK, MEMORY, CONDITIONS = "stack_limit_bytes", "memory_limit_bytes", "conditions"  # the last columns: what a search ran under

Executable = tuple[str, bool]  # of an interpreter: that which ways of calling are tried on (True), or that which has NumPy


def put_limit(table: Table, machine: str, limit: Limit) -> None:
    """Record a search in place of the row that it repeats; it is on the disk when this returns.

    What was found under another limit of the stack, or under other conditions, stays. The row which says that an interpreter
    could not be studied is dropped once an implementation has been tried on it.
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
    """Is a recorded row the same search under the same stack and conditions, or does it say that the interpreter could not be
    studied? What was not recorded counts as the same.

    A search that memory has ended does not take the place of one that was allowed more.
    """
    could_not = tried and recorded["impl"] is None and [recorded[key] for key in KEY[:2]] == [new[key] for key in KEY[:2]]
    alike = all(None in (new[column], recorded[column]) or new[column] == recorded[column] for column in (STACK, CONDITIONS))
    allowed, before = new[MEMORY], recorded[MEMORY]
    says_less = new["status"] == "out_of_memory" and None not in (allowed, before) and allowed < before
    return could_not or (all(recorded[key] == new[key] for key in KEY) and alike and not says_less)


def executable(python: str, impl: str | None) -> Executable:
    """The one that something is tried on; each has conditions of its own."""
    return python, impl is not None and impl.startswith(CALL)


def machines_limits(
    table: Table, machine: str, warn: Warn, stack: int | None = None, conditions: Mapping[Executable, str | None] = MappingProxyType({})
) -> pd.DataFrame:
    """The rows of one machine under one limit of the stack, and on each interpreter under one set of conditions; if it has none,
    those of the machine that was recorded last.

    Unless they are given they are those that most rows have, of two the one that was recorded last. Rows that do not tell
    theirs are among them. Of two searches that differ in the memory that they were allowed it is the one that was allowed more.
    """
    rows = table.read(warn)
    if not (rows["machine"] == machine).any() and len(rows):
        warn(f"{table.path}: has no rows of machine {machine}; those of {rows['machine'].iloc[-1]} are taken")
        machine = rows["machine"].iloc[-1]
    rows = rows[rows["machine"] == machine]
    rows = _with_most_memory(_under_one_stack(rows, stack, table, warn), table, warn)
    of_each = [executable(row.python, None if pd.isna(row.impl) else row.impl) for row in rows.itertuples()]
    others = [
        number
        for which in dict.fromkeys(of_each)
        for number in _under_others(rows[[each == which for each in of_each]], which, conditions.get(which), table, warn)
    ]
    return rows.drop(others)


def _under_one_stack(rows: pd.DataFrame, stack: int | None, table: Table, warn: Warn) -> pd.DataFrame:
    known = rows[STACK].dropna()
    if known.empty:
        return rows
    stack = _usual(known) if stack is None else stack
    others = known[known != stack]
    for other, count in others.value_counts().items():
        warn(f"{table.path}: {count} rows were found under another stack ({_words(other)}, not {_words(stack)}) and are left out")
    return rows.drop(others.index)


def _under_others(rows: pd.DataFrame, which: Executable, conditions: str | None, table: Table, warn: Warn) -> Iterator[Any]:
    """The rows of one interpreter that were found under other conditions than those that are shown; tells of them."""
    known = rows[CONDITIONS].dropna()
    if known.empty:
        return
    conditions = _usual(known) if conditions is None else conditions
    others = known[known != conditions]
    for other, count in others.value_counts().items():
        warn(
            f"{table.path}: {count} rows of Python {which[0]} were found under other conditions ({one_line(str(other))}; "
            f"those that are shown: {one_line(conditions)}) and are left out"
        )
    yield from others.index


def _with_most_memory(rows: pd.DataFrame, table: Table, warn: Warn) -> pd.DataFrame:
    """Of rows that differ in nothing but the memory that they were allowed, those that were allowed most."""
    what = [*KEY, STACK, CONDITIONS]
    first = rows.sort_values(MEMORY, ascending=False, na_position="last", kind="stable").drop_duplicates(what).index
    less = rows.drop(first)
    for memory, count in less[MEMORY].dropna().value_counts().items():
        warn(f"{table.path}: {count} rows were found with less memory ({_words(memory)}) and are left out")
    return rows.drop(less.index)


def _usual(values: pd.Series) -> Any:
    counts = values.value_counts()
    return next(value for value in reversed(values.tolist()) if counts[value] == counts.max())


def _words(size: int) -> str:
    return "no limit" if size == NO_LIMIT else humanize.naturalsize(size, binary=True, format="%.3g")
