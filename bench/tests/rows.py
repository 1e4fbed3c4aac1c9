"""Hand-made rows of time.csv for tests."""

import pandas as pd

from bench.record.schemas import SCHEMAS

SCHEMA = SCHEMAS["time.csv"]


def time_rows(*rows, **shared):
    """A table with the columns of time.csv; what a row does not say is plausible or empty."""
    usual = {
        "run": "r", "machine": "m", "pass": 1, "cell": "c", "dataset": "breast_cancer", "batch": 32, "depth": 4, "width": 8,
        "dtype": "float64", "update": "deferred", "allocator": "default", "iterations": 1, "status": "ok",
    }  # fmt: skip
    return pd.DataFrame([{**usual, **shared, **row} for row in rows], columns=list(SCHEMA)).astype(SCHEMA)


def visit_rows(times, **shared):
    """The rows of a visit with one round: impl -> its two CPU times."""
    return [
        {"impl": impl, "round": 0, "order": order, "cpu_ns": ns, "wall_ns": 2 * ns, **shared}
        for impl, both in times.items()
        for order, ns in enumerate(both)
    ]
