"""The columns of every CSV file, in order, each with the type to read it as: people script against these."""

from __future__ import annotations

_CELL = {
    "cell": "string",
    "dataset": "string",
    "batch": "Int64",
    "depth": "Int64",
    "width": "Int64",
    "dtype": "string",
    "update": "string",
    "allocator": "string",
}

SCHEMAS: dict[str, dict[str, str]] = {
    "time.csv": {
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
    },
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
}
