"""Epochs: the same network trained by each implementation and update, epoch by epoch.

They show whether all learn the same, to the last bit, and what a whole training costs with each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter, process_time

import numpy as np

from bench.plan.datasets import Dataset
from impls import Implementation
from impls.layers import forward
from impls.network import Network, make_network
from impls.updates import UPDATES

HIDDEN = (32, 32, 32)
EPOCHS = 30
BATCH = 32
LEARNING_RATE = 0.1


@dataclass(frozen=True)
class Epoch:
    """The mean loss over an epoch's batches, the accuracy after it, and the seconds that its steps took."""

    dataset: str
    impl: str
    update: str
    epoch: int
    loss: float
    accuracy: float
    cpu_s: float
    wall_s: float


def train(dataset: Dataset, implementation: Implementation, update: str, epochs: int = EPOCHS, seed: int = 0) -> Iterator[Epoch]:
    """Train a network of four layers with plain gradient descent on shuffled batches; yield each epoch.

    The seed fixes the first weights and the order of the examples, so that two trainings differ only in
    the implementation and the update.
    """
    network = make_network((len(dataset.X), *HIDDEN, len(dataset.Y)), "tanh", dataset.loss, seed=seed)
    for size in {BATCH, dataset.X.shape[1] % BATCH} - {0}:  # compiles, where that depends on the size, outside the clock
        implementation.prepared(network, dataset.X[:, :size].copy(), dataset.Y[:, :size].copy())
    network, *_ = implementation.prepared(network, dataset.X, dataset.Y)
    rng = np.random.default_rng(seed)
    for epoch in range(1, epochs + 1):
        batches = _batches(dataset, rng)
        cpu, wall = process_time(), perf_counter()
        losses = [UPDATES[update](implementation, network, X, Y, LEARNING_RATE) for X, Y in batches]
        cpu, wall = process_time() - cpu, perf_counter() - wall
        yield Epoch(
            dataset.name,
            implementation.name,
            update,
            epoch,
            float(np.mean(losses)),
            accuracy(network, dataset),
            cpu,
            wall,
        )


def accuracy(network: Network, dataset: Dataset) -> float:
    """The share of examples whose class is the one with the largest logit, or the logit's sign for two classes."""
    A = dataset.X
    for layer in network.layers:
        A = forward(layer, A)
    correct = (A > 0) == dataset.Y if len(A) == 1 else A.argmax(axis=0) == dataset.Y.argmax(axis=0)
    return float(np.mean(correct))


def _batches(dataset: Dataset, rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray]]:
    order = rng.permutation(dataset.X.shape[1])
    parts = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    return [(np.ascontiguousarray(dataset.X[:, part]), np.ascontiguousarray(dataset.Y[:, part])) for part in parts]
