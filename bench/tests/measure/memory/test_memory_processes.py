"""Memory in real processes: what each meter reads, and the rows of an implementation that crashes, leaves or raises."""

import sys

import numpy as np
import pandas as pd
import pytest

from bench.analyse.memory import frame_costs
from bench.measure.memory.predictions import predicted_bytes
from bench.measure.memory.readings import MemoryReader, MemoryTask
from bench.plan.cells import Cell
from bench.record.memory import memory_row
from bench.record.schemas import SCHEMAS
from bench.tests.children import MISCHIEF
from impls import IMPLEMENTATIONS
from impls.tests.present import NUMPY_ALONE

MISCHIEVOUS = (
    MISCHIEF
    + """
raises = mischief("raises", lambda: [][0])
leaves = mischief("leaves", lambda: os._exit(0))
open_files = lambda: [file for file in range(3, 9) if os.path.exists(f"/proc/self/fd/{file}")]
garbles = mischief("garbles", lambda: [os.write(file, b'{"meter": "heap", "x": 1}\\n') for file in open_files()])
prints = mischief("prints", lambda: print("garbage {", flush=True))
"""
)
linux = pytest.mark.skipif(sys.platform != "linux", reason="resident memory is read from Linux's /proc")
FEATURES = 5


@pytest.fixture(scope="module")
def read_meters(tmp_path_factory):
    folder = tmp_path_factory.mktemp("memory")
    rng = np.random.default_rng(0)
    data = {}
    for batch in (1, 64):
        data["breast_cancer", batch] = folder / f"{batch}.npz"
        Y = rng.integers(0, 2, (1, batch)).astype(float)
        np.savez(data["breast_cancer", batch], X=rng.standard_normal((FEATURES, batch)), Y=Y, loss="binary_cross_entropy")
    (folder / "mischief.py").write_text(MISCHIEVOUS)
    reader = MemoryReader(data, [str(folder / "mischief.py")])
    return lambda impl, *meters, **changes: list(reader(MemoryTask(cell(**changes), impl, meters)))


def cell(batch=64, depth=4, width=8, update="deferred"):
    return Cell("breast_cancer", batch, depth, width, "float64", update, "default")


def test_every_meter_reads_in_its_turn(read_meters):
    readings = read_meters("recursive", "resident", "heap", "profile", "sampled")
    assert [reading.meter for reading in readings] == ["resident", "heap", "profile", "sampled"]
    assert [reading.status for reading in readings[1:]] == ["ok"] * 3
    assert [point[2] for point in readings[2].series] == ["forward"] * 4 + ["backward"] * 4
    seconds = [second for second, _ in readings[3].series]
    assert len(seconds) >= 2
    assert seconds == sorted(seconds)
    assert readings[3].peak_bytes == max(rss for _, rss in readings[3].series)


def test_heap_is_skipped_where_it_would_take_for_ever(read_meters):
    [row] = read_meters("iterative", "heap", depth=2_000, width=1, batch=1)
    assert (row.status, row.peak_bytes) == ("skipped", None)
    assert "1024 layers" in row.detail


@linux
def test_resident_memory_sees_large_arrays_as_the_heap_does(read_meters):
    for name in NUMPY_ALONE:
        resident, heap = read_meters(name, "resident", "heap", depth=24, width=256)
        assert resident.peak_bytes == pytest.approx(heap.peak_bytes, rel=0.05)
        assert resident.low_bytes <= resident.peak_bytes <= resident.high_bytes
        assert resident.repeats >= 1
        assert heap.repeats is None


@linux
def test_resident_memory_repeats_in_fresh_processes(read_meters):
    """It once differed by more than 1 % in every sixth repeat."""
    for name in ("iterative", "recursive"):
        first, again = (read_meters(name, "resident", depth=24, width=128)[0] for _ in range(2))
        assert max(first.low_bytes, again.low_bytes) <= min(first.high_bytes, again.high_bytes)


@linux
def test_a_frame_takes_what_its_code_says(read_meters):
    rows = []
    for depth in (10_000, 40_000):
        for name in ("iterative_pop", "recursive"):
            [reading] = read_meters(name, "resident", depth=depth, width=1, batch=1, update="fused")
            predicted = predicted_bytes(IMPLEMENTATIONS[name], "resident", reading.cell, FEATURES, 1)
            rows.append(memory_row("here", reading, predicted))
    [cost] = frame_costs(pd.DataFrame(rows, columns=list(SCHEMAS["memory.csv"])))
    assert cost.frame_bytes == pytest.approx(cost.code_bytes, rel=0.1)


def test_one_that_raises_has_rows_that_say_so(read_meters):
    for row in read_meters("raises", "resident", "heap", "profile", "sampled"):
        if row.status != "skipped":
            assert (row.status, row.detail) == ("error", "IndexError: list index out of range")


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_one_that_crashes_has_a_row_for_each_meter(read_meters):
    assert [(row.meter, row.status) for row in read_meters("crashes", "resident", "heap")] == [
        ("resident", "segfault"),
        ("heap", "segfault"),
    ]


def test_printing_does_no_harm(read_meters):
    [row] = read_meters("prints", "heap")
    assert row.status == "ok"


@linux
def test_one_that_leaves_or_writes_where_answers_go_has_a_row_that_says_so(read_meters):
    assert [(row.meter, row.status) for row in read_meters("leaves", "resident", "heap")] == [("resident", "error"), ("heap", "error")]
    [row] = read_meters("garbles", "heap")
    assert (row.status, row.detail) == ("error", "answered {'meter': 'heap', 'x': 1}, which it was not asked")
