"""Backprop with the cache in a list of every k-th activation; the rest is computed again, segment by segment.

With k about sqrt(L), 2 sqrt(L) activations are alive instead of L, for one more forward (Chen et al. 2016). The last
segment is kept on its first run, so that layers run forward 2L - k times in all; ceil(L / k) + k activations are stored.
"""

from math import isqrt

from impls.interface import Implementation
from impls.layers import backward, forward
from impls.losses import LOSSES
from impls.peaks import segments


def with_segments(k=None, name="checkpoint_loop", title="checkpointed loop"):
    """The implementation with segments of k layers, or of the square root of their number.

    Raises:
        ValueError: k is below 1.

    """
    if k is not None and k < 1:
        raise ValueError(f"a segment has 1 layer or more, not {k}")

    def backprop(network, X, Y, emit):
        """Loops alone: forward from checkpoint to checkpoint, then each segment, last to first, as a popped list."""
        layers = network.layers
        starts = segment_starts(len(layers), k or isqrt(len(layers)))
        checkpoints = [X]
        for start, stop in zip(starts, starts[1:]):
            checkpoints.append(run_forward(layers, start, stop, checkpoints[-1]))
        dA, stop = None, len(layers)
        for start in reversed(starts):
            activations = [checkpoints.pop()]
            for layer in layers[start:stop]:
                activations.append(forward(layer, activations[-1]))
            if dA is None:
                loss, dA = LOSSES[network.loss](activations[-1], Y)
            for l in reversed(range(start, stop)):
                A, A_prev = activations.pop(), activations[-1]
                dA, dW, db = backward(layers[l], A_prev, A, dA)
                emit(l, dW, db)
                del A, A_prev, dW, db  # or they would outlive their layer, and their segment
            stop = start
        return loss

    peak = segments(lambda L: segment_starts(L, k or isqrt(L)))
    where = "a list of every k-th activation; the rest is computed again"
    return Implementation(name, title, where, "loop", backprop, peak, cache_kind="list", recomputes=True)


def segment_starts(L, k):
    """The first layer of each segment: all have k layers but the first, which has what is left over."""
    return [0, *range(L % k or k, L, k)]


def run_forward(layers, start, stop, A):
    """The activation after the layers from `start` up to `stop`; nothing is kept on the way."""
    for l in range(start, stop):
        A = forward(layers[l], A)
    return A


checkpoint_loop = with_segments()
