"""Losses on logits: the mean over a batch, and its gradient by the logits.

On logits nothing is ever divided by A (1 - A), so the loss of a confident network stays finite.
`losses` and `dlogits` are arrays like the logits to write into, the second of which is returned; None: new ones.
"""

from __future__ import annotations

from functools import partial
from typing import Callable

import numpy as np

from impls.layers import sigmoid


def binary_cross_entropy(
    logits: np.ndarray, Y: np.ndarray, losses: np.ndarray | None = None, dlogits: np.ndarray | None = None
) -> tuple[float, np.ndarray]:
    """Loss and dlogits for one logit an example; logits and Y are (1, m) or (m, 1), Y in {0, 1}.

    loss = mean(max(z, 0) - z y + log(1 + e^-|z|)),  dz = (sigmoid(z) - y) / m
    (Goodfellow, Bengio & Courville 2016, section 6.2.2.2; the stable form is TensorFlow's).
    """
    m = logits.size
    losses = np.maximum(logits, 0, out=losses)
    dlogits = np.multiply(logits, Y, dlogits)
    losses -= dlogits
    losses += log_1_plus_exp_minus_abs(logits, dlogits)
    dlogits = sigmoid(logits, dlogits)
    dlogits -= Y
    dlogits /= m
    return float(losses.sum() / m), dlogits


def softmax_cross_entropy(
    logits: np.ndarray, Y: np.ndarray, losses: np.ndarray | None = None, dlogits: np.ndarray | None = None, classes: int = 0
) -> tuple[float, np.ndarray]:
    """Loss and dlogits for one logit a class; logits and Y are (classes, m), Y one-hot. `classes` is the axis that they are along.

    loss = mean(log(sum_k e^z_k) - z_y),  dz = (softmax(z) - y) / m, each example shifted by its
    largest logit first (Goodfellow, Bengio & Courville 2016, section 6.2.2.3).
    """
    shifted = np.subtract(logits, logits.max(axis=classes, keepdims=True), losses)
    dlogits = np.exp(shifted, dlogits)
    sums = dlogits.sum(axis=classes, keepdims=True)
    m = sums.size
    dlogits /= sums
    dlogits -= Y
    dlogits /= m
    shifted *= Y
    losses = np.log(sums, sums)
    losses -= shifted.sum(axis=classes, keepdims=True)
    return float(losses.sum() / m), dlogits


def log_1_plus_exp_minus_abs(Z, out):
    """log(1 + e^-|z|), in place."""
    np.abs(Z, out)
    np.negative(out, out)
    np.exp(out, out)
    return np.log1p(out, out)


NAMES = ("binary_cross_entropy", "softmax_cross_entropy")
OF_ROWS = "_of_rows"  # the end of the name of a loss that has to know that examples are rows

LOSSES: dict[str, Callable[..., tuple[float, np.ndarray]]] = {
    "binary_cross_entropy": binary_cross_entropy,
    "softmax_cross_entropy": softmax_cross_entropy,
    "softmax_cross_entropy" + OF_ROWS: partial(softmax_cross_entropy, classes=1),
}


def in_layout(name: str, rows: bool) -> str:
    """The name in `LOSSES` of a loss for examples that are rows, or columns.

    >>> in_layout("softmax_cross_entropy", rows=True), in_layout("binary_cross_entropy", rows=True)
    ('softmax_cross_entropy_of_rows', 'binary_cross_entropy')
    """
    return name + OF_ROWS if rows and name + OF_ROWS in LOSSES else name
