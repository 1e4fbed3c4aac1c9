"""The meters, against what can be counted by hand, and the formulas against the meters."""

import gc
from functools import partial

import numpy as np
import pytest

from bench.analyse.memory import ABSOLUTE_BYTES, RELATIVE
from bench.measure.memory import meters
from bench.measure.memory.frame_bytes import frame_bytes
from bench.measure.memory.layer_frames import frame_bytes_per_layer
from bench.measure.memory.predictions import predicted_bytes
from bench.plan.cells import Cell
from impls import IMPLEMENTATIONS
from impls.contract import example
from impls.peaks import StepShape
from impls.recursive import recurse
from impls.tests.present import NUMPY_ALONE, over_a_library
from impls.updates import UPDATES


def step_of(implementation, sizes, batch, update="deferred", dtype="float64", activation="tanh", layout="columns"):
    network, X, Y = example(sizes, activation, dtype, batch, layout=layout)
    return partial(UPDATES[update], implementation, network, X, Y, 1e-3)


def test_heap_of_three_arrays_counted_by_hand():
    def step():
        first = np.empty(10_000, np.uint8)
        second = np.empty(20_000, np.uint8)
        del first
        third = np.empty(5_000, np.uint8)
        return second, third

    assert 30_000 <= meters.heap_peak(step, depth=1) < 30_500


def test_heap_of_two_layers_counted_by_hand():
    """2 features, 3 units, 1 logit, 10 000 examples: A and dA of a layer have 8 x 10 000 bytes a unit, gradients next to none."""
    unit = 8 * 10_000
    worst = {
        "iterative": (3 + 1) * unit + (3 + 3) * unit,  # the first layer: A1, A2, dA1 and g'(Z1)
        "iterative_pop": 3 * unit + (3 + 3) * unit,  # the same without A2
        "recursive": 3 * unit + (3 + 3) * unit,
    }
    for name, expected in worst.items():
        measured = meters.heap_peak(step_of(IMPLEMENTATIONS[name], (2, 3, 1), 10_000), depth=2)
        assert expected <= measured < expected + 3_000, name


@pytest.mark.parametrize("name", NUMPY_ALONE)
def test_heap_repeats_to_the_byte(name):
    step = step_of(IMPLEMENTATIONS[name], (5, *(7,) * 30, 1), 11)
    small_objects = (
        100 if IMPLEMENTATIONS[name].prepare else 0
    )  # bytes of those that Python has kept from the step before, when it makes room
    assert abs(meters.heap_peak(step, depth=31) - meters.heap_peak(step, depth=31)) <= small_objects


def test_heap_is_not_measured_too_deep_and_leaves_the_collector_as_it_was():
    with pytest.raises(meters.Unmeasurable, match="square of recursion's depth"):
        meters.heap_peak(lambda: None, meters.HEAP_DEPTH + 1)
    assert gc.isenabled()


# Activations dominate where the batch is larger than the width, gradients where it is smaller.
SHAPES = [
    ((30, 1), 32),
    ((30, 8, 8, 8, 1), 32),
    ((30, *(4,) * 300, 1), 16),
    ((30, *(64,) * 40, 1), 8),
    ((30, *(64,) * 16, 1), 128),
    ((64, *(256,) * 4, 10), 32),
    ((64, 300, 200, 100, 10), 200),
    ((20, 2, 2, 10), 5_000),
]
GRID = [(*shape, dtype, "tanh", "columns") for shape in SHAPES for dtype in ("float64", "float32")]
GRID += [(*shape, "float64", activation, "columns") for shape in (SHAPES[0], SHAPES[4], SHAPES[6]) for activation in ("relu", "sigmoid")]
GRID += [(*shape, "float64", "tanh", "rows") for shape in SHAPES]
GRID += [(*SHAPES[6], "float32", activation, "rows") for activation in ("relu", "sigmoid")]


@pytest.mark.parametrize(
    ("sizes", "batch", "dtype", "activation", "layout"), GRID, ids=[f"{len(sizes) - 1}x{sizes[1]}-{others}" for sizes, *others in GRID]
)
def test_heap_agrees_with_the_formula(sizes, batch, dtype, activation, layout):
    for implementation in filter(lambda each: each.peak and layout in each.layouts, IMPLEMENTATIONS.values()):
        for update in UPDATES:
            measured = meters.heap_peak(step_of(implementation, sizes, batch, update, dtype, activation, layout), len(sizes) - 1)
            predicted = implementation.peak(shape(sizes, batch, dtype, update, activation))
            assert abs(measured - predicted) <= RELATIVE * measured + ABSOLUTE_BYTES, (implementation.name, update, measured, predicted)


def shape(sizes, batch, dtype, update, activation):
    return StepShape(tuple(sizes), batch, np.dtype(dtype).itemsize, update, activation)


def test_a_prediction_adds_frames_only_where_the_meter_sees_them():
    cell = Cell("breast_cancer", 32, 10, 8, "float64", "fused", "default")
    heap, resident, sampled = (predicted_bytes(IMPLEMENTATIONS["recursive"], m, cell, 30, 1) for m in ("heap", "resident", "sampled"))
    assert resident - heap == 10 * frame_bytes(recurse.__code__)
    assert sampled is None


def test_a_frame_is_counted_from_its_code():
    def three_names(a, b):
        c = [a]
        return c + b

    code = three_names.__code__
    assert frame_bytes(code, (3, 13)) == 8 * (9 + 3 + code.co_stacksize)
    assert frame_bytes(code, (3, 14)) == 8 * (10 + 3 + code.co_stacksize)


def test_a_free_variable_takes_a_word_and_a_cell_that_is_an_argument_takes_no_second():
    def outer(a):
        def inner():
            return a

        return inner

    inner = outer(1).__code__
    assert frame_bytes(inner, (3, 13)) == 8 * (9 + 1 + inner.co_stacksize)
    assert frame_bytes(outer.__code__, (3, 13)) == 8 * (9 + 2 + outer.__code__.co_stacksize)


def test_only_recursion_puts_frames_on_the_stack():
    assert frame_bytes_per_layer(IMPLEMENTATIONS["recursive"]) == frame_bytes(recurse.__code__)
    assert frame_bytes_per_layer(IMPLEMENTATIONS["iterative"]) == 0


@pytest.mark.parametrize("one", over_a_library("compiled_loop", "compiled_recursion"))
def test_machine_code_puts_no_frames_on_the_interpreters_stack(one):
    assert frame_bytes_per_layer(one) == 0
