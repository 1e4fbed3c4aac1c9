"""The split, beside scikit-learn's scaler."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import StandardScaler

from bench.measure.training.split import split
from bench.plan.data import datasets
from bench.plan.data.datasets import Dataset


@pytest.fixture(scope="module")
def numbered():
    """Examples that can be told apart by their first feature."""
    X = np.arange(300.0).reshape(3, 100) ** 1.5
    return Dataset("numbered", X, (np.arange(100.0) % 2).reshape(1, -1), "binary_cross_entropy")


def test_each_example_is_in_one_part_with_its_target():
    dataset = Dataset("d", np.arange(100.0).reshape(1, -1), np.arange(100.0).reshape(1, -1), "binary_cross_entropy")
    training, held_out = split(dataset, seed=3)
    assert training.Y.shape == (1, 80)
    assert held_out.Y.shape == (1, 20)
    assert sorted([*training.Y[0], *held_out.Y[0]]) == [*range(100)]
    for part in (training, held_out):
        assert np.corrcoef(part.X[0], part.Y[0])[0, 1] == pytest.approx(1)


def test_the_seed_fixes_the_split(numbered):
    first, again, other = split(numbered, 0), split(numbered, 0), split(numbered, 1)
    np.testing.assert_equal(first.held_out.X, again.held_out.X)
    assert not np.array_equal(first.held_out.X, other.held_out.X)


def test_features_are_scaled_by_the_training_part_alone():
    """From the raw features, which the dataset has scaled over all examples before."""
    raw, labels = load_breast_cancer(return_X_y=True)
    order = np.random.default_rng(7).permutation(569)
    held_out, training = order[:114], order[114:]
    scaler = StandardScaler().fit(raw[training])
    parts = split(datasets.load("breast_cancer"), seed=7)
    np.testing.assert_allclose(parts.training.X, scaler.transform(raw[training]).T, atol=1e-9)
    np.testing.assert_allclose(parts.held_out.X, scaler.transform(raw[held_out]).T, atol=1e-9)
    np.testing.assert_equal(parts.held_out.Y[0], labels[held_out])


def test_a_feature_that_is_constant_among_the_training_part_stays_finite(numbered):
    X = np.vstack([numbered.X, np.full((1, 100), 0.1)])
    training, held_out = split(Dataset("d", X, numbered.Y, numbered.loss), 0)
    assert np.abs(training.X[-1]).max() < 1e-9
    assert np.abs(held_out.X[-1]).max() < 1e-9


def test_fewer_examples_to_train_on_leave_the_held_out_ones_as_they_are(numbered):
    training, held_out = split(numbered, 0, most=10)
    assert training.X.shape == (3, 10)
    assert held_out.X.shape == (3, 20)
    np.testing.assert_allclose(training.X.mean(axis=1), 0, atol=1e-12)


def test_two_examples_are_one_of_each():
    training, held_out = split(Dataset("d", np.eye(2), np.array([[0.0, 1.0]]), "binary_cross_entropy"), 0)
    assert training.X.shape == held_out.X.shape == (2, 1)
