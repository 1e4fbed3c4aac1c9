"""Backprop with the cache in a chain of closures: each layer's forward gives the function that runs its backward.

This is how functional automatic differentiation works (Pearlmutter & Siskind 2008; JAX calls the function a pullback).
A pullback returns its predecessor to a loop and does not call it: composed calls would all be active at
once, and each would keep its gradient alive.
"""

from impls.interface import Implementation
from impls.layers import backward, forward
from impls.losses import LOSSES
from impls.peaks import pullbacks


def backprop(network, X, Y, emit):
    """Two loops; the chain of pullbacks is all that the second one has, and it drops each after its call."""
    A, pullback = X, None
    for l, layer in enumerate(network.layers):
        A, pullback = forward_and_pullback(l, layer, A, pullback, emit)
    loss, dA = LOSSES[network.loss](A, Y)
    del A  # or the logits would outlive their layer
    while pullback:
        dA, pullback = pullback(dA)
    return loss


def forward_and_pullback(l, layer, A_prev, previous, emit):
    """A, and the function from dA to dA_prev, which keeps A_prev, A and the `previous` pullback."""
    A = forward(layer, A_prev)

    def pullback(dA):
        dA_prev, dW, db = backward(layer, A_prev, A, dA)
        emit(l, dW, db)
        return dA_prev, previous

    return A, pullback


closures = Implementation("closures", "closures", "a chain of closures: one pullback a layer", "loop", backprop, pullbacks)
