"""A heap history comes from the visit's seed, is bounded, lasts as long as the visit, and decides who pays for pages."""

import platform
import random
import statistics
import weakref
from dataclasses import asdict

import numpy as np
import pytest

from bench.measure.subjects.opening import Networks
from bench.measure.timing import worker
from bench.measure.timing.heap_history import draw_heap_history
from bench.measure.timing.pass_timer import PassTimer
from bench.measure.timing.passes import Assignment
from bench.measure.timing.visit import measure
from bench.plan.cells import Cell

CELL = Cell("breast_cancer", 128, 32, 128, "float64", "deferred", "default")
MIB = 2**20


@pytest.fixture
def data(tmp_path):
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "batch.npz", X=rng.standard_normal((30, 128)), Y=rng.integers(0, 2, (1, 128)) * 1.0, loss="binary_cross_entropy")
    return tmp_path / "batch.npz"


def sizes(seed):
    return [block.nbytes for block in draw_heap_history(random.Random(seed))]


def test_the_seed_decides_the_history():
    assert sizes("heap 1 1 cell") == sizes("heap 1 1 cell")
    assert len({tuple(sizes(seed)) for seed in range(20)}) == 20


def test_histories_are_bounded_and_reach_from_hardly_anything_freed_to_nearly_all():
    alive = [sum(sizes(seed)) / MIB for seed in range(60)]
    assert max(alive) < 32.1
    assert max(alive) > 16
    assert min(alive) < 4
    assert max(max(sizes(seed)) for seed in range(10)) <= 64 * 1024


def test_a_history_lasts_as_long_as_its_visit_and_has_its_seed(data, monkeypatch):
    drawn, alive = [], []

    def draw(rng):
        blocks = draw_heap_history(rng)
        drawn.append([weakref.ref(block) for block in blocks])
        return blocks

    def watched(visit):
        alive.append([block() is not None and block().nbytes for block in drawn[-1]])
        return measure(visit)

    monkeypatch.setattr(worker, "draw_heap_history", draw)
    monkeypatch.setattr(worker.visit, "measure", watched)
    cell = {**asdict(CELL), "depth": 2, "width": 3}
    for seed in ("1 1 cell", "1 2 cell"):
        item = {"cell": cell, "data": data, "contenders": ["iterative"], "seconds": 0.0, "rounds": 0, "seed": seed}
        worker._measured(item, {"backpropagation": Networks([])}, "iterative", {}, lambda **message: None)
    assert alive == [sizes("heap 1 1 cell"), sizes("heap 1 2 cell")]
    assert not any(block() is not None for blocks in drawn for block in blocks)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="counts what glibc gives back")
@pytest.mark.parametrize("optimize", ["", "2"])
def test_visits_with_and_without_page_faults_occur_whatever_the_imports_left(data, monkeypatch, optimize):
    """Without histories, all of them have none with plain Python, and nearly 2 000 a step without docstrings."""
    monkeypatch.setenv("PYTHONOPTIMIZE", optimize)
    visits = [Assignment(CELL, number, ("iterative",), f"1 {number}") for number in range(16)]
    done = PassTimer({("breast_cancer", 128): data}, "iterative", visit_s=1e-9)(visits)
    faults = [statistics.median(row.minor_faults for row in visit.rows) for visit in done]
    assert min(faults) < 100
    assert max(faults) > 800
