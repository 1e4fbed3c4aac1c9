"""Losses on logits: the mean over a batch, and its gradient by the logits.

On logits nothing is ever divided by A (1 - A), so the loss of a confident network stays finite.
"""

from __future__ import annotations

import numpy as np


def binary_cross_entropy(logits: np.ndarray, Y: np.ndarray) -> tuple[float, np.ndarray]:
    """Loss and dlogits for one logit an example; logits and Y are (1, m), Y in {0, 1}.

    loss = mean(max(z, 0) - z y + log(1 + e^-|z|)),  dz = (sigmoid(z) - y) / m
    (Goodfellow, Bengio & Courville 2016, section 6.2.2.2; the stable form is TensorFlow's).
    """
    m = logits.shape[1]
    losses = np.maximum(logits, 0) - logits * Y + np.log1p(np.exp(-np.abs(logits)))
    probabilities = 0.5 * (1 + np.tanh(0.5 * logits))
    return float(losses.sum() / m), (probabilities - Y) / m


def softmax_cross_entropy(logits: np.ndarray, Y: np.ndarray) -> tuple[float, np.ndarray]:
    """Loss and dlogits for one logit a class; logits and Y are (classes, m), Y one-hot.

    loss = mean(log(sum_k e^z_k) - z_y),  dz = (softmax(z) - y) / m, each column shifted by its
    largest logit first (Goodfellow, Bengio & Courville 2016, section 6.2.2.3).
    """
    m = logits.shape[1]
    shifted = logits - logits.max(axis=0, keepdims=True)
    exponentials = np.exp(shifted)
    sums = exponentials.sum(axis=0, keepdims=True)
    losses = np.log(sums) - (shifted * Y).sum(axis=0, keepdims=True)
    return float(losses.sum() / m), (exponentials / sums - Y) / m


LOSSES = {"binary_cross_entropy": binary_cross_entropy, "softmax_cross_entropy": softmax_cross_entropy}
