"""The course's program as it is taught: parameters in a dict, every cache a tuple of tuples, kept to the end.

The Deep Learning Specialization, course 1, week 4, and the baseline of the thread: written from a description, with
the course's names. Separate functions go forward, compute the cost, go backward through a list of caches, and update.
It computes dA0 too. It has one order only, all gradients and then all updates, so a fused update saves it nothing.
"""

import numpy as np

from impls.interface import Implementation
from impls.layers import COLUMNS
from impls.originals.parts import ACTIVATIONS, COSTS, activations_of, parameters_of
from impls.originals.peaks import tuples_kept


def backprop(network, X, Y, emit):
    """All the gradients into a dict; then they are emitted, last layer first."""
    cost, grads = cost_and_grads(parameters_of(network), activations_of(network), X, Y)
    for l in reversed(range(len(network.layers))):
        emit(l, grads.pop(f"dW{l + 1}"), grads.pop(f"db{l + 1}"))
    return cost


def step(network, X, Y, learning_rate):
    """The whole program, with its own update: a new dict of new arrays, which the network then refers to."""
    parameters = parameters_of(network)
    cost, grads = cost_and_grads(parameters, activations_of(network), X, Y)
    parameters = update_parameters(parameters, grads, learning_rate)
    for l, layer in enumerate(network.layers, 1):
        layer.W, layer.b = parameters[f"W{l}"], parameters[f"b{l}"]
    return cost


def cost_and_grads(parameters, activations, X, Y):
    """Forward, the cost, backward."""
    AL, caches = model_forward(X, parameters, activations)
    cost, dAL = COSTS[activations[-1]](AL, Y)
    return cost, model_backward(dAL, caches, activations)


def model_forward(X, parameters, activations):
    """AL, and a cache for each layer: ((A_prev, W, b), Z)."""
    A, caches = X, []
    for l, activation in enumerate(activations, 1):
        A, cache = linear_activation_forward(A, parameters[f"W{l}"], parameters[f"b{l}"], activation)
        caches.append(cache)
    return A, caches


def linear_activation_forward(A_prev, W, b, activation):
    """A, and the cache of both halves of the layer."""
    Z = np.dot(W, A_prev) + b
    return ACTIVATIONS[activation][0](Z), ((A_prev, W, b), Z)


def model_backward(dAL, caches, activations):
    """dA, dW and db of every layer, dA0 among them, in one dict that keeps them all."""
    L = len(caches)
    grads = {f"dA{L}": dAL}
    for l in reversed(range(L)):
        gradients = linear_activation_backward(grads[f"dA{l + 1}"], caches[l], activations[l])
        grads[f"dA{l}"], grads[f"dW{l + 1}"], grads[f"db{l + 1}"] = gradients
    return grads


def linear_activation_backward(dA, cache, activation):
    """dA_prev, dW and db."""
    (A_prev, W, _), Z = cache
    dZ = ACTIVATIONS[activation][1](dA, Z)
    m = A_prev.shape[1]
    return np.dot(W.T, dZ), np.dot(dZ, A_prev.T) / m, np.sum(dZ, axis=1, keepdims=True) / m


def update_parameters(parameters, grads, learning_rate):
    """A copy of the dict, with a new array for each parameter."""
    parameters = parameters.copy()
    for name in parameters:
        parameters[name] = parameters[name] - learning_rate * grads["d" + name]
    return parameters


course = Implementation(
    "course",
    "course",
    "a list of tuples of tuples, and a dict of all gradients",
    "loop",
    backprop,
    tuples_kept,
    exact=False,
    steps={"deferred": step},
    cache_kind="list",
    layouts=(COLUMNS,),
)
