"""Epochs: one whole training, by one implementation under one update, epoch by epoch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter, process_time

import numpy as np

from bench.measure.training.recipes import BATCH, Recipe
from bench.measure.training.split import Split
from bench.plan.data.batches import Batch
from impls import Implementation
from impls.layers import forward
from impls.losses import LOSSES
from impls.network import Network, make_network
from impls.updates import UPDATES

AT_ONCE = 256  # examples


@dataclass(frozen=True)
class Epoch:
    """One epoch: the mean loss over its steps and the seconds that they took; and how good the network is after it, on the
    examples that it was trained on and on those that were held out.
    """

    epoch: int
    loss: float
    accuracy: float
    held_out_loss: float
    held_out_accuracy: float
    cpu_s: float
    wall_s: float


def train(split: Split, implementation: Implementation, update: str, recipe: Recipe) -> Iterator[Epoch]:
    """Train a network with tanh on shuffled batches; yield each epoch. Only its steps are timed.

    Two trainings by one recipe differ in the implementation and the update alone.
    """
    training, held_out = split
    sizes = [len(training.X), *[recipe.width] * (recipe.depth - 1), len(training.Y)]
    network = make_network(sizes, "tanh", training.loss, seed=recipe.seed)
    for size in {BATCH, training.X.shape[1] % BATCH} - {0}:  # compiles, where that depends on the size, outside the clock
        implementation.prepared(network, training.X[:, :size].copy(), training.Y[:, :size].copy())
    network, *_ = implementation.prepared(network, training.X, training.Y)
    rng = np.random.default_rng(recipe.seed)
    for number in range(1, recipe.epochs + 1):
        batches = _batches(training, rng)
        cpu, wall = process_time(), perf_counter()
        losses = [UPDATES[update](implementation, network, X, Y, recipe.learning_rate) for X, Y in batches]
        cpu, wall = process_time() - cpu, perf_counter() - wall
        _, accuracy = quality(network, training)
        yield Epoch(number, float(np.mean(losses)), accuracy, *quality(network, held_out), cpu, wall)


def quality(network: Network, examples: Batch) -> tuple[float, float]:
    """The mean loss, and the accuracy: the share of examples whose class has the largest logit, or, where there are two
    classes, whose logit has the right sign.

    It runs in parts, since large arrays would change what malloc does in the steps to come.
    """
    loss = correct = 0.0
    for X, Y in _cut(examples.X, examples.Y, AT_ONCE):
        A = X
        for layer in network.layers:
            A = forward(layer, A)
        right = (A > 0) == Y if len(A) == 1 else A.argmax(axis=0) == Y.argmax(axis=0)
        correct += float(np.sum(right))
        loss += LOSSES[examples.loss](A, Y)[0] * X.shape[1]
    count = examples.X.shape[1]
    return loss / count, correct / count


def _batches(examples: Batch, rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray]]:
    order = rng.permutation(examples.X.shape[1])
    return [(X.copy(), Y.copy()) for X, Y in _cut(examples.X[:, order], examples.Y[:, order], BATCH)]


def _cut(X: np.ndarray, Y: np.ndarray, size: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The examples in parts, the last of which may be smaller."""
    for start in range(0, X.shape[1], size):
        yield X[:, start : start + size], Y[:, start : start + size]
