"""What is particular to one kind of cache: how a long chain is freed, and what stays alive until then."""

import tracemalloc

import numpy as np
import pytest

from impls import IMPLEMENTATIONS
from impls.contract import example
from impls.layers import Layer
from impls.network import Network
from impls.tests.present import NUMPY_ALONE
from impls.updates import UPDATES

DEEP = 100_000


class Stop(Exception):
    """Raised by an `emit`, so that the cache of all layers but one is freed at once."""


def deep_network():
    W, b = np.full((1, 1), 0.5), np.zeros((1, 1))
    layers = [Layer(W, b, "tanh", l == 0, False) for l in range(DEEP)]
    return Network([*layers, Layer(W, b, "linear", False, False)], "binary_cross_entropy")


@pytest.mark.parametrize("name", ["closures", "generators"])
def test_a_hundred_thousand_layers_unwind_and_are_freed(name):
    network, X, Y = deep_network(), np.ones((1, 1)), np.ones((1, 1))
    count = 0

    def emit(l, dW, db):
        nonlocal count
        count += 1
        if stops and l == DEEP:
            raise Stop

    stops = False
    assert np.isfinite(IMPLEMENTATIONS[name].backprop(network, X, Y, emit))
    assert count == DEEP + 1
    stops = True
    with pytest.raises(Stop):
        IMPLEMENTATIONS[name].backprop(network, X, Y, emit)


@pytest.mark.parametrize("sizes", [(3, 4, 1), (3, 4, 3)], ids=["binary", "softmax"])
def test_the_programs_of_the_thread_divide_by_zero_where_the_others_stay_finite(sizes):
    network, X, Y = example(sizes)
    network.layers[-1].W *= 1e4
    finite = {}
    with np.errstate(all="ignore"):
        for name, implementation in NUMPY_ALONE.items():
            gradients = []
            implementation.backprop(network, X, Y, lambda l, dW, db, gradients=gradients: gradients.append(dW))
            finite[name] = all(np.isfinite(dW).all() for dW in gradients)
    assert [name for name, fine in finite.items() if not fine] == ["course", "forum"]


def test_the_course_makes_new_arrays_and_leaves_the_old_ones():
    network, X, Y = example((3, 4, 1))
    before = [(layer.W, layer.W.copy()) for layer in network.layers]
    UPDATES["deferred"](IMPLEMENTATIONS["course"], network, X, Y, 0.1)
    for layer, (W, as_it_was) in zip(network.layers, before, strict=True):
        assert layer.W is not W
        assert np.array_equal(W, as_it_was)
        assert not np.array_equal(layer.W, W)


@pytest.mark.parametrize("name", ["iterative_pop", "recursive", "closures", "generators"])
@pytest.mark.parametrize("update", UPDATES)
def test_a_cache_that_is_freed_early_peaks_at_the_larger_of_activations_and_gradients(name, update):
    L, n, m = 40, 48, 96
    A, G = n * m * 8, n * n * 8
    network, X, Y = example([n] * L + [1], examples=m)
    step = UPDATES[update]
    step(IMPLEMENTATIONS[name], network, X, Y, 0.1)
    tracemalloc.start()
    try:
        step(IMPLEMENTATIONS[name], network, X, Y, 0.1)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (L - 1) * A <= peak < (L + 4) * A + 2 * G
