"""Backprop with the cache in the call stack.

`recurse` is a plain function of the module on purpose: a nested one would refer to itself through its own
closure cell, a cycle that keeps a step's arrays alive until the garbage collector runs.
"""

from impls.interface import Implementation
from impls.layers import backward, forward
from impls.losses import LOSSES
from impls.peaks import call_stack


def backprop(network, X, Y, emit):
    """One recursion: forward on the way down, the loss at the bottom, backward as the stack unwinds."""
    loss, _ = recurse(network, 0, X, Y, emit)
    return loss


def recurse(network, l, A_prev, Y, emit):
    """The loss, and its gradient by A_prev; a frame keeps A_prev and A until it returns."""
    layers = network.layers
    if l == len(layers):
        return LOSSES[network.loss](A_prev, Y)
    A = forward(layers[l], A_prev)
    loss, dA = recurse(network, l + 1, A, Y, emit)
    dA, dW, db = backward(layers[l], A_prev, A, dA)
    emit(l, dW, db)
    return loss, dA


recursive = Implementation(
    "recursive", "recursion", "the call stack: one frame a layer", "recursion", backprop, call_stack, cache_kind="call stack"
)
