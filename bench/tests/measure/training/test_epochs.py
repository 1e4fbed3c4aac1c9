"""One training: the same bits by all, and a quality that scikit-learn's metrics agree with."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, log_loss

from bench.measure.training.convergence import MOST_EPOCHS, epochs_to_converge
from bench.measure.training.epochs import quality, train
from bench.measure.training.recipes import Recipe
from bench.measure.training.split import split
from bench.plan.data import datasets
from impls import IMPLEMENTATIONS
from impls.layers import forward
from impls.network import make_network
from impls.tests.present import NUMPY_ALONE
from impls.updates import UPDATES

RECIPE = Recipe(depth=4, width=32, learning_rate=0.1, epochs=3, seed=5)
EXACT = [name for name, implementation in NUMPY_ALONE.items() if implementation.exact]


@pytest.fixture(scope="module", params=["breast_cancer", "digits"])
def parts(request):
    return split(datasets.load(request.param), RECIPE.seed)


def bits(parts, name, update, recipe=RECIPE):
    return [(epoch.loss, epoch.held_out_loss, epoch.accuracy) for epoch in train(parts, IMPLEMENTATIONS[name], update, recipe)]


@pytest.mark.parametrize("update", UPDATES)
@pytest.mark.parametrize("name", EXACT)
def test_every_loss_is_the_same_to_the_last_bit(parts, name, update):
    assert bits(parts, name, update) == bits(parts, "iterative", "deferred")


def test_another_seed_is_another_training(parts):
    assert bits(parts, "iterative", "fused", Recipe(4, 32, 0.1, 3, 6)) != bits(parts, "iterative", "fused")


def test_quality_is_what_scikit_learn_says(parts):
    held_out = parts.held_out
    network = make_network((len(held_out.X), 32, len(held_out.Y)), loss=held_out.loss, seed=1)
    A = held_out.X
    for layer in network.layers:
        A = forward(layer, A)
    if len(A) == 1:
        truth, guess, share = held_out.Y[0], A[0] > 0, 1 / (1 + np.exp(-A[0]))
    else:
        truth, guess, share = held_out.Y.argmax(axis=0), A.argmax(axis=0), (np.exp(A) / np.exp(A).sum(axis=0)).T
    assert quality(network, held_out) == pytest.approx((log_loss(truth, share), accuracy_score(truth, guess)))


def test_it_learns_from_the_training_part_alone(parts):
    spoilt = parts._replace(held_out=parts.held_out._replace(X=parts.held_out.X * 0, Y=1 - parts.held_out.Y))
    losses = [[epoch.loss for epoch in train(part, IMPLEMENTATIONS["recursive"], "fused", RECIPE)] for part in (parts, spoilt)]
    assert losses[0] == losses[1]


def test_the_usual_training_converges_before_it_must_end(parts):
    held_out = [epoch.held_out_loss for epoch in train(parts, IMPLEMENTATIONS["iterative"], "deferred", Recipe(4, 32, 0.1, 100, 0))]
    assert 11 <= epochs_to_converge(held_out) < MOST_EPOCHS


def test_a_training_that_gets_nowhere_or_diverges_ends_at_the_most(parts):
    assert epochs_to_converge([0.99**n for n in range(MOST_EPOCHS)]) == MOST_EPOCHS
    assert epochs_to_converge([float("nan")] * MOST_EPOCHS) == MOST_EPOCHS
