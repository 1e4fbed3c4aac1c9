"""Hand-made rows of time.csv, and folders of them, for tests."""

import math
import random

import pandas as pd

from bench.plan.cells import BACKPROPAGATION, Cell
from bench.record.folder import write_machine
from bench.record.schemas import SCHEMAS, row
from bench.record.tables import Table, as_rows

SCHEMA = SCHEMAS["time.csv"]


def time_rows(*rows, **shared):
    """A table with the columns of time.csv; what a row does not say is plausible or empty."""
    usual = {
        "run": "r", "machine": "m", "pass": 1, "cell": "c", "dataset": "breast_cancer", "batch": 32, "depth": 4, "width": 8,
        "dtype": "float64", "update": "deferred", "allocator": "default", "iterations": 1, "status": "ok",
        "problem": BACKPROPAGATION,
    }  # fmt: skip
    return pd.DataFrame([{**usual, **shared, **row} for row in rows], columns=list(SCHEMA)).astype(SCHEMA)


def visit_rows(times, **shared):
    """The rows of a visit with one round: impl -> its two CPU times."""
    return [
        {"impl": impl, "round": 0, "order": order, "cpu_ns": ns, "wall_ns": 2 * ns, **shared}
        for impl, both in times.items()
        for order, ns in enumerate(both)
    ]


def memory_table(rows):
    """Rows of memory.csv, each with as many of its first columns as it has; the others are empty."""
    schema = SCHEMAS["memory.csv"]
    usual = {"problem": BACKPROPAGATION, "python": ""}
    return pd.DataFrame([{**usual, **dict(zip(schema, row, strict=False))} for row in rows], columns=list(schema)).astype(schema)


def training_rows(*trainings, **shared):
    """A table with the columns of training.csv: each training is (impl, update, block, its losses, CPU seconds an epoch)."""
    usual = {"dataset": "iris", "run": "r", "machine": "m", "depth": 4, "accuracy": 0.9, "held_out_accuracy": 0.8, "status": "ok"}
    rows = [
        {"impl": impl, "update": update, "block": block, "epoch": epoch, "epochs": len(losses), "loss": loss, "held_out_loss": loss,
         "cpu_s": seconds, "wall_s": 2 * seconds, "peak_bytes": 1000, "recursion_limit": 1000}
        for impl, update, block, losses, seconds in trainings
        for epoch, loss in enumerate(losses, start=1)
    ]  # fmt: skip
    schema = SCHEMAS["training.csv"]
    return pd.DataFrame([{**usual, **row, **shared} for row in rows], columns=list(schema)).astype(schema)


def write_results(folder, ratio, passes=20, cells=1, machine="m", baseline="iterative", floor=None, spread=0.001, seed=0, method="here"):
    """A results folder in which `recursive` takes ratio(cell) times as long as `iterative`, as scattered over passes."""
    rng = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for number in range(1, passes + 1):
        for cell in range(cells):
            place = {
                "machine": machine,
                "pass": number,
                "cell": f"breast_cancer-b32-d4-w{cell + 2}-float64-deferred-default",
                "width": cell + 2,
            }
            times = {"iterative": 1e6, "recursive": 1e6 * ratio(cell) * math.exp(rng.gauss(0, spread))}
            if floor:
                times["floor"] = floor * math.exp(rng.gauss(0, spread))
            rows += visit_rows({impl: (ns, ns) for impl, ns in times.items()}, **place)
    Table(folder, "time.csv").replace(as_rows(time_rows(*rows)))
    write_machine(folder, {"machine": machine, "settings": {"baseline": baseline, "method": method}, "warnings": []})
    return folder


def write_call_results(folder, problem="tree_sum", profile=()):
    """A results folder in which the heap of a loop and of a recursion was read in one cell of a problem, and their profile."""
    folder.mkdir(parents=True, exist_ok=True)
    cell = Cell.of_problem(problem, 6, 2, "default").memory_id
    facts = {"machine": "m", "cell": cell, "depth": 6, "width": 2, "meter": "heap", "status": "ok", "problem": problem}
    peaks = [row("memory.csv", facts | {"impl": impl, "peak_bytes": peak}) for impl, peak in (("iterative", 280), ("recursive", 792))]
    Table(folder, "memory.csv").replace(peaks)
    Table(folder, "profile.csv").replace([[cell, *point] for point in profile])
    write_machine(folder, {"machine": "m", "settings": {"baseline": "iterative", "method": "here"}, "warnings": []})
    return folder
