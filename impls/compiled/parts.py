"""What the compiled loop and the compiled recursion share: the steps, and the arithmetic of a layer and of the loss.

The arithmetic of `layers.py` and `losses.py`, for a compiler, into memory that is already allocated. While a layer goes backward its
dZ is written over A, which is not needed any more, and dA_prev over dA. So there is room for one activation a layer and one dA.
"""

import numpy as np
from numba import njit, typeof, types

from impls.compiled.kernels import multiply_add, multiply_transposed_add, tanh, transposed_multiply_add
from impls.compiled.stack import RELU, SIGMOID, TANH, Stacked, borrow_gradients, give_back, views
from impls.workspace.pages import pages

ARITHMETIC = {"fastmath": {"contract"}, "error_model": "numpy"}  # multiply and add may be one instruction
SUMS = {"fastmath": {"contract", "reassoc"}, "error_model": "numpy"}  # and a sum may be several that go side by side


def programs(run):
    """The functions of an implementation: prepare, backprop, and a step of either update, all around one compiled `run`."""

    def prepare(network, X, Y):
        """Stack the parameters, and compile for them."""
        stacked = Stacked(network, network.examples(X))
        *stack, X, Y = stacked.with_batch(X, Y)
        run.compile((*map(typeof, (*stack, X, Y, stacked.parameters)), types.float64, types.float64))
        descend.compile((*map(typeof, (stacked.parameters, stacked.parameters)), types.float64))
        return stacked, X, Y

    def backprop(network, X, Y, emit):
        """All gradients into one new array; then they are emitted, last layer first."""
        gradients = pages(network.parameters.size, network.parameters.dtype)
        loss = run(*network.with_batch(X, Y), gradients, 1.0, 0.0)
        for l, (dW, db) in reversed(list(enumerate(views(network.records, gradients)))):
            emit(l, dW, db)
        return loss

    def step(network, X, Y, learning_rate):
        """All gradients into one array, and then all parameters in one sweep."""
        gradients = borrow_gradients(network.parameters)
        loss = run(*network.with_batch(X, Y), gradients, 1.0, 0.0)
        descend(network.parameters, gradients, learning_rate)
        give_back(gradients)
        return loss

    def fused_step(network, X, Y, learning_rate):
        """BLAS adds -learning_rate dZ A_prev^T to W as it computes it: no gradient is ever stored."""
        return run(*network.with_batch(X, Y), network.parameters, -learning_rate, 1.0)

    return prepare, backprop, step, fused_step


@njit(**ARITHMETIC)
def descend(parameters, gradients, learning_rate):
    """Subtract learning_rate times the gradients from the parameters."""
    for i in range(parameters.size):
        parameters[i] -= learning_rate * gradients[i]


@njit
def matrix(flat, start, rows, columns):
    """The matrix of that many rows and columns that begins at `start` in a flat array."""
    return flat[start : start + rows * columns].reshape(rows, columns)


@njit
def output(stack, l, X):
    """Layer l's part of the activations; X itself comes before the first."""
    layer = stack.layers[l]
    if stack.rows is not None:
        return matrix(stack.activations, layer.A * X.shape[0], X.shape[0], layer.n) if l >= 0 else X
    return matrix(stack.activations, layer.A * X.shape[1], layer.n, X.shape[1]) if l >= 0 else X


@njit
def forward(stack, l, A_prev):
    """A = g(W A_prev + b), in layer l's part of the activations; where examples are rows, g(A_prev W^T + b^T)."""
    layer = stack.layers[l]
    A, W = output(stack, l, A_prev), matrix(stack.parameters, layer.W, layer.n, layer.n_prev)
    if stack.rows is not None:
        multiply_transposed_add(1.0, A_prev, W, 0.0, A)
    else:
        multiply_add(1.0, W, A_prev, 0.0, A)
    activate(layer.activation, A, stack.parameters[layer.b : layer.b + layer.n], stack.rows)
    return A


@njit
def backward(stack, l, A_prev, A, into, alpha, beta):
    """Turn dA into dA_prev, and layer l's part of `into` into alpha (dW, db) + beta itself.

    Into gradients: alpha = 1, beta = 0. Into the parameters: alpha = -learning_rate, beta = 1, which is the update.
    """
    layer = stack.layers[l]
    W, dW = matrix(stack.parameters, layer.W, layer.n, layer.n_prev), matrix(into, layer.W, layer.n, layer.n_prev)
    db = into[layer.b : layer.b + layer.n]
    if stack.rows is not None:
        m = A.shape[0]
        differentiate_rows(layer.activation, A, matrix(stack.dA, 0, m, layer.n), db, alpha, beta)
        if l > 0:
            multiply_add(1.0, A, W, 0.0, matrix(stack.dA, 0, m, layer.n_prev))
        transposed_multiply_add(alpha, A, A_prev, beta, dW)
    else:
        m = A.shape[1]
        differentiate(layer.activation, A, matrix(stack.dA, 0, layer.n, m), db, alpha, beta)
        if l > 0:
            transposed_multiply_add(1.0, W, A, 0.0, matrix(stack.dA, 0, layer.n_prev, m))
        multiply_transposed_add(alpha, A, A_prev, beta, dW)


@njit(**ARITHMETIC)
def activate(activation, A, b, rows):
    """A = g(A + b), where b is a column, or a row."""
    for i in range(A.shape[0]):
        if rows is not None:
            for j in range(A.shape[1]):
                A[i, j] += b[j]
        else:
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
def differentiate_rows(activation, A, dA, db, alpha, beta):
    """The same where examples are rows: an example's part is added to each of db."""
    for j in range(db.size):
        db[j] = beta * db[j] if beta else 0.0
    for i in range(A.shape[0]):
        for j in range(A.shape[1]):
            A[i, j] = dA[i, j] * slope(activation, A[i, j])
            db[j] += alpha * A[i, j]


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
    if stack.rows is not None:
        return loss_of_columns(stack.softmax, logits.T, Y.T, dA.T)
    return loss_of_columns(stack.softmax, logits, Y, dA)


@njit
def loss_of_columns(softmax, logits, Y, dA):
    """The same of logits (classes, m), however they lie in memory."""
    return softmax_cross_entropy(logits, Y, dA) if softmax else binary_cross_entropy(logits, Y, dA)


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
