"""Backprop with the cache in a list, each activation released as it is used."""

from impls.interface import Implementation
from impls.layers import backward, forward
from impls.losses import LOSSES
from impls.peaks import list_popped


def backprop(network, X, Y, emit):
    """Two loops; backward pops the list, so that it shrinks while the gradients grow."""
    layers = network.layers
    activations = [X]
    for layer in layers:
        activations.append(forward(layer, activations[-1]))
    loss, dA = LOSSES[network.loss](activations[-1], Y)
    for l in reversed(range(len(layers))):
        A, A_prev = activations.pop(), activations[-1]
        dA, dW, db = backward(layers[l], A_prev, A, dA)
        emit(l, dW, db)
        del dW, db  # or they would outlive their layer
    return loss


iterative_pop = Implementation(
    "iterative_pop", "popped list", "a list, popped as backward runs", "loop", backprop, list_popped, cache_kind="list"
)
