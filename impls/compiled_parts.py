"""What the compiled loop and the compiled recursion share: stacked arrays, the arithmetic of a layer, and the steps.

`layers.py` and `losses.py` once more, for a compiler, and into memory that is there already. While a layer goes backward its
dZ is written over A, which nobody needs any more, and dA_prev over dA. So there is room for one activation a layer and one dA.
"""

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numba import njit, typeof, types

from impls.compiled_kernels import multiply_add, multiply_transposed_add, tanh, transposed_multiply_add
from impls.network import Layer, Network

# A layer's sizes, where its W, b and A begin (A counted in examples), and what its activation is.
LAYER = np.dtype([(name, np.int64) for name in ("n", "n_prev", "W", "b", "A", "activation")])
LINEAR, RELU, TANH, SIGMOID = range(4)
ACTIVATIONS = {"linear": LINEAR, "relu": RELU, "tanh": TANH, "sigmoid": SIGMOID}
ARITHMETIC = {"fastmath": {"contract"}, "error_model": "numpy"}  # multiply and add may be one instruction
SUMS = {"fastmath": {"contract", "reassoc"}, "error_model": "numpy"}  # and a sum may be several that go side by side


class Stack(NamedTuple):
    """A network as compiled code has it: a record for each layer, and flat arrays that it says where to look in."""

    layers: np.ndarray
    parameters: np.ndarray
    activations: np.ndarray
    dA: np.ndarray  # noqa: N815
    softmax: bool


class Stacked(Network):
    """A network whose parameters lie one after the other in one array, and the room that a step needs."""

    def __init__(self, network, examples):
        self.loss = network.loss
        self.activation_of = [layer.activation for layer in network.layers]
        self.records = records(network.layers)
        self.parameters = np.concatenate([array.ravel() for layer in network.layers for array in (layer.W, layer.b)])
        self.gradients = np.empty_like(self.parameters)  # no memory until it is written to, which a fused step never does
        self.make_room(examples)

    def make_room(self, examples):
        """Room for the activations of so many examples; touched, so that it is the process's own from now on."""
        dtype, units = self.parameters.dtype, self.records["n"]
        room = np.empty(units.sum() * examples, dtype), np.empty(max(units.max(), self.records["n_prev"].max()) * examples, dtype)
        for array in room:
            array.fill(0)
        self.examples = examples
        self.stack = Stack(self.records, self.parameters, *room, self.loss == "softmax_cross_entropy")

    def with_batch(self, X, Y):
        """The stack, with room for the batch, and the batch as compiled code wants it."""
        if X.shape[1] > self.examples:
            self.make_room(X.shape[1])
        return *self.stack, *(np.ascontiguousarray(array, self.parameters.dtype) for array in (X, Y))

    @cached_property
    def layers(self):
        """The layers, whose W and b are views into the parameters."""
        pairs = views(self.records, self.parameters)
        return [Layer(W, b, activation, l == 0) for l, ((W, b), activation) in enumerate(zip(pairs, self.activation_of))]


def records(layers):
    """The record of each layer."""
    table = np.empty(len(layers), LAYER)
    table["n"], table["n_prev"] = np.array([layer.W.shape for layer in layers]).T
    ends = np.cumsum(table["n"] * (table["n_prev"] + 1))
    table["b"] = ends - table["n"]
    table["W"] = table["b"] - table["n"] * table["n_prev"]
    table["A"] = np.cumsum(table["n"]) - table["n"]
    table["activation"] = [ACTIVATIONS[layer.activation] for layer in layers]
    return table


def views(table, flat):
    """(W, b) of each layer, or what lies as they do in another array."""
    for n, n_prev, W, b in table[["n", "n_prev", "W", "b"]].tolist():
        yield flat[W:b].reshape(n, n_prev), flat[b : b + n].reshape(n, 1)


def programs(run):
    """What an implementation is made of: prepare, backprop, and a step of either update, all around one compiled `run`."""

    def prepare(network, X, Y):
        """Stack the parameters, and compile for them."""
        stacked = Stacked(network, X.shape[1])
        *stack, X, Y = stacked.with_batch(X, Y)
        run.compile((*map(typeof, (*stack, X, Y, stacked.gradients)), types.float64, types.float64))
        descend.compile((*map(typeof, (stacked.parameters, stacked.gradients)), types.float64))
        return stacked, X, Y

    def backprop(network, X, Y, emit):
        """All gradients into one new array; then they are handed over, last layer first."""
        gradients = np.empty_like(network.parameters)
        loss = run(*network.with_batch(X, Y), gradients, 1.0, 0.0)
        for l, (dW, db) in reversed(list(enumerate(views(network.records, gradients)))):
            emit(l, dW, db)
        return loss

    def step(network, X, Y, learning_rate):
        """All gradients into one array, and then all parameters in one sweep."""
        loss = run(*network.with_batch(X, Y), network.gradients, 1.0, 0.0)
        descend(network.parameters, network.gradients, learning_rate)
        return loss

    def fused_step(network, X, Y, learning_rate):
        """BLAS adds -learning_rate dZ A_prev^T to W as it computes it: no gradient is ever stored."""
        return run(*network.with_batch(X, Y), network.parameters, -learning_rate, 1.0)

    return prepare, backprop, step, fused_step


@njit(**ARITHMETIC)
def descend(parameters, gradients, learning_rate):
    """Take learning_rate gradients from the parameters."""
    for i in range(parameters.size):
        parameters[i] -= learning_rate * gradients[i]


@njit
def matrix(flat, start, rows, columns):
    """The rows and columns that begin there in a flat array."""
    return flat[start : start + rows * columns].reshape(rows, columns)


@njit
def output(stack, l, X):
    """Layer l's place among the activations; X itself comes before the first."""
    layer = stack.layers[l]
    return matrix(stack.activations, layer.A * X.shape[1], layer.n, X.shape[1]) if l >= 0 else X


@njit
def forward(stack, l, A_prev):
    """A = g(W A_prev + b), in layer l's place among the activations."""
    layer = stack.layers[l]
    A = output(stack, l, A_prev)
    multiply_add(1.0, matrix(stack.parameters, layer.W, layer.n, layer.n_prev), A_prev, 0.0, A)
    activate(layer.activation, A, stack.parameters[layer.b : layer.b + layer.n])
    return A


@njit
def backward(stack, l, A_prev, A, into, alpha, beta):
    """Turn dA into dA_prev, and layer l's part of `into` into alpha (dW, db) + beta itself.

    Into gradients: alpha = 1, beta = 0. Into the parameters: alpha = -learning_rate, beta = 1, which is the update.
    """
    layer = stack.layers[l]
    m = A.shape[1]
    differentiate(layer.activation, A, matrix(stack.dA, 0, layer.n, m), into[layer.b : layer.b + layer.n], alpha, beta)
    if l > 0:
        transposed_multiply_add(1.0, matrix(stack.parameters, layer.W, layer.n, layer.n_prev), A, 0.0, matrix(stack.dA, 0, layer.n_prev, m))
    multiply_transposed_add(alpha, A, A_prev, beta, matrix(into, layer.W, layer.n, layer.n_prev))


@njit(**ARITHMETIC)
def activate(activation, A, b):
    """A = g(A + b)."""
    for i in range(A.shape[0]):
        bias = b[i]
        for j in range(A.shape[1]):
            A[i, j] += bias
        if activation == RELU:
            for j in range(A.shape[1]):
                A[i, j] = 0.0 if A[i, j] < 0 else A[i, j]
        elif activation == TANH:
            for j in range(A.shape[1]):
                A[i, j] = tanh(A[i, j])
        elif activation == SIGMOID:
            for j in range(A.shape[1]):
                A[i, j] = 0.5 + 0.5 * tanh(0.5 * A[i, j])


@njit(**SUMS)
def differentiate(activation, A, dA, db, alpha, beta):
    """A becomes dZ = dA g'(Z), where g' is a function of A; db becomes alpha times the sum of dZ over examples, + beta db."""
    for i in range(A.shape[0]):
        total = 0.0
        for j in range(A.shape[1]):
            A[i, j] = dA[i, j] * slope(activation, A[i, j])
            total += A[i, j]
        db[i] = alpha * total + (beta * db[i] if beta else 0.0)


@njit(**ARITHMETIC)
def slope(activation, a):
    """g'(Z) where g(Z) = a."""
    if activation == RELU:
        return 1.0 if a > 0 else 0.0
    if activation == TANH:
        return 1.0 - a * a
    if activation == SIGMOID:
        return a * (1.0 - a)
    return 1.0


@njit
def loss_and_gradient(stack, logits, Y):
    """The mean loss over the batch; its gradient by the logits is left in dA."""
    dA = matrix(stack.dA, 0, *logits.shape)
    if stack.softmax:
        return softmax_cross_entropy(logits, Y, dA)
    return binary_cross_entropy(logits, Y, dA)


@njit(**ARITHMETIC)
def binary_cross_entropy(logits, Y, dA):
    """As in `losses.py`, an example at a time."""
    m = logits.shape[1]
    loss = 0.0
    for j in range(m):
        z, y = logits[0, j], Y[0, j]
        loss += max(z, 0.0) - z * y + np.log1p(np.exp(-abs(z)))
        dA[0, j] = (0.5 + 0.5 * tanh(0.5 * z) - y) / m
    return loss / m


@njit(**ARITHMETIC)
def softmax_cross_entropy(logits, Y, dA):
    """As in `losses.py`, an example at a time."""
    classes, m = logits.shape
    loss = 0.0
    for j in range(m):
        largest = logits[:, j].max()
        total = 0.0
        for i in range(classes):
            dA[i, j] = np.exp(logits[i, j] - largest)
            total += dA[i, j]
            loss -= (logits[i, j] - largest) * Y[i, j]
        loss += np.log(total)
        for i in range(classes):
            dA[i, j] = (dA[i, j] / total - Y[i, j]) / m
    return loss / m
