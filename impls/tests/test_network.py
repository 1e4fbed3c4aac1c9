"""Networks, initialisers, activations and losses, against closed forms and SciPy."""

import numpy as np
import pytest
from scipy.special import expit, log_expit, logsumexp, softmax

from impls.layers import ACTIVATE, HIDDEN_ACTIVATIONS, TIMES_DERIVATIVE, forward
from impls.losses import binary_cross_entropy, softmax_cross_entropy
from impls.network import make_network


def test_sizes_activations_and_dtypes():
    network = make_network((30, 8, 8, 1), "relu", dtype="float32")
    assert [layer.W.shape for layer in network.layers] == [(8, 30), (8, 8), (1, 8)]
    assert [layer.b.shape for layer in network.layers] == [(8, 1), (8, 1), (1, 1)]
    assert [layer.activation for layer in network.layers] == ["relu", "relu", "linear"]
    assert [layer.first for layer in network.layers] == [True, False, False]
    assert {array.dtype for layer in network.layers for array in (layer.W, layer.b)} == {np.dtype("float32")}
    assert network.loss == "binary_cross_entropy"


@pytest.mark.parametrize("shape", [(7, 7), (9, 4), (4, 9)], ids=str)
def test_orthogonal_weights_keep_lengths(shape):
    W = make_network((shape[1], shape[0], 1)).layers[0].W
    small = min(shape)
    product = W @ W.T if shape[0] <= shape[1] else W.T @ W
    np.testing.assert_allclose(product, np.eye(small), atol=1e-12)


@pytest.mark.parametrize(("initialiser", "variance"), [("he", 2 / 300), ("xavier", 2 / 500)])
def test_normal_weights_have_the_variance_of_their_paper(initialiser, variance):
    W = make_network((300, 200, 1), initialiser=initialiser).layers[0].W
    assert W.var() == pytest.approx(variance, rel=0.03)  # 60 000 draws: one standard error is 0.6 %


def test_the_seed_fixes_the_weights():
    first, same, other = (make_network((5, 4, 1), seed=seed).layers[0].W for seed in (1, 1, 2))
    assert np.array_equal(first, same)
    assert not np.array_equal(first, other)


def test_small_layers_drawn_in_chunks_are_all_there():
    network = make_network([4] * 3_000)
    assert len({layer.W.tobytes() for layer in network.layers}) == 2_999


def test_a_deep_orthogonal_tanh_network_stays_alive():
    network = make_network([4] * 2_000 + [1])
    A = np.random.default_rng(0).standard_normal((4, 4))
    for layer in network.layers:
        A = forward(layer, A)
    assert 1e-3 < np.abs(A).max() < 10


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"sizes": (3,)}, "sizes must be"),
        ({"sizes": (3, 0, 1)}, "sizes must be"),
        ({"sizes": (3, 1), "activation": "swish"}, "unknown activation 'swish'; there are tanh, relu, sigmoid"),
        ({"sizes": (3, 1), "loss": "mse"}, "unknown loss 'mse'"),
        ({"sizes": (3, 1), "initialiser": "zeros"}, "unknown initialiser 'zeros'"),
        ({"sizes": (3, 1), "dtype": "float16"}, "unknown dtype 'float16'"),
    ],
)
def test_bad_arguments_are_named(arguments, complaint):
    with pytest.raises(ValueError, match=complaint):
        make_network(**arguments)


REFERENCES = {"tanh": np.tanh, "sigmoid": expit, "relu": lambda Z: np.where(Z > 0, Z, 0)}


@pytest.mark.parametrize("activation", HIDDEN_ACTIVATIONS)
def test_activations_against_scipy_and_their_derivatives_against_differences(activation):
    Z = np.array([[-800.0, -30.0, -1.3, -0.2, 0.4, 2.0, 30.0, 800.0]])
    A = ACTIVATE[activation](Z.copy(), np.empty_like(Z))
    np.testing.assert_allclose(A, REFERENCES[activation](Z), rtol=1e-12, atol=1e-15)
    step = 1e-6
    slope = (REFERENCES[activation](Z + step) - REFERENCES[activation](Z - step)) / (2 * step)
    np.testing.assert_allclose(TIMES_DERIVATIVE[activation](np.ones_like(Z), A), slope, atol=1e-8)


def test_binary_cross_entropy_against_scipy():
    logits, Y = np.array([[-900.0, -2.0, 0.0, 3.0, 900.0]]), np.array([[1.0, 0.0, 1.0, 1.0, 1.0]])
    loss, gradient = binary_cross_entropy(logits, Y)
    assert loss == pytest.approx(-np.mean(Y * log_expit(logits) + (1 - Y) * log_expit(-logits)), rel=1e-12)
    np.testing.assert_allclose(gradient, (expit(logits) - Y) / 5, atol=1e-16)


def test_softmax_cross_entropy_against_scipy():
    logits = np.array([[1000.0, 0.1, -5.0], [998.0, 0.2, 3.0], [-1000.0, 0.3, 3.0]])
    Y = np.eye(3)[:, [1, 0, 2]]
    loss, gradient = softmax_cross_entropy(logits, Y)
    assert loss == pytest.approx(np.mean(logsumexp(logits, axis=0) - (logits * Y).sum(axis=0)), rel=1e-12)
    np.testing.assert_allclose(gradient, (softmax(logits, axis=0) - Y) / 3, atol=1e-16)
