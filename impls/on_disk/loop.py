"""Backprop with the cache in a memory-mapped file, written forward and read backward."""

from impls.layers import backward, forward
from impls.losses import LOSSES
from impls.on_disk.mapped_file import file_for


def backprop(network, X, Y, emit):
    """Two loops; every activation is in the file, and few of its pages are in the process."""
    layers, cache = network.layers, file_for(network, X)
    A = X
    for l in range(len(layers)):
        A = forward(layers[l], A, cache.activations[l])
        cache.let_go(l - 1)
    loss, dA = LOSSES[network.loss](A, Y)
    for l in reversed(range(len(layers))):
        A_prev, A = cache.activations[l - 1] if l else X, cache.activations[l]
        dA, dW, db = backward(layers[l], A_prev, A, dA)
        cache.let_go(l)
        emit(l, dW, db)
        del dW, db  # or they would outlive their layer
    return loss
