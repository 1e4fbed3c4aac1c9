"""Backprop into arrays made beforehand, with the cache in their block."""

from impls.layers import backward, forward
from impls.losses import LOSSES
from impls.updates import fusing
from impls.workspace.room import room_for


def backprop(network, X, Y, emit):
    """Each gradient into a place of its own, where it stays until the next step."""
    return run(network, X, Y, emit, room_for(network, X).apart)


def fused(network, X, Y, learning_rate):
    """A training step with one gradient alive at a time, in the place of the one before."""
    return run(network, X, Y, fusing(network, learning_rate), room_for(network, X).together)


def run(network, X, Y, emit, places):
    """Two loops; each activation is written to its place in the block."""
    layers, activations = network.layers, places.activations
    A = X
    for l in range(len(layers)):
        A = forward(layers[l], A, activations[l])
    loss, dA = LOSSES[network.loss](A, Y, *places.loss)
    for l in reversed(range(len(layers))):
        A_prev, A = activations[l - 1] if l else X, activations[l]
        dA, dW, db = backward(layers[l], A_prev, A, dA, places.backward[l])
        emit(l, dW, db)
    return loss
