"""The compiled loop and the compiled recursion find the same gradients and take the same steps; what they share is right."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impls import IMPLEMENTATIONS, interface
from impls.contract import SIBLING_TOLERANCE, check, example, gradients_of, leaked_bytes, relative_error
from impls.iterative import iterative
from impls.layers import HIDDEN_ACTIVATIONS, LAYOUTS
from impls.network import DTYPES
from impls.tests.present import COMPILED as NAMES
from impls.tests.present import compiled_is_installed, over_a_library
from impls.updates import UPDATES

compiled = pytest.mark.parametrize("implementation", over_a_library(*NAMES))
updates = pytest.mark.parametrize("update", UPDATES)
dtypes = pytest.mark.parametrize("dtype", DTYPES)


def after(steps, update, implementation, network, X, Y):
    """The losses and [(W, b)] after so many steps."""
    network, X, Y = implementation.prepared(network, X, Y)
    losses = [UPDATES[update](implementation, network, X, Y, 0.1) for _ in range(steps)]
    return losses, [(layer.W, layer.b) for layer in network.layers]


def apart(actual, expected):
    return relative_error(*(np.concatenate([array.ravel() for pair in pairs for array in pair]) for pairs in (actual, expected)))


@compiled
@given(
    sizes=st.lists(st.integers(1, 40), min_size=2, max_size=8),
    activation=st.sampled_from(HIDDEN_ACTIVATIONS),
    dtype=st.sampled_from(DTYPES),
    examples=st.integers(1, 40),
    seed=st.integers(0, 2**16),
    layout=st.sampled_from(LAYOUTS),
)
@settings(max_examples=200, deadline=None)
def test_equal_on_any_network(implementation, sizes, activation, dtype, examples, seed, layout):
    case = sizes, activation, dtype, examples, seed, layout
    (loss, gradients), (expected_loss, expected) = (gradients_of(other, *example(*case)) for other in (implementation, iterative))
    assert loss == pytest.approx(expected_loss, rel=SIBLING_TOLERANCE[dtype])
    assert apart(gradients, expected) < SIBLING_TOLERANCE[dtype]
    for update in UPDATES:
        (_, ends), (_, expected) = (after(2, update, other, *example(*case)) for other in (implementation, iterative))
        assert apart(ends, expected) < SIBLING_TOLERANCE[dtype]


@compiled
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("activation", HIDDEN_ACTIVATIONS)
def test_the_contract_is_kept(implementation, activation, layout):
    check(implementation, activation, layout)


@compiled
@dtypes
def test_both_updates_end_a_training_on_the_same_parameters(implementation, dtype):
    case = (6, 8, 8, 8, 3), "tanh", dtype, 20
    (losses, deferred), (others, fused) = (after(50, update, implementation, *example(*case)) for update in UPDATES)
    assert apart(fused, deferred) < {"float64": 1e-13, "float32": 1e-5}[dtype]
    assert losses == pytest.approx(others, rel={"float64": 1e-13, "float32": 1e-5}[dtype])
    assert losses[-1] < losses[0]


@dtypes
@updates
@compiled_is_installed
@pytest.mark.parametrize("layout", LAYOUTS)
def test_loop_and_recursion_end_on_the_same_bits(dtype, update, layout):
    case = (6, 8, 9, 8, 3), "sigmoid", dtype, 20
    ends = [after(50, update, IMPLEMENTATIONS[name], *example(*case, layout=layout)) for name in NAMES]
    assert ends[0][0] == ends[1][0]
    assert all(np.array_equal(*arrays) for pairs in zip(ends[0][1], ends[1][1], strict=True) for arrays in zip(*pairs, strict=True))


@compiled
@updates
def test_layers_hold_the_current_parameters_and_may_be_changed(implementation, update):
    network, X, Y = implementation.prepared(*example((3, 4, 4, 1)))
    reference, *_ = example((3, 4, 4, 1))
    for _ in range(3):
        UPDATES[update](implementation, network, X, Y, 0.1)
        UPDATES[update](iterative, reference, X, Y, 0.1)
        for layer, other in zip(network.layers, reference.layers, strict=True):
            assert relative_error(layer.W, other.W) < 1e-12
            layer.W *= 0.5
            other.W *= 0.5


@compiled
def test_what_was_prepared_leaves_the_network_as_it_was(implementation):
    network, X, Y = example((3, 4, 1))
    before = [layer.W.copy() for layer in network.layers]
    UPDATES["fused"](implementation, *implementation.prepared(network, X, Y), 0.1)
    assert all(np.array_equal(W, layer.W) for W, layer in zip(before, network.layers, strict=True))


@compiled
@pytest.mark.parametrize("examples", [5, 20, 100])
def test_a_batch_may_be_smaller_or_larger_and_have_any_memory_layout(implementation, examples):
    network, *_ = implementation.prepared(*example((3, 4, 1), examples=20))
    reference, X, Y = example((3, 4, 1), examples=examples)
    for _ in range(2):
        loss = UPDATES["deferred"](implementation, network, np.asfortranarray(X), Y[:, ::-1][:, ::-1], 0.1)
        assert loss == pytest.approx(UPDATES["deferred"](iterative, reference, X, Y, 0.1), rel=1e-12)


@compiled
def test_gradients_that_were_emitted_belong_to_the_receiver(implementation):
    network, X, Y = implementation.prepared(*example((3, 4, 1)))
    emitted = []
    for _ in range(2):
        implementation.backprop(network, X, Y, lambda l, dW, db: emitted.append((dW, db)))
        for dW, db in emitted[:2]:
            dW[...], db[...] = 7, 7
    assert all((array == 7).all() for pair in emitted[:2] for array in pair)
    assert not any((array == 7).any() for pair in emitted[2:] for array in pair)


@compiled
def test_a_step_leaves_nothing_behind(implementation):
    assert leaked_bytes(implementation) < 16 * 64 * 8 / 100


@compiled_is_installed
@pytest.mark.skipif(sys.platform != "linux", reason="others take what malloc gives")
def test_pages_are_zero_and_writable_or_there_is_no_memory():
    from impls.compiled.stack import pages

    array = pages(5, np.dtype("float32"))
    array += 1
    assert array.tolist() == [1.0] * 5
    with pytest.raises(MemoryError):
        pages(2**56, np.dtype("float64"))


@compiled_is_installed
def test_gradients_are_lent_to_one_borrower_at_a_time():
    from impls.compiled.stack import borrow_gradients, give_back

    parameters = np.zeros(7)
    first, second = borrow_gradients(parameters), borrow_gradients(parameters)
    assert not np.shares_memory(first, second)
    give_back(first)
    give_back(second)
    assert borrow_gradients(parameters) is second
    assert borrow_gradients(parameters) is not first


@compiled_is_installed
def test_tanh_is_right_to_three_units_in_the_last_place():
    from impls.compiled.kernels import tanh

    z = np.concatenate([np.random.default_rng(0).standard_normal(10_000) * scale for scale in (1e-9, 1e-3, 0.1, 1, 3, 30, 1e3)])
    exact = np.tanh(z.astype(np.longdouble))
    assert (np.abs([tanh(x) for x in z] - exact) <= 3 * np.spacing(np.abs(exact).astype(float))).all()
    assert [tanh(x) for x in (0.0, np.inf, -np.inf)] == [0, 1, -1]
    assert np.isnan(tanh(np.nan))


@compiled_is_installed
def test_products_may_be_added_where_they_are_wanted():
    from impls.compiled.kernels import multiply_add, multiply_transposed_add, transposed_multiply_add

    for dtype in DTYPES:
        A, B, C = np.array([[1, 2], [3, 4], [5, 6]], dtype), np.array([[1, 0, 2], [0, 1, 3]], dtype), np.ones((3, 3), dtype)
        expected = 1 + 2 * A @ B
        multiply_add(2.0, A, B, 1.0, C)
        assert np.array_equal(C, expected)
        multiply_transposed_add(2.0, A, np.ascontiguousarray(B.T), 0.0, C)
        assert np.array_equal(C, expected - 1)
        transposed_multiply_add(2.0, np.ascontiguousarray(A.T), B, -1.0, C)
        assert np.array_equal(C, np.zeros((3, 3)))


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_library_says_what_installs_it(name, monkeypatch):
    monkeypatch.setattr(interface, "find_spec", lambda library: None)
    assert IMPLEMENTATIONS[name].missing == "needs numba, which is not installed; `pip install '.[compiled]'` brings it"
