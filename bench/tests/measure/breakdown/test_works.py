"""The works: which there are, what is left out of each, and how their times become ratios, without a clock."""

import random
from dataclasses import replace

import numpy as np
import pytest

from bench.measure.breakdown import works as works_module
from bench.measure.breakdown.choice import BEFOREHAND, UNIT, WORKS, narrow_and_wide
from bench.measure.breakdown.rounds import FEWEST_ROUNDS, time_works
from bench.measure.breakdown.works import Work, _Bench, descent, pages, works
from bench.measure.timing import visit
from bench.measure.timing.clocks import Reading
from bench.plan.cells import Cell
from bench.plan.data.batches import Batch
from impls import IMPLEMENTATIONS
from impls.contract import example
from impls.updates import UPDATES

CELL = Cell("points", 6, 4, 3, "float64", "deferred", "steady")


def batch(examples=6):
    _, X, Y = example((5, 3, 1), examples=examples)
    return Batch(X, Y, "binary_cross_entropy")


@pytest.mark.parametrize("update", UPDATES)
def test_the_two_processes_time_what_the_attribution_needs(update):
    steady, default = (works(replace(CELL, update=update, allocator=allocator), batch()) for allocator in ("steady", "default"))
    assert {work.work for work in (*steady, *default)} == {*WORKS}
    assert {work.impl for work in steady if work.work == "allocation"} == {"iterative", "iterative_pop", "recursive"}
    assert {work.impl for work in steady if work.work == "small_backprop"} == {*BEFOREHAND.values()}
    for work in ("step", "backprop"):
        assert [each.impl for each in steady if each.work == work] == [*BEFOREHAND]
    assert [*default] == [Work(UNIT), Work("page_fault"), *(Work("step", name) for name in BEFOREHAND)]


@pytest.mark.parametrize("update", UPDATES)
@pytest.mark.parametrize("name", BEFOREHAND)
def test_a_step_trains_and_a_step_without_descent_does_not(name, update):
    cell = replace(CELL, update=update)
    bench, expected = _Bench(cell, batch()), _Bench(cell, batch())
    for layer, other in zip(bench.network.layers, expected.network.layers, strict=True):
        assert layer.W.shape == other.W.shape
    first = [layer.W.copy() for layer in bench.network.layers]
    bench.step(name, descend=False)()()
    for layer, W in zip(bench.network.layers, first, strict=True):
        np.testing.assert_array_equal(layer.W, W)
    bench.step(name, descend=True)()()
    UPDATES[update](IMPLEMENTATIONS["iterative"], *expected.plain, 1e-3)
    for layer, other in zip(bench.network.layers, expected.network.layers, strict=True):
        np.testing.assert_array_equal(layer.W, other.W)
    assert not np.array_equal(bench.network.layers[0].W, first[0])


def test_a_line_in_which_one_kind_has_its_numbers_leaves_those_of_the_other_kind_alone():
    """Without the last layer's element-wise operations, its products alone: Z before b is added."""
    bench, small = _Bench(CELL, batch()), _Bench(replace(CELL, width=2, batch=2), batch(2))
    last, room = bench.network.layers[-1], bench.roomy[0].room
    lines = works_module._lines(bench, small)
    lines[Work("products")]()()
    A_prev, Z = room.apart.activations[-2:]
    np.testing.assert_array_equal(Z, last.W.dot(A_prev))
    lines[Work("elementwise")]()()  # on what all of the arithmetic has left, once more
    _, Z = room.apart.activations[-2:]
    np.testing.assert_array_equal(Z, last.W.dot(A_prev_of(bench)) + 2 * last.b)


def A_prev_of(bench):  # noqa: N802, as the mathematics has it
    """What comes into the last layer."""
    A = bench.X
    for layer in bench.network.layers[:-1]:
        A = np.tanh(layer.W.dot(A) + layer.b)
    return A


@pytest.mark.parametrize(("shared", "arrays"), [(False, 3), (True, 2)])
def test_the_descent_goes_along_gradients_of_its_own_or_of_one_place(shared, arrays):
    """Layers of 3 x 5, 3 x 3, 3 x 3: two shapes of weights."""
    network, _, _ = example((5, 3, 3, 3))
    before = [layer.W.copy() for layer in network.layers]
    step = descent(network.layers, shared)
    step()
    step()
    for layer, W in zip(network.layers, before, strict=True):
        np.testing.assert_allclose(layer.W, W - 2 * 1e-3)
    gradients = {id(dW) for _, dW, _ in next(cell.cell_contents for cell in step.__closure__ if isinstance(cell.cell_contents, list))}
    assert len(gradients) == arrays


def test_pages_are_as_many_as_a_steps_arrays_fill():
    """16 layers of 128 units and 32 examples: the largest array takes 128 KiB, 32 pages; all of them 2.3 MiB and some."""
    wide = Cell("points", 32, 16, 128, "float64", "deferred", "default")
    blocks, in_block = pages(_Bench(wide, batch(32)).network, wide)
    arrays = 14 * (32 + 8) + (5 * 128 * 8 / 4096 + 8) + (128 * 8 + 32 * 8) / 4096
    assert (in_block, blocks) == (32, int(-(-arrays // 32)))
    assert pages(_Bench(CELL, batch()).network, CELL) == (64, 4)  # chunks of 16 KiB, and 256 pages at least


def made_up_clocks(durations, order):
    """Works that do nothing, and clocks that read what each takes; a reading is of the work that was made ready last."""

    def ready(work):
        def make_ready(calls=1):
            order.append(work)
            return lambda: None

        return make_ready

    def read(step, iterations):
        return Reading(durations(order[-1]), 0.0, 3.0)

    return read, ready


def test_ratios_are_to_the_arithmetic_of_the_same_round_and_drift_goes_away():
    order, clock = [], iter(range(1, 10_000))
    drift = {}

    def durations(work):
        drift.setdefault(len(order), 1 + 1e-4 * next(clock))
        return {"arithmetic": 1e6, "step": 3e6}[work.work] * drift[len(order)]

    read, ready = made_up_clocks(durations, order)
    two = {Work("arithmetic"): ready(Work("arithmetic")), Work("step", "iterative"): ready(Work("step", "iterative"))}
    arithmetic, step = time_works(two, random.Random(1), 0.0, read)
    assert (arithmetic.ratio, arithmetic.rounds, arithmetic.iterations, arithmetic.minor_faults) == (1.0, FEWEST_ROUNDS, 1, 3.0)
    assert (step.work, step.impl) == ("step", "iterative")
    assert step.ratio == pytest.approx(3, rel=1e-3)
    rounds = [order[2 + 4 * number :][:4] for number in range(FEWEST_ROUNDS)]
    assert all(a == d and b == c and a != b for a, b, c, d in rounds), "mirrored"


def test_a_burst_of_noise_on_one_of_two_runs_changes_nothing():
    order = []
    read, ready = made_up_clocks(lambda work: 5e6 if len(order) % 4 == 0 else 1e6, order)
    two = {Work("arithmetic"): ready(Work("arithmetic")), Work("step", "iterative"): ready(Work("step", "iterative"))}
    assert [each.ratio for each in time_works(two, random.Random(1), 0.0, read)] == [1.0, 1.0]


def test_a_short_work_is_repeated_until_it_can_be_timed(monkeypatch):
    monkeypatch.setattr(visit, "tick_ns", lambda: 1)
    order = []
    read, ready = made_up_clocks(lambda work: 1e4 if work.work == "small" else 1e6, order)
    times = time_works({work: ready(work) for work in (Work("arithmetic"), Work("small"))}, random.Random(1), 0.0, read)
    assert [each.iterations for each in times] == [1, 10]


def test_of_several_cells_of_one_size_the_first_is_broken_down():
    cells = [
        Cell("digits", batch, depth, 512, dtype, "fused", "steady")
        for batch in (32, 64)
        for depth in (4, 16)
        for dtype in ("float64", "float32")
    ]
    assert narrow_and_wide(cells) == [replace(cells[0], allocator="default")]


def test_cells_that_take_too_long_or_are_of_other_problems_are_not_broken_down():
    cells = [Cell("digits", 32, depth, width, "float64", "fused", "default") for depth in (4, 2_000) for width in (8, 4_096)]
    others = [Cell.of_problem("tree_sum", 4, 2, "default"), replace(cells[0], python="3.13.0", width=2)]
    assert narrow_and_wide([*cells, *others]) == [cells[0]]
    assert narrow_and_wide(others) == []
