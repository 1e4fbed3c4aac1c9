"""The tape: what is played again gives a step's gradients to the last bit, and its arrays come and go as in the step."""

import tracemalloc

import numpy as np
import pytest

from bench.measure.breakdown import tape
from impls import IMPLEMENTATIONS, updates
from impls.contract import example, gradients_of
from impls.layers import HIDDEN_ACTIVATIONS
from impls.network import DTYPES
from impls.peaks import StepShape
from impls.updates import UPDATES

ROOMY = IMPLEMENTATIONS["workspace_recursion"]


def on(sizes, **more):
    """A network with room, X, Y and the tape of a step."""
    prepared = ROOMY.prepared(*example(sizes, **more))
    return prepared, tape.record(ROOMY, *prepared, "deferred")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("activation", HIDDEN_ACTIVATIONS)
def test_the_straight_line_computes_the_gradients_of_the_loop_to_the_last_bit(activation, outputs, dtype):
    sizes = (5, 4, 3, outputs)
    (network, *_), recorded = on(sizes, activation=activation, dtype=dtype)
    network.room.block[:] = 7  # which is nowhere right
    tape.straight_line(call for _, call in recorded.operations)()
    _, gradients = gradients_of(IMPLEMENTATIONS["iterative"], *example(sizes, activation=activation, dtype=dtype))
    for (_, dW, db, _), (expected_dW, expected_db) in zip(network.room.apart.backward, gradients, strict=True):
        np.testing.assert_array_equal(dW, expected_dW)
        np.testing.assert_array_equal(db, expected_db)


def test_products_are_three_a_layer_but_one_and_the_rest_is_element_wise():
    _, recorded = on((5, 4, 3, 1))
    kinds = [kind for kind, _ in recorded.operations]
    assert kinds.count(tape.PRODUCT) == 3 * 3 - 1
    assert set(kinds) == {tape.PRODUCT, tape.ELEMENTWISE}
    for kind, (function, *_) in recorded.operations:
        assert (getattr(function, "__name__", "") == "dot") == (kind == tape.PRODUCT)


def test_networks_of_one_depth_have_tapes_that_match_call_by_call():
    large, small = (on(sizes, examples=examples)[1] for sizes, examples in (((5, 4, 3, 1), 7), ((2, 2, 2, 1), 2)))
    assert [kind for kind, _ in large.operations] == [kind for kind, _ in small.operations]


def test_numbers_of_a_step_are_one_object_in_the_line_as_they_are_in_the_step():
    _, recorded = on((5, 4, 3, 1))
    arrays = [value for _, call in recorded.operations for value in call if isinstance(value, np.ndarray)]
    places = {(array.ctypes.data, array.shape, array.strides) for array in arrays}
    assert len({id(array) for array in arrays}) == len(places)


def test_a_step_into_room_that_is_there_allocates_nothing():
    assert on((5, 4, 3, 1))[1].arrays == []


@pytest.mark.parametrize("name", ["iterative", "iterative_pop", "recursive"])
@pytest.mark.parametrize("update", UPDATES)
def test_the_most_bytes_alive_on_the_tape_are_those_of_the_formula(name, update):
    sizes, examples = (16, 32, 32, 32, 1), 64
    network, X, Y = example(sizes, examples=examples)
    arrays = tape.record(IMPLEMENTATIONS[name], network, X, Y, update, keeps=False).arrays
    alive, most = {}, 0
    for number, shape in arrays:
        if shape is None:
            del alive[number]
        else:
            alive[number] = 8 * int(np.prod(shape))
        most = max(most, sum(alive.values()))
    assert alive == {}, "all that was allocated is let go"
    assert most == pytest.approx(IMPLEMENTATIONS[name].peak(StepShape(sizes, examples, 8, update)), rel=0.03)


@pytest.mark.parametrize(("order", "most"), [([0, -1, 1, -2], 1), ([0, 1, -1, -2], 2)])
def test_arrays_are_allocated_and_let_go_in_the_order_of_the_tape(order, most):
    """Two of a MiB each: one after the other, and both at once."""
    events = [(number, (2**18,)) if number >= 0 else (-number - 1, None) for number in order]
    line = tape.allocations(tape.Tape(arrays=events), np.dtype("float32"))
    tracemalloc.start()
    try:
        line()
        assert round(tracemalloc.get_traced_memory()[1] / 2**20, 2) == most
    finally:
        tracemalloc.stop()


def test_recording_changes_no_parameter_and_the_descent_is_there_again():
    network, X, Y = example((5, 4, 1))
    before = [(layer.W.copy(), layer.b.copy()) for layer in network.layers]
    for update in UPDATES:
        tape.record(IMPLEMENTATIONS["iterative"], network, X, Y, update)
    for layer, (W, b) in zip(network.layers, before, strict=True):
        np.testing.assert_array_equal(layer.W, W)
        np.testing.assert_array_equal(layer.b, b)
    with tape.without_descent():
        assert updates.descend is tape.nothing
    with pytest.raises(ZeroDivisionError), tape.without_descent():
        raise ZeroDivisionError
    assert updates.descend is tape.DESCEND
