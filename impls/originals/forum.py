"""The thread's program as it was described: one recursive function over the course's dict of parameters.

Written from that description. The base case computes the cost and dA; backward, through a helper that is
handed everything, stores a gradient or updates the parameters in place, which here is what `emit` decides.
"""

import numpy as np

from impls.interface import Implementation
from impls.layers import COLUMNS
from impls.originals.parts import ACTIVATIONS, COSTS, activations_of, parameters_of
from impls.originals.peaks import z_beside_a


def backprop(network, X, Y, emit):
    """One recursion, over the network's own arrays under "W1", "b1", ..."""
    activations = activations_of(network)
    cost, _ = forward_and_backward(X, Y, parameters_of(network), activations, 1, emit)
    return cost


def forward_and_backward(A_prev, Y, parameters, activations, l, emit):
    """The cost and dA_prev; a frame keeps A_prev, Z and A."""
    if l > len(activations):
        return COSTS[activations[-1]](A_prev, Y)
    Z = np.dot(parameters[f"W{l}"], A_prev) + parameters[f"b{l}"]
    A = ACTIVATIONS[activations[l - 1]][0](Z)
    cost, dA = forward_and_backward(A, Y, parameters, activations, l + 1, emit)
    return cost, backward(dA, A_prev, Z, parameters, activations[l - 1], l, emit)


def backward(dA, A_prev, Z, parameters, activation, l, emit):
    """dA_prev; the layer's gradient is handed on as it appears."""
    m = A_prev.shape[1]
    dZ = ACTIVATIONS[activation][1](dA, Z)
    dW = np.dot(dZ, A_prev.T) / m
    db = np.sum(dZ, axis=1, keepdims=True) / m
    dA_prev = np.dot(parameters[f"W{l}"].T, dZ)
    emit(l - 1, dW, db)
    return dA_prev


CACHE = "the call stack: one frame a layer, with Z and A"
forum = Implementation("forum", "forum", CACHE, "recursion", backprop, z_beside_a, exact=False, cache_kind="call stack", layouts=(COLUMNS,))
