"""Backprop with the cache in a list, kept until backward is over."""

from impls.interface import Implementation
from impls.layers import backward, forward
from impls.losses import LOSSES
from impls.peaks import list_kept


def backprop(network, X, Y, emit):
    """Two loops; every activation stays in the list to the end, as the course teaches it."""
    layers = network.layers
    activations = [X]
    for layer in layers:
        activations.append(forward(layer, activations[-1]))
    loss, dA = LOSSES[network.loss](activations[-1], Y)
    for l in reversed(range(len(layers))):
        A_prev, A = activations[l], activations[l + 1]
        dA, dW, db = backward(layers[l], A_prev, A, dA)
        emit(l, dW, db)
        del dW, db  # or they would outlive their layer
    return loss


iterative = Implementation("iterative", "kept list", "a list, kept until backward is over", "loop", backprop, list_kept, cache_kind="list")
