"""The columns of every CSV file, in order, each with the type that it is read as, and what a row must keep: people script against these."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, get_args

import pandas as pd

from bench.measure.breakdown.choice import WORKS
from bench.measure.workers.endings import Status
from bench.plan.cells import AXES

_CELL = {"cell": "string", **{axis.name: axis.kind for axis in AXES if axis.kind and axis.default is None}}
_CELL_LAST = {axis.name: axis.kind for axis in AXES if axis.kind and axis.default is not None}
_NOT_OF_ALL = {axis.name for axis in AXES if not axis.of_all}
_NOT_OF_MEMORY = {axis.name for axis in AXES if not axis.of_memory}
_TRAINING_LAST = {
    "held_out_loss": "float64",
    "held_out_accuracy": "float64",
    "epochs": "Int64",
    "run": "string",
    "machine": "string",
    "depth": "Int64",
    "width": "Int64",
    "seed": "Int64",
    "block": "Int64",
    "order": "Int64",
    "peak_bytes": "Int64",
    "recursion_limit": "Int64",
    "status": "string",
    "detail": "string",
}


def _repeating(columns: Mapping[str, str]) -> dict[str, str]:
    """The columns of a long file, whose words are read as categories: each is kept once, however many rows have it."""
    return {column: "category" if kind == "string" else kind for column, kind in columns.items()}


SCHEMAS: dict[str, dict[str, str]] = {
    "time.csv": _repeating(
        {
            "run": "string",
            "machine": "string",
            "pass": "Int64",
            **_CELL,
            "impl": "string",
            "round": "Int64",
            "order": "Int64",
            "iterations": "Int64",
            "cpu_ns": "float64",
            "wall_ns": "float64",
            "minor_faults": "float64",
            "status": "string",
            "detail": "string",
            "start_depth": "Int64",
            **_CELL_LAST,
        }
    ),
    "summary.csv": {
        "machine": "string",
        **_CELL,
        "impl": "string",
        "baseline": "string",
        "metric": "string",
        "passes": "Int64",
        "ratio": "float64",
        "low": "float64",
        "high": "float64",
        "verdict": "string",
        "mean_ratio": "float64",
        "mean_low": "float64",
        "mean_high": "float64",
        "faulting_share": "float64",
        "without_faults": "float64",
        "with_faults": "float64",
        **_CELL_LAST,
    },
    "memory.csv": {
        "machine": "string",
        **{column: kind for column, kind in _CELL.items() if column not in _NOT_OF_MEMORY},
        "impl": "string",
        "meter": "string",
        "peak_bytes": "Int64",
        "predicted_bytes": "Int64",
        "status": "string",
        "detail": "string",
        "repeats": "Int64",
        "low_bytes": "Int64",
        "high_bytes": "Int64",
        **{column: kind for column, kind in _CELL_LAST.items() if column not in _NOT_OF_MEMORY},
    },
    # live bytes above the start, as each forward and backward of one step returns; of a call, at calls, lines and returns
    "profile.csv": {
        "cell": "string",
        "impl": "string",
        "event": "Int64",
        "layer": "Int64",
        "phase": "string",
        "live_bytes": "Int64",
        "frame_bytes": "Int64",
    },
    # memory_profiler's samples during a few hundred steps: seconds since they began, resident bytes above the start
    "samples.csv": {
        "cell": "string",
        "impl": "string",
        "seconds": "float64",
        "rss_bytes": "Int64",
    },
    "training.csv": {
        "dataset": "string",
        "impl": "string",
        "update": "string",
        "epoch": "Int64",
        "loss": "float64",
        "accuracy": "float64",
        "cpu_s": "float64",
        "wall_s": "float64",
        **_TRAINING_LAST,
    },
    "limits.csv": {
        "machine": "string",
        "python": "string",
        "impl": "string",
        "recursion_limit": "Int64",
        "stack_bytes": "Int64",
        "deepest_ok": "Int64",
        "first_failure": "Int64",
        "status": "string",
        "bytes_per_layer": "float64",
        "seconds": "float64",
        "stack_limit_bytes": "Int64",
        "memory_limit_bytes": "Int64",
        "conditions": "string",
        "problem": "string",
    },
    "clarity.csv": {
        "impl": "string",
        "lines": "Int64",
        "functions": "Int64",
        "cyclomatic": "Int64",
        "cognitive": "Int64",
        "halstead_volume": "float64",
        "maintainability": "float64",
        "problem": "string",
    },
    # where a step's time goes: a row is a work in one pass, the median over its rounds; `ratio` is in times of the arithmetic
    "breakdown.csv": {
        "run": "string",
        "machine": "string",
        "pass": "Int64",
        **_CELL,
        "impl": "string",
        "work": "string",
        "rounds": "Int64",
        "iterations": "Int64",
        "ratio": "float64",
        "cpu_ns": "float64",
        "minor_faults": "float64",
        "status": "string",
        "detail": "string",
        **_CELL_LAST,
    },
    # of the self-check: a row is a reading by another tool, in seconds a call, and the seconds that its session took
    "others.csv": {
        "tool": "string",
        "session": "Int64",
        "subject": "string",
        "process": "Int64",
        "seconds": "float64",
        "session_s": "float64",
    },
    # of the self-check: a row is a figure that two meters have read, in the unit named
    "meters.csv": {
        "meter": "string",
        "other": "string",
        "subject": "string",
        "unit": "string",
        "ours": "float64",
        "theirs": "float64",
        "allowed": "float64",
        "status": "string",
        "detail": "string",
    },
    # of the self-check: a row is a promise, and whether it is kept
    "checks.csv": {
        "check": "string",
        "status": "string",
        "answer": "string",
    },
}

_MAY_LACK: dict[str, str | None] = {
    **dict.fromkeys(("run", "iterations", "minor_faults", "detail", "start_depth")),
    **dict.fromkeys(("stack_limit_bytes", "memory_limit_bytes", "conditions")),
    **dict.fromkeys(("mean_ratio", "mean_low", "mean_high", "faulting_share", "without_faults", "with_faults")),
    **dict.fromkeys(("repeats", "low_bytes", "high_bytes")),
    **{axis.name: axis.default for axis in AXES if axis.kind and axis.default is not None},
}
_MAY_LACK_IN: dict[str, dict[str, str | None]] = {"training.csv": dict.fromkeys(_TRAINING_LAST), "profile.csv": {"frame_bytes": None}}


def may_lack(file: str) -> dict[str, str | None]:
    """The columns that a file of an earlier version may lack, each with what its rows are read as: None is unknown."""
    return {**_MAY_LACK, **_MAY_LACK_IN.get(file, {})}


# Columns that every row of a file may leave empty, beside those that a file may lack; a float may always be empty.
MAY_BE_EMPTY: dict[str, set[str]] = {
    "time.csv": {"round", "order", *_NOT_OF_ALL},
    "summary.csv": _NOT_OF_ALL,
    "memory.csv": {"peak_bytes", "predicted_bytes", *_NOT_OF_ALL},
    "limits.csv": {"impl", "recursion_limit", "stack_bytes", "deepest_ok", "first_failure"},
    "training.csv": {"epoch"},
    "breakdown.csv": {"impl", "work", "rounds"},
}
AT_LEAST_ONE = {"batch", "depth", "width", "iterations"}  # other whole numbers start at 0
SIGNED = {"live_bytes", "rss_bytes", "stack_limit_bytes"}  # except those: differences, and -1 for no limit
MOST = 10**15  # a sum of two must not overflow; as nanoseconds it is longer than any step
# open intervals, a training that diverges; times have a rule of their own
MAY_BE_LARGE = {"low", "high", "mean_low", "mean_high", "loss", "held_out_loss", "cpu_ns", "wall_ns"}
STATUSES = get_args(Status)
VERDICTS_OF_CHECKS = ("ok", "failed", "undecided", "skipped")
KNOWN_WORDS: dict[str, Collection[str]] = {
    "phase": ("forward", "backward", "call", "line", "return"),
    "metric": ("cpu", "wall"),
    "work": WORKS,
}


def odd_row(file: str, rows: pd.DataFrame) -> Iterator[tuple[int, str]]:
    """What is wrong with rows of a file, if anything is: the number of the first such row, from 0, and what it does.

    This is asked of every row that is written, and of every row that is read, so that nothing can be written which
    would be refused later.
    """
    for sentence, odd in _rules(file, rows):
        odd = odd.fillna(False).to_numpy(dtype=bool)
        if odd.any():
            yield int(odd.argmax()), sentence


def _rules(file: str, rows: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    for column, kind in SCHEMAS[file].items():
        values = rows[column]
        if kind != "float64" and column not in may_lack(file) and column not in MAY_BE_EMPTY.get(file, ()):
            yield f"lacks a value that every row has: {column}", values.isna()
        if kind == "Int64":
            least = -MOST if column in SIGNED else 0
            yield f"has a negative number: {column}", values < least
            yield f"has 0 as {column}, which starts at 1", (values == 0) & (column in AT_LEAST_ONE)
            yield f"has a number that cannot be: {column}", values > MOST
        if kind == "float64" and column not in MAY_BE_LARGE:
            yield f"has a number that cannot be: {column}", values.abs() > MOST
        known = KNOWN_WORDS.get(column, ())
        if column == "status":
            known = VERDICTS_OF_CHECKS if file in ("checks.csv", "meters.csv") else STATUSES
        if known:
            yield f"has an unknown {column}; there are {', '.join(known)}", ~values.isin([*known]) & values.notna()
    if file == "time.csv":
        yield from _rules_of_times(rows)


def _rules_of_times(rows: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    timed = rows["round"].notna()
    times = rows[["cpu_ns", "wall_ns"]].apply(lambda ns: ns.between(0, MOST, inclusive="neither")).all(axis=1)
    yield "has a round without an order, or an order without a round", timed != rows["order"].notna()
    yield "has a time that cannot be", timed & ~times


def row(file: str, facts: Mapping[str, Any]) -> list[Any]:
    """Facts, by the names of their columns, in the order of the file's columns; what is not among them is unknown.

    Raises:
        KeyError: the file has no such column.

    """
    if foreign := facts.keys() - SCHEMAS[file].keys():
        raise KeyError(f"{file} has no column {', '.join(sorted(foreign))}")
    return [facts.get(column) for column in SCHEMAS[file]]
