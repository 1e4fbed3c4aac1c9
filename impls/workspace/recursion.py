"""Backprop into arrays made beforehand, with the cache in the call stack: a frame holds views into their block."""

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
    """One recursion: forward on the way down, the loss at the bottom, backward as the stack unwinds."""
    loss, _ = recurse(network, 0, X, Y, emit, places)
    return loss


def recurse(network, l, A_prev, Y, emit, places):
    """The loss, and its gradient by A_prev; a frame holds the places of A_prev and A until it returns."""
    layers = network.layers
    if l == len(layers):
        return LOSSES[network.loss](A_prev, Y, *places.loss)
    A = forward(layers[l], A_prev, places.activations[l])
    loss, dA = recurse(network, l + 1, A, Y, emit, places)
    dA, dW, db = backward(layers[l], A_prev, A, dA, places.backward[l])
    emit(l, dW, db)
    return loss, dA
