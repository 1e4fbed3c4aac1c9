"""Examples as rows: the same network, the same gradients to rounding, and within the layout the same to the last bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impls import IMPLEMENTATIONS, Implementation
from impls.contract import SIBLING_TOLERANCE, BrokenContract, check, example, gradients_of, relative_error
from impls.iterative import backprop, iterative
from impls.layers import HIDDEN_ACTIVATIONS, LAYOUTS, backward, forward
from impls.losses import LOSSES
from impls.network import DTYPES, make_network
from impls.tests.present import COMPILED, FRAMEWORKS, NUMPY_ALONE, over_a_library
from impls.updates import UPDATES

OF_BOTH = {name: implementation for name, implementation in NUMPY_ALONE.items() if "rows" in implementation.layouts}
of_both = pytest.mark.parametrize("implementation", OF_BOTH.values(), ids=list(OF_BOTH))
networks = st.fixed_dictionaries(
    {
        "sizes": st.lists(st.integers(1, 9), min_size=2, max_size=7),
        "activation": st.sampled_from(HIDDEN_ACTIVATIONS),
        "dtype": st.sampled_from(DTYPES),
        "examples": st.integers(1, 9),
        "seed": st.integers(0, 2**16),
    }
)


def together(gradients):
    return np.concatenate([array.ravel() for pair in gradients for array in pair])


def test_one_layer_by_hand():
    """Two units over three, two examples: Z = X W^T + b^T. With dA = 1, dW is the sum of x over examples, db is 2 and dA_prev that of W."""
    layer = make_network((3, 2, 1), layout="rows").layers[0]
    layer.activation, layer.first = "linear", False
    layer.W[...], layer.b[...] = [[1, 2, 3], [4, 5, 6]], [[10], [20]]
    X = np.array([[1.0, 0, 2], [0, 1, 1]])
    A = forward(layer, X)
    np.testing.assert_array_equal(A, [[1 + 6 + 10, 4 + 12 + 20], [2 + 3 + 10, 5 + 6 + 20]])
    dA_prev, dW, db = backward(layer, X, A, np.ones((2, 2)))
    np.testing.assert_array_equal(dW, [[1, 1, 3], [1, 1, 3]])
    np.testing.assert_array_equal(db, [[2], [2]])
    np.testing.assert_array_equal(dA_prev, [[5, 7, 9], [5, 7, 9]])
    assert dW.flags.c_contiguous


def test_softmax_by_hand():
    """Equal logits of four classes: the loss is log 4 an example, and dlogits are a quarter, less 1 at the class, over two examples."""
    Y = np.array([[1.0, 0, 0, 0], [0, 0, 1, 0]])
    loss, dlogits = LOSSES["softmax_cross_entropy_of_rows"](np.full((2, 4), 3.0), Y)
    assert loss == pytest.approx(np.log(4), rel=1e-14)
    np.testing.assert_allclose(dlogits, (0.25 - Y) / 2, rtol=1e-14)


def test_the_network_is_the_same_and_the_batch_is_transposed():
    (columns, X, Y), (rows, X_rows, Y_rows) = (example((5, 4, 3), examples=7, layout=layout) for layout in LAYOUTS)
    assert X_rows.shape == (7, 5)
    assert X_rows.flags.c_contiguous
    assert np.array_equal(X_rows, X.T)
    assert np.array_equal(Y_rows, Y.T)
    assert columns.examples(X) == rows.examples(X_rows) == 7
    assert (columns.rows, rows.rows) == (False, True)
    assert (columns.loss, rows.loss) == ("softmax_cross_entropy", "softmax_cross_entropy_of_rows")
    for layer, other in zip(columns.layers, rows.layers, strict=True):
        assert np.array_equal(layer.W, other.W)
        assert layer.W.strides == other.W.strides
        assert np.array_equal(layer.b, other.b)


@of_both
@given(network=networks)
@settings(max_examples=100, deadline=None)
def test_every_bit_within_the_layout_and_rounding_between_the_two(implementation, network):
    loss, gradients = gradients_of(implementation, *example(**network, layout="rows"))
    expected_loss, expected = gradients_of(iterative, *example(**network, layout="rows"))
    assert loss == expected_loss
    assert together(gradients).tobytes() == together(expected).tobytes()
    loss_of_columns, of_columns = gradients_of(iterative, *example(**network))
    tolerance = SIBLING_TOLERANCE[network["dtype"]]
    assert loss == pytest.approx(loss_of_columns, rel=tolerance)
    assert relative_error(together(gradients), together(of_columns)) < tolerance


@of_both
@pytest.mark.parametrize("activation", HIDDEN_ACTIVATIONS)
def test_the_contract_is_kept(implementation, activation):
    check(implementation, activation, "rows")


@of_both
@pytest.mark.parametrize("classes", [1, 3])
def test_both_updates_end_a_training_on_the_same_bits(implementation, classes):
    ends = []
    for update in UPDATES.values():
        network, X, Y = example((6, 8, 8, 8, classes), examples=20, layout="rows")
        losses = [update(implementation, network, X, Y, 0.1) for _ in range(50)]
        ends.append((losses, [array.tobytes() for layer in network.layers for array in (layer.W, layer.b)]))
    assert ends[0] == ends[1]
    assert ends[0][0][-1] < ends[0][0][0], "50 steps must have learned something"


@pytest.mark.parametrize("implementation", [*OF_BOTH.values(), *over_a_library(*FRAMEWORKS, *COMPILED)])
def test_a_batch_of_another_size_finds_room(implementation):
    network, *_ = implementation.prepared(*example((3, 4, 4, 2), examples=20, layout="rows"))
    _, X, Y = example((3, 4, 4, 2), examples=5, seed=1, layout="rows")
    loss = UPDATES["deferred"](implementation, network, X, Y, 0.1)
    assert loss == pytest.approx(iterative.backprop(example((3, 4, 4, 2), layout="rows")[0], X, Y, lambda l, dW, db: None), rel=1e-9)


@pytest.mark.parametrize("framework", over_a_library(*FRAMEWORKS))
def test_the_frameworks_take_rows_too(framework):
    check(framework, layout="rows")


@pytest.mark.parametrize("name", [name for name in IMPLEMENTATIONS if "rows" not in IMPLEMENTATIONS[name].layouts])
def test_what_is_written_for_columns_says_so(name, monkeypatch):
    monkeypatch.setattr(Implementation, "missing", "")
    with pytest.raises(BrokenContract, match=r"^is written for examples as columns and not as rows$"):
        check(IMPLEMENTATIONS[name], layout="rows")


def test_arithmetic_of_ones_own_for_columns_is_found_out():
    def of_columns(network, X, Y, emit):
        for layer in network.layers:
            assert layer.W.shape[1] == len(X)
        return backprop(network, X, Y, emit)

    with pytest.raises(BrokenContract, match="raises AssertionError"):
        check(Implementation("mine", "mine", "a list", "loop", of_columns), layout="rows")


def test_layouts_that_are_not_known_are_refused():
    with pytest.raises(ValueError, match="unknown layout 'diagonal'; there are columns, rows"):
        make_network((3, 1), layout="diagonal")
    for layouts in ((), ("diagonal",)):
        with pytest.raises(ValueError, match="not some of columns, rows"):
            Implementation("odd", "odd", "odd", "loop", backprop, layouts=layouts)
