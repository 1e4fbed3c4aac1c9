"""The check names every way of breaking the contract, and passes the implementations that keep it."""

import re

import numpy as np
import pytest

from impls import Implementation
from impls.contract import BrokenContract, check, example, leaked_bytes
from impls.interface import Library
from impls.iterative import backprop
from impls.layers import Layer, backward, forward
from impls.lazy import lazily
from impls.losses import LOSSES
from impls.network import Network
from impls.tests.present import NUMPY_ALONE
from impls.updates import deferred


def scaled_weights(network, X, Y, emit):
    return backprop(network, X, Y, lambda l, dW, db: emit(l, dW * (1 + 1e-5), db))


def forgets_a_layer(network, X, Y, emit):
    return backprop(network, X, Y, lambda l, dW, db: emit(l, dW, db) if l else None)


def first_layer_first(network, X, Y, emit):
    gradients = []
    loss = backprop(network, X, Y, lambda l, dW, db: gradients.append((l, dW, db)))
    for gradient in reversed(gradients):
        emit(*gradient)
    return loss


def updates_by_itself(network, X, Y, emit):
    loss = backprop(network, X, Y, emit)
    network.layers[0].b += 1
    return loss


def flat_gradients(network, X, Y, emit):
    return backprop(network, X, Y, lambda l, dW, db: emit(l, dW.ravel(), db))


def wrong_loss(network, X, Y, emit):
    return backprop(network, X, Y, emit) * 1.001


def array_for_a_loss(network, X, Y, emit):
    return np.array(backprop(network, X, Y, emit))


def reads_a_layer_late(network, X, Y, emit):
    A = [X]
    for layer in network.layers:
        A.append(forward(layer, A[-1]))
    loss, dA = LOSSES[network.loss](A[-1], Y)
    for l in reversed(range(len(network.layers))):
        _, dW, db = backward(network.layers[l], A[l], A[l + 1], dA.copy())
        emit(l, dW, db)
        dA, _, _ = backward(network.layers[l], A[l], A[l + 1], dA)
    return loss


def updates_for_a_moment(network, X, Y, emit):
    def shifted(l, dW, db):
        network.layers[0].b += 1
        emit(l, dW, db)
        network.layers[0].b -= 1

    return backprop(network, X, Y, shifted)


def always_in_float64(network, X, Y, emit):
    return backprop(network, X, Y, lambda l, dW, db: emit(l, dW.astype("float64"), db.astype("float64")))


def wrong_for_one_example(network, X, Y, emit):
    return backprop(network, X, Y, lambda l, dW, db: emit(l, dW, db if X.shape[1] > 1 else 0 * db))


def cyclic(network, X, Y, emit):
    cycle = [X.copy()]
    cycle.append(cycle)
    return backprop(network, X, Y, emit)


def falls_over(network, X, Y, emit):
    raise KeyError("W1")


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        (scaled_weights, "gives a dW of layer 0 that is off by 1.0e-05"),
        (forgets_a_layer, r"emits layers \[2, 1\]"),
        (first_layer_first, r"emits layers \[0, 1, 2\]"),
        (updates_by_itself, "changes the network"),
        (flat_gradients, "emits shapes"),
        (wrong_loss, "returns a loss of"),
        (array_for_a_loss, "returns ndarray"),
        (reads_a_layer_late, "reads a layer after it has emitted"),
        (updates_for_a_moment, "changes the network"),
        (always_in_float64, "emits float64 and float64 for layer 0, not float32"),
        (wrong_for_one_example, r"gives a db of layer 0 that is off by 1\.0e\+00 of its size against iterative"),
        (falls_over, "raises KeyError: 'W1'"),
    ],
)
def test_a_broken_contract_is_named(broken, complaint):
    with pytest.raises(BrokenContract, match=complaint):
        check(Implementation("broken", "broken", "nowhere", "other", broken))


def test_a_step_of_its_own_is_held_to_the_contract_too():
    def too_far(network, X, Y, learning_rate):
        return deferred(Implementation("plain", "plain", "a list", "loop", backprop), network, X, Y, 2 * learning_rate)

    with pytest.raises(BrokenContract, match="takes deferred steps and returns losses that are off by"):
        check(Implementation("far", "far", "a list", "loop", backprop, steps={"deferred": too_far}))


def stacked(network, X, Y):
    layers = [Layer(layer.W.copy(), layer.b.copy(), layer.activation, layer.first, layer.rows) for layer in network.layers]
    return Network(layers, network.loss), X, Y


def test_one_that_prepares_is_run_on_what_it_prepared():
    check(Implementation("copying", "copying", "a list", "loop", backprop, prepare=stacked))

    def spoilt(network, X, Y):
        return stacked(network, 2 * X, Y)

    with pytest.raises(BrokenContract, match=r"off by|a loss of"):
        check(Implementation("spoilt", "spoilt", "a list", "loop", backprop, prepare=spoilt))


def test_an_implementation_whose_library_is_missing_says_what_installs_it():
    absent = Library("no_such_library", "taped")
    tape = Implementation("far", "far", "a tape", "other", lazily("no_such_library", "backprop"), library=absent)
    words = "needs no_such_library, which is not installed; `pip install '.[taped]'` brings it"
    with pytest.raises(BrokenContract, match=f"^{re.escape(words)}$"):
        check(tape)


def test_what_a_library_needs_in_turn_is_asked_for_too():
    assert Library("numpy", "compiled", needs=("no_such_library",)).missing.startswith("needs no_such_library, which is not installed")
    assert not Library("numpy", "compiled", needs=("json",)).missing


def test_late_code_is_imported_with_the_first_call():
    assert lazily("impls.iterative", "backprop").__module__ == "impls.iterative"
    network, X, Y = example((3, 2, 1))
    calls = []
    lazily("impls.iterative", "backprop")(network, X, Y, lambda l, dW, db: calls.append(l))
    assert calls == [1, 0]


@pytest.mark.parametrize("implementation", NUMPY_ALONE.values(), ids=list(NUMPY_ALONE))
def test_registered_ones_keep_it(implementation):
    check(implementation)


def test_a_cycle_is_seen_as_a_leak():
    X_bytes = 16 * 64 * 8
    assert X_bytes <= leaked_bytes(Implementation("leaky", "leaky", "a cycle", "other", cyclic)) < 2 * X_bytes


def test_names_and_controls_are_checked():
    with pytest.raises(ValueError, match="needs a name"):
        Implementation("", "", "", "loop", backprop)
    with pytest.raises(ValueError, match="control_flow is 'goto'"):
        Implementation("odd", "odd", "odd", "goto", backprop)
    with pytest.raises(ValueError, match="cache_kind is 'drawer'"):
        Implementation("odd", "odd", "odd", "loop", backprop, cache_kind="drawer")
