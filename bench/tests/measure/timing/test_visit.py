"""A visit runs mirrored rounds on the same buffers, with fake clocks that count."""

import math
import random
import sys
from collections import Counter
from dataclasses import replace
from functools import partial
from itertools import pairwise

import numpy as np
import pytest

from bench.measure.memory.frame_bytes import frame_bytes
from bench.measure.subjects.network import Workbench, floor_step
from bench.measure.subjects.recursion_limit import raise_recursion_limit
from bench.measure.timing import clocks
from bench.measure.timing import visit as timing_visit
from bench.measure.timing.clocks import Reading, read_clocks
from bench.measure.timing.visit import CHUNK_BYTES, Visit, _iterations, _readings, _rounds, at_depth, measure, shortest_ns, start_depths
from bench.plan.cells import Cell
from impls import IMPLEMENTATIONS
from impls.contract import example
from impls.layers import Layer, forward
from impls.network import Network

FEWEST, MOST = 1e-9, 1e9  # seconds for the rounds of a visit: as few as there can be, and as many


def visit(steps, seconds=FEWEST, log=None):
    log = [] if log is None else log

    def clocks(step, iterations):
        log.append(("time", step.__name__, iterations))
        return Reading(1.0, 2.0, 0.0)

    def ready(step, calls=1):
        log.append(("ready",))
        return step

    contenders = {name: partial(ready, step) for name, step in steps.items()}
    return Visit(contenders, random.Random(1), clocks, lambda name: log.append(("trying", name)), seconds)


def spin(loops):
    def step():
        for _ in range(loops):
            pass

    return step


@pytest.fixture
def taking(monkeypatch):
    """A step that takes so many nanoseconds of a made-up CPU clock, whatever else this machine has to do."""
    now = 0

    def taking(ns):
        def step():
            nonlocal now
            now += ns

        return step

    monkeypatch.setattr(timing_visit, "process_time_ns", lambda: now)
    monkeypatch.setattr(timing_visit, "tick_ns", lambda: 1)
    return taking


def test_a_round_is_a_random_order_and_its_mirror():
    rows = measure(visit({name: spin(1000) for name in "abcd"}))
    orders = []
    for number in range(5):
        names = [row.impl for row in rows if row.round == number]
        assert [row.order for row in rows if row.round == number] == list(range(8))
        assert sorted(names[:4]) == list("abcd")
        assert names[4:] == names[:4][::-1]
        orders.append(tuple(names))
    assert len(set(orders)) > 1


def test_all_take_the_same_number_of_steps_enough_for_the_fastest(taking):
    rows = measure(visit({"slow": taking(40_000), "fast": taking(10_000)}))
    assert {row.iterations for row in rows} == {11}, "0.1 ms of the fastest, and a twentieth more"


def test_the_floor_does_not_set_the_number_of_steps(taking):
    rows = measure(visit({"floor": taking(500), "one": taking(100_000)}))
    assert {row.iterations for row in rows} == {2}


def test_a_contender_is_made_ready_and_takes_one_untimed_step_before_each_turn():
    log = []

    def logged(name):
        def step():
            log.append(("step", name))
            spin(10_000)()

        step.__name__ = name
        return step

    rows = measure(visit({"a": logged("a"), "b": logged("b")}, log=log))
    turns = [index for index, entry in enumerate(log) if entry[0] == "trying"][2:]  # the first of each is its warm-up
    assert len(turns) == len(rows) == 5 * 2 * 2
    for index, end in pairwise([*turns, len(log)]):
        _, name = log[index]
        [iterations] = {row.iterations for row in rows}
        assert log[index:end] == [("trying", name), ("ready",), ("step", name), *[("time", name, iterations)] * 4]


def test_a_row_has_the_shortest_of_its_turns_readings(taking):
    readings = iter(Reading(float(ns), ns + 1.0, 0.0) for _ in range(1000) for ns in (40, 20, 30, 50))
    rows = measure(replace(visit({"a": taking(10_000)}), read_clocks=lambda step, iterations: next(readings)))
    assert {(row.cpu_ns, row.wall_ns) for row in rows} == {(20.0, 21.0)}


@pytest.mark.parametrize(
    ("durations", "iterations", "readings", "seconds", "rounds"),
    [
        ({"a": 1e6, "b": 3e6}, 1, 1, 0.16, 10),  # a round has two turns of each, with a step before: 2 * 2 * 4 ms
        ({"a": 1e6, "b": 3e6}, 4, 1, 0.32, 8),  # 2 * 5 * 4 ms
        ({"a": 1e6, "b": 3e6}, 2, 2, 0.32, 8),  # the same
        ({"a": 1e4, "floor": 1e3}, 10, 4, 0.15, 60),  # 166 of them would fit
        ({"a": 5e8, "b": 5e8}, 1, 1, 0.15, 5),  # not even one would
    ],
)
def test_rounds_fill_the_time_and_are_5_at_least_and_60_at_most(durations, iterations, readings, seconds, rounds):
    assert _rounds(visit({}, seconds), durations, dict.fromkeys(durations, iterations), readings) == rounds


@pytest.mark.parametrize(("asked", "rounds"), [(7, 10), (12, 12), (99, 60)])
def test_there_are_as_many_rounds_as_are_asked_for_if_that_is_more(asked, rounds):
    its = replace(visit({}, 0.16), rounds=asked)
    assert _rounds(its, {"a": 1e6, "b": 3e6}, {"a": 1, "b": 1}, 1) == rounds


@pytest.mark.parametrize(
    ("longest_ns", "iterations", "readings"),
    [(1e4, 10, 4), (1e6, 1, 4), (2e6, 1, 4), (2.5e6, 1, 3), (8e6, 1, 1), (9e6, 1, 1), (5e8, 1, 1)],
)
def test_a_turn_has_four_readings_unless_they_last_longer_than_8_ms(longest_ns, iterations, readings):
    durations = {"a": longest_ns / 2, "b": longest_ns}
    assert _readings(durations, dict.fromkeys(durations, iterations)) == readings


def test_what_takes_some_hundred_times_as_long_is_repeated_less_often_and_a_visit_ends(monkeypatch):
    """Recursion that branches, beside its loop."""
    monkeypatch.setattr(timing_visit, "tick_ns", lambda: 1)
    durations = {"loop": 1_000.0, "twice": 2_000.0, "recursive": 10e6, "at most": 2e9}
    assert _iterations(durations) == {"loop": 105, "twice": 105, "recursive": 5, "at most": 1}


@pytest.mark.parametrize(("seconds", "rounds"), [(FEWEST, 5), (MOST, 60)])
def test_a_visit_makes_that_many_rounds(seconds, rounds):
    rows = measure(visit({"a": spin(100), "b": spin(100)}, seconds))
    assert Counter(row.round for row in rows) == dict.fromkeys(range(rounds), 4)


def test_a_longer_visit_has_more_rounds(taking):
    """A turn of either has four times 11 steps of 10 µs and one before them, so a round takes 1.8 ms."""
    rows = measure(visit({"a": taking(10_000), "b": taking(10_000)}, 0.018))
    assert len(rows) / 4 == 10


@pytest.mark.parametrize(
    ("error", "status"), [(RecursionError("deep"), "recursion_error"), (MemoryError(), "out_of_memory"), (KeyError("W1"), "error")]
)
def test_a_contender_that_raises_is_a_row_and_the_others_go_on(error, status):
    def step():
        raise error

    rows = measure(visit({"bad": step, "good": spin(10)}))
    assert Counter((row.impl, row.status) for row in rows) == {("bad", status): 1, ("good", "ok"): 10}
    assert type(error).__name__ in rows[0].detail


@pytest.mark.parametrize("name", ["recursive", "course"])  # the second gives layers new arrays
def test_put_back_restores_every_parameter(name):
    cell = Cell("breast_cancer", 5, 4, 3, "float64", "deferred", "default")
    _, X, Y = example((2, 3, 3, 3, 1), examples=5)
    bench = Workbench(cell, X, Y, "binary_cross_entropy")
    buffers = [array for layer in bench.network.layers for array in (layer.W, layer.b)]
    before = [array.copy() for array in buffers]
    step = bench.step(IMPLEMENTATIONS[name])
    first_loss = step()
    assert step() < first_loss
    bench.put_back()
    after = [array for layer in bench.network.layers for array in (layer.W, layer.b)]
    assert all(map(np.array_equal, before, after))
    assert all(restored is array for restored, array in zip(buffers, after, strict=True))
    assert step() == first_loss


def test_the_control_is_the_baseline_and_all_share_one_network():
    cell = Cell("breast_cancer", 5, 2, 3, "float64", "deferred", "default")
    _, X, Y = example((2, 3, 1), examples=5)
    bench = Workbench(cell, X, Y, "binary_cross_entropy")
    contenders = bench.contenders(["iterative", "recursive", "control"], IMPLEMENTATIONS, "iterative")
    steps = {name: make_ready() for name, make_ready in contenders.items()}
    implementation = {name: step.args[0].name for name, step in steps.items()}
    assert implementation == {"iterative": "iterative", "recursive": "recursive", "control": "iterative"}
    assert all(step.args[1] is bench.network for step in steps.values())


def test_the_floor_is_three_products_a_layer_and_two_for_the_first():
    network, X, _ = example((3, 4, 4, 2), examples=6)
    step = floor_step(network, X)
    (products,) = step.args
    assert [(left.shape, right.shape) for left, right, _ in products] == [
        ((4, 3), (3, 6)),
        ((4, 4), (4, 6)),
        ((2, 4), (4, 6)),
        ((2, 6), (6, 4)),
        ((4, 2), (2, 6)),
        ((4, 6), (6, 4)),
        ((4, 4), (4, 6)),
        ((4, 6), (6, 3)),
    ]
    step()
    dW = products[-1][2]
    assert dW.tolist() == [[6 * 0.5 * 0.5] * 3] * 4  # over six examples, in arrays full of 0.5
    assert not any(np.shares_memory(left, right) for left, right, _ in products)  # A.dot(A.T) would be another routine


def test_the_floor_of_rows_is_the_same_products_transposed():
    network, X, _ = example((3, 4, 2), examples=6, layout="rows")
    step = floor_step(network, X)
    (products,) = step.args
    assert [(left.shape, right.shape) for left, right, _ in products] == [
        ((6, 3), (3, 4)),
        ((6, 4), (4, 2)),
        ((2, 6), (6, 4)),
        ((6, 2), (2, 4)),
        ((4, 6), (6, 3)),
    ]
    assert all(out.flags.c_contiguous for _, _, out in products)
    step()
    assert products[-1][2].tolist() == [[6 * 0.5 * 0.5] * 3] * 4
    assert not any(np.shares_memory(left, right) for left, right, _ in products)


def test_a_bench_of_rows_takes_the_same_steps_on_the_batch_transposed():
    cell = Cell("breast_cancer", 5, 4, 3, "float64", "fused", "default")
    _, X, Y = example((2, 3, 3, 3, 4), examples=5)
    benches = [Workbench(replace(cell, layout=layout), X, Y, "softmax_cross_entropy") for layout in ("columns", "rows")]
    assert [bench.X.shape for bench in benches] == [(2, 5), (5, 2)]
    assert benches[1].X.flags.c_contiguous
    losses = [[bench.step(IMPLEMENTATIONS["recursive"])() for _ in range(3)] for bench in benches]
    assert losses[1] == pytest.approx(losses[0], rel=1e-12)


def test_clocks_measure_work_and_sleep_apart():
    import time

    busy = read_clocks(spin(200_000), 3)
    asleep = read_clocks(lambda: time.sleep(0.02), 2)
    assert asleep.wall_ns >= 20e6
    assert asleep.cpu_ns < asleep.wall_ns / 4
    assert busy.cpu_ns == pytest.approx(busy.wall_ns, rel=0.9)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counts page faults")
def test_fresh_pages_are_faults():
    reading = read_clocks(lambda: np.ones(64 * 1024 * 1024 // 8), 2)
    assert reading.minor_faults > 64 * 1024 * 1024 / 2**21 - 1  # at least one for each huge page


def test_a_hundred_thousand_layers_recurse_under_the_workers_limit():
    depth, limit = 100_000, sys.getrecursionlimit()
    layer = Layer(np.eye(1) * 0.9, np.zeros((1, 1)), "tanh", False, False)
    network = Network([layer] * depth, "binary_cross_entropy")
    X, Y = np.ones((1, 1)), np.ones((1, 1))
    try:
        raise_recursion_limit(depth)
        losses = [IMPLEMENTATIONS[name].backprop(network, X, Y, lambda l, dW, db: None) for name in ("recursive", "iterative_pop")]
    finally:
        sys.setrecursionlimit(limit)
    assert losses[0] == losses[1]
    assert forward(layer, X).shape == (1, 1)


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="another version has other frames")
def test_the_frame_of_a_start_depth_has_the_size_that_its_code_says():
    assert frame_bytes(at_depth.__code__) == 120  # 9 fields, 2 variables and 4 words of working stack


@pytest.mark.parametrize("rounds", [5, 17, 60])
@pytest.mark.parametrize("seed", range(10))
def test_each_part_of_one_chunk_of_frames_has_one_start(rounds, seed):
    part = CHUNK_BYTES / frame_bytes(at_depth.__code__) / rounds
    starts = start_depths(rounds, random.Random(seed))
    assert all(int(number * part) <= start < (number + 1) * part for number, start in enumerate(sorted(starts)))
    assert starts != sorted(starts)


def test_all_depths_of_a_chunk_are_starts_equally_often():
    depths = CHUNK_BYTES / frame_bytes(at_depth.__code__)
    count = Counter(start for seed in range(2_000) for start in start_depths(10, random.Random(seed)))
    assert sorted(count) == list(range(math.ceil(depths)))
    whole = [count[depth] for depth in range(int(depths))]
    assert min(whole) > 0.6 * 20_000 / depths
    assert max(whole) < 1.4 * 20_000 / depths


def test_a_round_begins_as_deep_as_its_rows_say():
    depths = []

    def clocks(step, iterations):
        frame, depth = sys._getframe(), 0
        while frame := frame.f_back:
            depth += 1
        depths.append(depth)
        return Reading(1.0, 2.0, 0.0)

    rows = measure(replace(visit({"a": spin(10), "b": spin(10)}), read_clocks=clocks))
    four_a_turn = [row for row in rows for _ in range(4)]
    assert len({depth - row.start_depth for depth, row in zip(depths, four_a_turn, strict=True)}) == 1
    assert all(len({row.start_depth for row in rows if row.round == number}) == 1 for number in range(5))
    assert len({row.start_depth for row in rows}) == 5


def test_a_measurement_lasts_a_hundred_steps_of_a_coarse_clock(monkeypatch):
    """A CPU clock that steps by 10 ms, whatever the system says of it."""
    reads = iter(range(10**6))
    monkeypatch.setattr(clocks, "process_time_ns", lambda: next(reads) // 7 * 10_000_000)
    assert shortest_ns() == 100 * 10_000_000
