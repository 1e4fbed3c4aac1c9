"""Backprop with the cache in suspended generators: each layer stops after forward and is resumed for backward.

It has the shape of the recursion, but its frames are on the heap, where no recursion limit counts them. They
are in a list: a long chain of suspended generators that refer to each other crashes when it is freed.
"""

from impls.interface import Implementation
from impls.layers import backward, forward
from impls.losses import LOSSES
from impls.peaks import suspended_frames


def backprop(network, X, Y, emit):
    """Two loops; the first starts a generator for each layer, the second resumes them, last to first."""
    layers = network.layers
    suspended = []
    A = X
    for layer in layers:
        suspended.append(forward_then_backward(layer, A))
        A = next(suspended[-1])
    loss, dA = LOSSES[network.loss](A, Y)
    del A  # or the logits would outlive their layer
    for l in reversed(range(len(layers))):
        dA, dW, db = suspended.pop().send(dA)
        emit(l, dW, db)
        del dW, db  # or they would outlive their layer
    return loss


def forward_then_backward(layer, A_prev):
    """Yield A, wait for dA, yield what backward gives; the frame keeps A_prev and A meanwhile."""
    A = forward(layer, A_prev)
    dA = yield A
    yield backward(layer, A_prev, A, dA)


generators = Implementation(
    "generators", "generators", "suspended generators: one frame a layer, in a list", "loop", backprop, suspended_frames
)
