"""Backprop with the cache in the tape that HIPS autograd records: a node, with a closure, for every operation.

Its usual form, a gradient by a list of parameters, takes time that grows with the square of depth: each access to the list
adds to a copy of it on the way back. Here a parameter is an operation of its own, by autograd's interface for extensions,
whose backward emits the gradient; the derivative is taken by a number that nothing depends on.
"""

from functools import partial

import autograd.numpy as anp
import numpy as np
from autograd import value_and_grad
from autograd.extend import defvjp, primitive
from autograd.tracer import getval

from impls.layers import Layer
from impls.network import Network


def prepare(network, X, Y):
    """Weights in Fortran's order, as autograd's gradients are: rows are examples here."""
    layers = [Layer(np.array(layer.W, order="F"), np.array(layer.b), layer.activation, layer.first, layer.rows) for layer in network.layers]
    return Network(layers, network.loss), X, Y


def backprop(network, X, Y, emit):
    """Forward, and backward along the tape, on which each layer's gradients come one after the other."""
    loss, _ = value_and_grad(loss_of)(0.0, network, X, Y, emit)
    return float(loss)


def loss_of(start, network, X, Y, emit):
    """The loss; `start` is where the tape begins."""
    A, Y = (X, Y) if network.rows else (X.T, Y.T)
    for l, layer in enumerate(network.layers):
        gradients = partial(collect, {}, emit, l)
        W, b = (parameter(start, array.T, partial(gradients, name)) for name, array in (("dW", layer.W), ("db", layer.b)))
        A = ACTIVATE[layer.activation](anp.matmul(A, W) + b)
    return LOSSES[network.loss](A, Y)


@primitive
def parameter(start, array, hand_over):
    """The array, on the tape."""
    return array


def collect(pair, emit, l, name, gradient):
    """Emit a layer's gradients when both are there."""
    pair[name] = gradient.T
    if len(pair) == 2:
        emit(l, pair.pop("dW"), pair.pop("db"))


def parameter_backward(result, start, array, hand_over):
    """The backward of `parameter`: it hands the gradient over, and none goes on to `start`."""

    def backward(gradient):
        hand_over(gradient)
        return 0.0

    return backward


defvjp(parameter, parameter_backward)


def sigmoid(Z):
    """1 / (1 + e^-Z), written as in `layers.py`."""
    return 0.5 * (1 + anp.tanh(0.5 * Z))


def softmax_cross_entropy(Z, Y):
    """The mean of log(sum_k e^z_k) - z_y over examples, each shifted by its largest logit first."""
    Z = Z - getval(Z).max(axis=1, keepdims=True)
    return anp.sum(anp.log(anp.sum(anp.exp(Z), axis=1)) - anp.sum(Z * Y, axis=1)) / len(Y)


def binary_cross_entropy(Z, Y):
    """The mean of log(1 + e^z) - z y."""
    return anp.sum(anp.logaddexp(0, Z) - Z * Y) / len(Y)


ACTIVATE = {"linear": lambda Z: Z, "relu": lambda Z: Z * (Z > 0), "tanh": anp.tanh, "sigmoid": sigmoid}
LOSSES = {
    "binary_cross_entropy": binary_cross_entropy,
    "softmax_cross_entropy": softmax_cross_entropy,
    "softmax_cross_entropy_of_rows": softmax_cross_entropy,
}
