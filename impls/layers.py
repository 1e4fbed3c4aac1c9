"""The arithmetic of one layer, forward and backward: the only arithmetic there is.

Glossary, for all of `impls/` (the notation of the Deep Learning Specialization, course 1):

    A_prev   (n_prev, m)   what comes into the layer: the activation of the layer before
    W, b     (n, n_prev), (n, 1)   weights and biases
    Z        (n, m)        W A_prev + b
    A        (n, m)        what goes out: the activation, g(Z)
    dA       (n, m)        the gradient of the loss by A; likewise dZ, dW, db, dA_prev
    m, n     examples in the batch; units in the layer
    rows     are examples rows? Then every array with an m is transposed, in shape and in memory. W, b, dW and db are not: it is
             the same network
    out      the array to write a result into; None: into a new one

A layer saves A and nothing more, since the derivative of each activation is a function of A.
Arrays are overwritten where the value is not needed again and the result is the same to the bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

import numpy as np


@dataclass
class Layer:
    """Weights W (n, n_prev), biases b (n, 1), the name of the activation; is it the first? Are examples rows?"""

    __slots__ = ("W", "activation", "b", "first", "rows")
    W: np.ndarray
    b: np.ndarray
    activation: str
    first: bool
    rows: bool


LAYOUTS = COLUMNS, ROWS = "columns", "rows"  # what examples are
NEW = (None, None, None, None)


def forward(layer: Layer, A_prev: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """A = g(W A_prev + b), with shape (n, m); where examples are rows, g(A_prev W^T + b^T), with shape (m, n)."""
    if layer.rows:
        Z = A_prev.dot(layer.W.T, out)
        Z += layer.b.T
    else:
        Z = layer.W.dot(A_prev, out)
        Z += layer.b
    return ACTIVATE[layer.activation](Z, Z)


def backward(
    layer: Layer, A_prev: np.ndarray, A: np.ndarray, dA: np.ndarray, out: tuple[np.ndarray | None, ...] = NEW
) -> tuple[np.ndarray | None, np.ndarray, np.ndarray]:
    """dA_prev (n_prev, m), dW (n, n_prev) and db (n, 1), from dA, which is overwritten.

    dZ = dA * g'(Z),  dW = dZ A_prev^T,  db = the sum of dZ over examples,  dA_prev = W^T dZ
    (Rumelhart, Hinton & Williams 1986). The loss has divided by m already. The first layer's
    dA_prev is None: the gradient by the data is not used. `out` are the arrays for g'(Z), dW, db and
    dA_prev, in the order that they are written in. Where examples are rows, dW = dZ^T A_prev and dA_prev = dZ W.
    """
    derivative, dW, db, dA_prev = out
    dZ = TIMES_DERIVATIVE[layer.activation](dA, A, derivative)
    if layer.rows:
        dW = dZ.T.dot(A_prev, dW)
        db = np.add.reduce(dZ.T, 1, None, db, True)  # type: ignore[call-overload]  # out and keepdims, by place: names take longer
        dA_prev = None if layer.first else dZ.dot(layer.W, dA_prev)
    else:
        dW = dZ.dot(A_prev.T, dW)
        db = np.add.reduce(dZ, 1, None, db, True)  # type: ignore[call-overload]
        dA_prev = None if layer.first else layer.W.T.dot(dZ, dA_prev)
    return dA_prev, dW, db


def linear(Z, out):
    """g(Z) = Z, in place."""
    return Z


def relu(Z, out):
    """g(Z) = max(Z, 0) (Nair & Hinton 2010)."""
    return np.maximum(Z, 0, out=out)


def sigmoid(Z, out):
    """g(Z) = 1 / (1 + e^-Z), written as (1 + tanh(Z / 2)) / 2, which cannot overflow."""
    out = np.multiply(Z, 0.5, out)
    np.tanh(out, out)
    out += 1
    out *= 0.5
    return out


def times_linear(dA, A, out=None):
    """DZ = dA."""
    return dA


def times_relu(dA, A, out=None):
    """DZ = dA where A > 0, else 0; `out` is boolean."""
    return np.multiply(dA, np.greater(A, 0, out), dA)


def times_tanh(dA, A, out=None):
    """DZ = dA (1 - A^2)."""
    derivative = np.multiply(A, A, out)
    np.subtract(1, derivative, derivative)
    return np.multiply(dA, derivative, dA)


def times_sigmoid(dA, A, out=None):
    """DZ = dA A (1 - A)."""
    derivative = np.subtract(1, A, out)
    derivative *= A
    return np.multiply(dA, derivative, dA)


# name -> g(Z, out); np.tanh itself has that signature, and calling it directly saves a frame.
ACTIVATE: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {"linear": linear, "relu": relu, "tanh": np.tanh, "sigmoid": sigmoid}

# name -> dZ from (dA, A, out), written into dA; `out` is for g'(Z)
TIMES_DERIVATIVE = {"linear": times_linear, "relu": times_relu, "tanh": times_tanh, "sigmoid": times_sigmoid}

HIDDEN_ACTIVATIONS = ("tanh", "relu", "sigmoid")
