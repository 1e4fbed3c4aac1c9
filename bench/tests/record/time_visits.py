"""Visits for tests of how times are kept: of two machines and three cells, with failures among them, and figures drawn at random."""

import random

import pandas as pd

from bench.record.tables import as_rows
from bench.tests.rows import time_rows

CELLS = {f"breast_cancer-b32-d{depth}-w8-float64-deferred-default": depth for depth in (4, 8, 16)}
IMPLS = ("iterative", "recursive", "control")


def visits(passes, machines=("m",), rounds=3, seed=0):
    """The rows of each visit, pass by pass, as a run appends them; each third visit begins with a failure."""
    rng = random.Random(seed)
    for number in range(1, passes + 1):
        for machine in machines:
            for cell, depth in CELLS.items():
                shared = {
                    "machine": machine,
                    "pass": number,
                    "cell": cell,
                    "depth": depth,
                    "run": f"run-{number // 3}",
                    "python": "",
                    "layout": "columns",
                }
                failed = [{"impl": "closures", "status": "segfault", "detail": f"it died, {number}"}] if rng.random() < 1 / 3 else []
                timed = [
                    {
                        **{"impl": impl, "round": turn, "order": order, "start_depth": turn, "minor_faults": float(rng.randrange(3))},
                        **{"cpu_ns": rng.uniform(90, 110), "wall_ns": rng.uniform(90, 110)},
                    }
                    for turn in reversed(range(rounds))
                    for order, impl in reversed([*enumerate([*IMPLS, *IMPLS[::-1]])])
                ]
                yield as_rows(time_rows(*failed, *timed, **shared))


def plain(rows):
    """Rows with words as text, so that only what they say is compared."""
    words = {column: "string" for column, kind in rows.dtypes.items() if isinstance(kind, pd.CategoricalDtype)}
    return rows.astype(words).reset_index(drop=True)
