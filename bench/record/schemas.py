"""The columns of every CSV file, in order, each with the type that it is read as: people script against these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.plan.cells import AXES

_CELL = {"cell": "string", **{axis.name: axis.kind for axis in AXES if axis.kind and axis.default is None}}
_CELL_LAST = {axis.name: axis.kind for axis in AXES if axis.kind and axis.default is not None}
_NOT_OF_MEMORY = {axis.name for axis in AXES if not axis.of_memory}


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
        **{column: kind for column, kind in _CELL_LAST.items() if column not in _NOT_OF_MEMORY},
    },
    # live bytes above the start, as each forward and backward of one step returns
    "profile.csv": {
        "cell": "string",
        "impl": "string",
        "event": "Int64",
        "layer": "Int64",
        "phase": "string",
        "live_bytes": "Int64",
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
    },
    "clarity.csv": {
        "impl": "string",
        "lines": "Int64",
        "functions": "Int64",
        "cyclomatic": "Int64",
        "cognitive": "Int64",
        "halstead_volume": "float64",
        "maintainability": "float64",
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

# What a file of an earlier version may lack, and what its rows are read as: None is unknown.
MAY_LACK: dict[str, str | None] = {
    **dict.fromkeys(("run", "iterations", "minor_faults", "detail", "start_depth")),
    **dict.fromkeys(("mean_ratio", "mean_low", "mean_high", "faulting_share", "without_faults", "with_faults")),
    **{axis.name: axis.default for axis in AXES if axis.kind and axis.default is not None},
}


def row(file: str, facts: Mapping[str, Any]) -> list[Any]:
    """Facts, by the names of their columns, in the order of the file's columns; what is not among them is unknown.

    Raises:
        KeyError: the file has no such column.

    """
    if foreign := facts.keys() - SCHEMAS[file].keys():
        raise KeyError(f"{file} has no column {', '.join(sorted(foreign))}")
    return [facts.get(column) for column in SCHEMAS[file]]
