"""The split: a part of the data is held out of training, and only the other part says how features are scaled."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bench.plan.data.batches import Batch

if TYPE_CHECKING:  # what a training is measured by need not load pandas
    from bench.plan.data.datasets import Dataset

HELD_OUT = 0.2  # of the examples; one at least


class Split(NamedTuple):
    """The examples to train on, and those that are held out."""

    training: Batch
    held_out: Batch


def split(dataset: Dataset, seed: int, most: int | None = None) -> Split:
    """The dataset's examples in an order that the seed fixes, the first fifth held out; `most` is how many to train on at most.

    Features get mean 0 and variance 1 over the examples to train on, so that nothing is learned from the others. That the
    dataset has scaled them over all examples before changes nothing, since both scalings are linear. A feature that is the
    same in all examples to train on is only shifted.
    """
    order = np.random.default_rng(seed).permutation(dataset.X.shape[1])
    held_out, training = np.split(order, [max(1, round(HELD_OUT * len(order)))])
    known = dataset.X[:, training[:most]]
    mean, deviation = known.mean(axis=1, keepdims=True), known.std(axis=1, keepdims=True)
    X = (dataset.X - mean) / np.where(deviation > 1e-12, deviation, 1)  # what is constant has some rounding left
    return Split(*(_batch(X, dataset, part) for part in (training[:most], held_out)))


def _batch(X: np.ndarray, dataset: Dataset, part: np.ndarray) -> Batch:
    return Batch(np.ascontiguousarray(X[:, part]), np.ascontiguousarray(dataset.Y[:, part]), dataset.loss)
