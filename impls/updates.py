"""When parameters change: after backward is over, or layer by layer while it runs.

Each update is one training step of gradient descent, in place. It gives the implementation the
`emit` to call, so where the cache lives and when parameters change are two independent choices,
and both orders end on the same bits. An implementation that has an update of its own uses that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from impls.interface import Implementation
from impls.layers import Layer
from impls.network import Network

if TYPE_CHECKING:
    from impls.interface import Emit


def deferred(implementation: Implementation, network: Network, X: np.ndarray, Y: np.ndarray, learning_rate: float) -> float:
    """The classic order: all gradients first, then all updates. Returns the loss before the step."""
    if "deferred" in implementation.steps:
        return implementation.steps["deferred"](network, X, Y, learning_rate)
    gradients = []
    loss = implementation.backprop(network, X, Y, lambda l, dW, db: gradients.append((l, dW, db)))
    for l, dW, db in gradients:
        descend(network.layers[l], dW, db, learning_rate)
    return loss


def fused(implementation: Implementation, network: Network, X: np.ndarray, Y: np.ndarray, learning_rate: float) -> float:
    """Each layer as its gradient appears; one gradient is alive at a time. Returns the loss before the step.

    Sound because `backward` has used the old W before `emit` is called (Lv et al. 2023, LOMO).
    """
    if "fused" in implementation.steps:
        return implementation.steps["fused"](network, X, Y, learning_rate)
    return implementation.backprop(network, X, Y, fusing(network, learning_rate))


def fusing(network: Network, learning_rate: float) -> Emit:
    """The `emit` that updates a layer on the spot."""
    layers = network.layers
    return lambda l, dW, db: descend(layers[l], dW, db, learning_rate)


def descend(layer: Layer, dW: np.ndarray, db: np.ndarray, learning_rate: float) -> None:
    """W -= learning_rate dW and b -= learning_rate db; the gradients' arrays are overwritten."""
    dW *= learning_rate
    layer.W -= dW
    db *= learning_rate
    layer.b -= db


UPDATES = {"deferred": deferred, "fused": fused}
