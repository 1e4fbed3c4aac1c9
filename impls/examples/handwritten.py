"""A plain loop with its arithmetic written out: an example of bringing your own, and a yardstick.

    unwind run --with impls/examples/handwritten.py --sweep impls/examples/yardstick.toml --baseline handwritten

shows what the layers, the registry and the shared arithmetic of `impls/` cost against writing a tanh
network down by hand.
"""

import numpy as np

from impls import Implementation
from impls.losses import LOSSES


def backprop(network, X, Y, emit):
    """Forward and backward for tanh layers and a linear last one, as one would write them."""
    layers = network.layers
    activations = [X]
    for layer in layers[:-1]:
        activations.append(np.tanh(layer.W @ activations[-1] + layer.b))
    logits = layers[-1].W @ activations[-1] + layers[-1].b
    loss, dZ = LOSSES[network.loss](logits, Y)
    for l in reversed(range(len(layers))):
        A_prev = activations.pop()
        dW, db = dZ @ A_prev.T, dZ.sum(axis=1, keepdims=True)
        if l:
            dZ = (layers[l].W.T @ dZ) * (1 - A_prev**2)
        emit(l, dW, db)  # last, since a fused update changes W in it
        del dW, db
    return loss


handwritten = Implementation("handwritten", "by hand", "a list, popped as backward runs", "loop", backprop, cache_kind="list")
