"""Recipes: what trainings that are compared have in common, in the usual network and in one as deep as ResNet-152."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """What all trainings that are compared have in common.

    Attributes:
        depth, width: weight layers, and units of each hidden layer.
        learning_rate: of plain gradient descent.
        epochs: how often each example is seen.
        seed: of the first weights and of the order of the examples.

    """

    depth: int
    width: int
    learning_rate: float
    epochs: int
    seed: int


BATCH = 32


def usual(epochs: int, seed: int) -> Recipe:
    """Four layers, for as many epochs as it takes them to converge."""
    return Recipe(4, 32, 0.1, epochs, seed)


DEEP_DEPTH = 152  # that of the residual network of He et al. (2016); this one is plain, so its steps must be small
DEEP_IMPLS = ("iterative_pop", "recursive")
DEEP_UPDATE = "fused"
DEEP_EXAMPLES = 512  # at most, so that large data do not make it long


def deep(seed: int) -> Recipe:
    """As many layers as ResNet-152 has, for long enough to show that they learn."""
    return Recipe(DEEP_DEPTH, 32, 0.003, 40, seed)
