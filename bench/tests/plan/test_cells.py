"""Cells: ids that stay as they are, rows that give their cell back, names that run into one another, and a new axis."""

import subprocess
import sys
import textwrap
from dataclasses import replace

import pandas as pd
import pytest

from bench.analyse.slices import slices
from bench.analyse.summary import summarise
from bench.measure.memory.readings import MemoryReading
from bench.plan.cells import AXES, Cell, cell_of, short_names
from bench.record.memory import MemoryTables, memory_row
from bench.record.schemas import SCHEMAS
from bench.record.times import cell_facts, cells_of
from bench.tests.places import ROOT
from bench.tests.rows import time_rows, visit_rows

CELL = Cell("data/iris.csv", 32, 4, 8, "float32", "fused", "steady")
NAMESAKES = [
    CELL,
    replace(CELL, activation="relu"),
    replace(CELL, initialiser="he"),
    replace(CELL, activation="relu", initialiser="he"),
    replace(CELL, dataset="my-a.csv"),
    replace(CELL, dataset="my-b.csv"),
    replace(CELL, dataset="my.csv"),
    replace(CELL, dataset="my-a-b32.csv", activation="relu"),
    replace(CELL, dataset="a-steady-relu.csv", allocator="default"),
    replace(CELL, dataset="a-steady-relu.csv", allocator="default", activation="sigmoid"),
    replace(CELL, layout="rows"),
    replace(CELL, dataset="a-rows.csv", activation="relu"),
]


@pytest.mark.parametrize(
    ("cell", "its_id", "memory_id"),
    [
        (CELL, "iris-b32-d4-w8-float32-fused-steady", "iris-b32-d4-w8-float32-fused"),
        (NAMESAKES[3], "iris-b32-d4-w8-float32-fused-steady-relu-he", "iris-b32-d4-w8-float32-fused-relu-he"),
        (
            replace(CELL, layout="rows", activation="relu"),
            "iris-b32-d4-w8-float32-fused-steady-rows-relu",
            "iris-b32-d4-w8-float32-fused-rows-relu",
        ),
        (replace(CELL, dataset="digits", allocator="default"), "digits-b32-d4-w8-float32-fused-default", "digits-b32-d4-w8-float32-fused"),
    ],
)
def test_ids_are_those_of_files_measured_before(cell, its_id, memory_id):
    assert (cell.id, cell.memory_id) == (its_id, memory_id)


@pytest.mark.parametrize("cell", NAMESAKES, ids=lambda cell: cell.id)
def test_a_row_gives_its_cell_back(cell):
    row = {"cell": cell.id, **{axis.name: getattr(cell, axis.name) for axis in AXES if axis.kind}}
    assert cell_of(row) == cell
    about_memory = {**row, "cell": cell.memory_id}
    del about_memory["allocator"]
    assert cell_of(about_memory) == replace(cell, allocator="default")


def test_an_id_that_nothing_known_gives_is_a_cell_of_its_own():
    row = {"cell": CELL.id, **cell_facts(CELL)}
    assert cell_of({**row, "cell": f"{CELL.id}-swish"}) not in (CELL, cell_of({**row, "cell": f"{CELL.id}-gelu"}))


def test_the_table_names_every_field_of_a_cell():
    assert sorted(axis.name for axis in AXES) == sorted(Cell.__dataclass_fields__)


def test_short_names_say_what_differs():
    a, b = (replace(CELL, dataset=name) for name in ("my-a.csv", "my-b.csv"))
    assert short_names([a, b]) == ["my-a", "my-b"]
    assert short_names([a, replace(b, depth=64), replace(a, activation="relu")]) == ["my-a-d4", "my-b-d64", "my-a-d4-relu"]
    assert short_names([a]) == [""]


def timed(cell):
    return [
        row
        for number in range(1, 4)
        for row in visit_rows({"iterative": (1e6, 1e6), "recursive": (2e6, 2e6)}, **cell_facts(cell), **{"pass": number})
    ]


def test_every_namesake_is_a_slice_of_its_own():
    times = time_rows(*(row for cell in NAMESAKES for row in timed(cell)))
    assert cells_of(times).unique().tolist() == NAMESAKES
    parts = list(slices(summarise(times, [("recursive", "iterative")]), times))
    assert [part.words for part in parts[:5]] == [
        "data/iris.csv, batch 32, float32, fused update",
        "data/iris.csv, batch 32, float32, fused update, relu activation",
        "data/iris.csv, batch 32, float32, fused update, he initialiser",
        "data/iris.csv, batch 32, float32, fused update, relu activation, he initialiser",
        "my-a.csv, batch 32, float32, fused update",
    ]
    names = [part.name for part in parts]
    assert names[:4] == ["", "iris-b32-float32-fused-relu", "iris-b32-float32-fused-he", "iris-b32-float32-fused-relu-he"]
    assert len(set(names)) == len(NAMESAKES)
    assert [set(part.times["dataset"]) for part in parts] == [{cell.dataset} for cell in NAMESAKES]
    assert [len(part.summary) for part in parts] == [1] * len(NAMESAKES)


def test_rows_about_memory_keep_namesakes_apart():
    rows = [memory_row("m", MemoryReading(cell, "iterative", "heap", 1000), None) for cell in NAMESAKES]
    peaks = pd.DataFrame(rows, columns=list(SCHEMAS["memory.csv"])).astype(SCHEMAS["memory.csv"])
    cells = MemoryTables(peaks, peaks, peaks).cells
    assert cells == {cell.memory_id: replace(cell, allocator="default") for cell in NAMESAKES}


NEW_AXIS = """
    from dataclasses import make_dataclass
    from bench.plan import cells

    cells.AXES += (cells.Axis("loading", "string", "loading", "{} loading".format, known=("eager", "lazy"), default="eager"),)
    cells.Cell = make_dataclass("Cell", [("loading", str, "eager")], bases=(cells.Cell,), frozen=True)

    import io, sys
    from pathlib import Path
    from bench.analyse.slices import slices
    from bench.analyse.summary import summarise
    from bench.plan import sweeps
    from bench.record.schemas import SCHEMAS
    from bench.record.tables import Table
    from bench.record.times import cell_facts, cells_of
    from bench.tests.rows import time_rows, visit_rows

    class Sweep(sweeps.Sweep):
        loading: sweeps.Words = ["eager"]

    assert [[*SCHEMAS[file]][-1] for file in ("time.csv", "summary.csv", "memory.csv")] == ["loading"] * 3
    both = Sweep(name="x", depth=4, width=8, loading=["eager", "lazy"]).cells()
    print(*(cell.id for cell in both))
    times = time_rows(*(row for cell in both for row in visit_rows({"a": (1e6, 1e6), "b": (2e6, 2e6)}, **cell_facts(cell))))
    assert cells_of(times).unique().tolist() == both
    print(*(f"{part.words} [{part.name}]" for part in slices(summarise(times, [("b", "a")]), times)), sep="\\n")
    old = times[times["loading"] == "eager"].drop(columns="loading")
    old.to_csv(Path(sys.argv[1]) / "time.csv", index=False)
    assert cells_of(Table(Path(sys.argv[1]), "time.csv").read()).unique().tolist() == both[:1]
"""


def test_a_new_axis_is_one_entry_and_a_field_and_files_without_it_are_still_read(tmp_path):
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(NEW_AXIS), str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert ended.stdout.splitlines() == [
        "breast_cancer-b32-d4-w8-float64-deferred-default breast_cancer-b32-d4-w8-float64-deferred-default-lazy",
        "breast_cancer, batch 32, float64, deferred update []",
        "breast_cancer, batch 32, float64, deferred update, lazy loading [breast_cancer-b32-float64-deferred-lazy]",
    ], ended.stderr
