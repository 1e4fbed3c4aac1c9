"""What the course's program and the thread's have in common: a dict of parameters, and arithmetic on probabilities.

`course` and `forum` share it, so that they differ from each other in control flow and cache alone, and from the other
implementations in this arithmetic too. `binary_cost` divides by A (1 - A): once an output rounds to 0 or 1, its gradient
is infinite or not a number, while the others, whose losses take logits, stay finite. The derivatives of activations are
computed from Z. The course has two classes; for more there is a softmax here, in the same style.
"""

import numpy as np

OUTPUT = {"binary_cross_entropy": "sigmoid", "softmax_cross_entropy": "softmax"}


def parameters_of(network):
    """The network's own arrays under "W1", "b1", ...: 2 % of what the two programs take at width 8, 0.4 % at 64."""
    parameters = {}
    for l, layer in enumerate(network.layers, 1):
        parameters[f"W{l}"], parameters[f"b{l}"] = layer.W, layer.b
    return parameters


def activations_of(network):
    """The name of each layer's activation; here the output's function belongs to the network, and not to the loss."""
    return [layer.activation for layer in network.layers[:-1]] + [OUTPUT[network.loss]]


def sigmoid(Z):
    """A = 1 / (1 + e^-Z)."""
    return 1 / (1 + np.exp(-Z))


def relu(Z):
    """A = max(0, Z)."""
    return np.maximum(0, Z)


def softmax(Z):
    """A = e^Z / the sum of e^Z over classes, with each column's largest Z taken off first."""
    exponentials = np.exp(Z - np.max(Z, axis=0, keepdims=True))
    return exponentials / np.sum(exponentials, axis=0, keepdims=True)


def sigmoid_backward(dA, Z):
    """DZ = dA A (1 - A), with A computed again from Z."""
    A = sigmoid(Z)
    return dA * A * (1 - A)


def relu_backward(dA, Z):
    """DZ = dA where Z > 0, else 0."""
    dZ = np.array(dA, copy=True)
    dZ[Z <= 0] = 0
    return dZ


def tanh_backward(dA, Z):
    """DZ = dA (1 - A^2), with A computed again from Z."""
    return dA * (1 - np.power(np.tanh(Z), 2))


def softmax_backward(dA, Z):
    """DZ = A (dA - the sum of dA A over classes), with A computed again from Z."""
    A = softmax(Z)
    return A * (dA - np.sum(dA * A, axis=0, keepdims=True))


# name -> g(Z), and dZ from (dA, Z)
ACTIVATIONS = {
    "sigmoid": (sigmoid, sigmoid_backward),
    "relu": (relu, relu_backward),
    "tanh": (np.tanh, tanh_backward),
    "softmax": (softmax, softmax_backward),
}


def binary_cost(AL, Y):
    """The cost, -mean(y log a + (1 - y) log(1 - a)), and dAL, -(y / a - (1 - y) / (1 - a)): the division by A (1 - A)."""
    m = Y.shape[1]
    cost = -np.sum(np.multiply(Y, np.log(AL)) + np.multiply(1 - Y, np.log(1 - AL))) / m
    return float(cost), -(np.divide(Y, AL) - np.divide(1 - Y, 1 - AL))


def softmax_cost(AL, Y):
    """The cost, -mean(the sum of y log a over classes), and dAL, -y / a."""
    m = Y.shape[1]
    return float(-np.sum(np.multiply(Y, np.log(AL))) / m), -np.divide(Y, AL)


COSTS = {"sigmoid": binary_cost, "softmax": softmax_cost}
