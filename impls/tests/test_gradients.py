"""Every implementation computes the same gradients, to the last bit if it says so, and the right ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impls.contract import SIBLING_TOLERANCE, example, finite_differences, gradients_of, leaked_bytes, relative_error
from impls.iterative import iterative
from impls.layers import HIDDEN_ACTIVATIONS
from impls.network import DTYPES
from impls.tests.present import NUMPY_ALONE
from impls.updates import UPDATES

implementations = pytest.mark.parametrize("implementation", NUMPY_ALONE.values(), ids=list(NUMPY_ALONE))
activations = pytest.mark.parametrize("activation", HIDDEN_ACTIVATIONS)


def together(gradients):
    return np.concatenate([array.ravel() for pair in gradients for array in pair])


@implementations
@given(
    sizes=st.lists(st.integers(1, 9), min_size=2, max_size=8),
    activation=st.sampled_from(HIDDEN_ACTIVATIONS),
    dtype=st.sampled_from(DTYPES),
    examples=st.integers(1, 9),
    seed=st.integers(0, 2**16),
)
@settings(max_examples=300, deadline=None)
def test_equal_to_the_last_bit_or_nearly(implementation, sizes, activation, dtype, examples, seed):
    network, X, Y = example(sizes, activation, dtype, examples, seed)
    loss, gradients = gradients_of(implementation, network, X, Y)
    expected_loss, expected = gradients_of(iterative, network, X, Y)
    actual, expected = together(gradients), together(expected)
    if implementation.exact:
        assert loss == expected_loss
        assert actual.tobytes() == expected.tobytes()
    else:
        assert loss == pytest.approx(expected_loss, rel=SIBLING_TOLERANCE[dtype])
        assert relative_error(actual, expected) < SIBLING_TOLERANCE[dtype]


@implementations
@activations
@pytest.mark.parametrize("sizes", [(4, 5, 3, 1), (3, 6, 6, 4), (2, 1), (3, 1, 1, 1)], ids=str)
def test_right_against_finite_differences(implementation, activation, sizes):
    network, X, Y = example(sizes, activation, seed=3)
    _, gradients = gradients_of(implementation, network, X, Y)
    for actual, expected in zip(gradients, finite_differences(network, X, Y), strict=True):
        for gradient, reference in zip(actual, expected, strict=True):
            assert relative_error(gradient, reference) < 1e-6


@implementations
@activations
@pytest.mark.parametrize("dtype", DTYPES)
def test_both_updates_end_a_training_on_the_same_bits(implementation, activation, dtype):
    ends = []
    for update in UPDATES.values():
        network, X, Y = example((6, 8, 8, 8, 3), activation, dtype, examples=20)
        losses = [update(implementation, network, X, Y, 0.1) for _ in range(50)]
        ends.append((losses, [array.tobytes() for layer in network.layers for array in (layer.W, layer.b)]))
    assert ends[0] == ends[1]
    assert ends[0][0][-1] < ends[0][0][0], "50 steps must have learned something"


@implementations
def test_a_step_by_hand(implementation):
    # One weight, one example: z = w x = 2 * 3 = 6; dz = sigmoid(6) - 1; dW = dz x; db = dz.
    network, _, _ = example((1, 1))
    network.layers[0].W[...], network.layers[0].b[...] = 2, 0
    X, Y = np.array([[3.0]]), np.array([[1.0]])
    loss, [(dW, db)] = gradients_of(implementation, network, X, Y)
    sigmoid = 1 / (1 + np.exp(-6.0))
    assert loss == pytest.approx(-np.log(sigmoid), rel=1e-12)
    assert db[0, 0] == pytest.approx(sigmoid - 1, rel=1e-12)
    assert dW[0, 0] == pytest.approx(3 * (sigmoid - 1), rel=1e-12)


def test_all_but_the_two_programs_of_the_thread_are_exact():
    assert [name for name, implementation in NUMPY_ALONE.items() if not implementation.exact] == ["course", "forum"]


@implementations
def test_nothing_is_left_alive_without_the_collector(implementation):
    one_activation = 16 * 64 * 8
    assert leaked_bytes(implementation) < one_activation / 100
