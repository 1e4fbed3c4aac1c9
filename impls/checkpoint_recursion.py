"""Backprop with the cache in the call stack, one snapshot a frame; the rest is computed again, divide and conquer.

A frame keeps the activation before its layers. It runs ahead without keeping anything, leaves the layers beyond to
the next frame, and then does the same with the layers before (treeverse, Griewank 1992; `revolve`, Griewank & Walther
2000). A frame that runs ahead by one layer has the activations on both sides of it, and need not run it again: a layer's cache is one
activation here, no more than a snapshot (the mixed schedule of Maddison 2024).
"""

from functools import cache
from math import comb, isqrt

from impls import peaks
from impls.interface import Implementation
from impls.layers import backward, forward
from impls.losses import LOSSES

MOST_SNAPSHOTS = 500  # each is a frame, and Python stops at 1 000 unless told otherwise


def with_snapshots(snapshots=None, name="checkpoint_recursion", title="checkpointed recursion"):
    """The implementation with that many snapshots, X among them; or with sqrt(2 L): then no layer runs forward more than twice.

    Raises:
        ValueError: there is no snapshot.

    """
    if snapshots is not None and snapshots < 1:
        raise ValueError(f"X is a snapshot, so there is 1 or more, not {snapshots}")

    def count(L):
        return snapshots or min(isqrt(2 * L), MOST_SNAPSHOTS)

    def backprop(network, X, Y, emit):
        """One recursion, which leaves its results in `state`."""
        L = len(network.layers)
        state = BackwardState()
        recurse(network, 0, L, X, Y, emit, count(L), state)
        return state.loss

    peak = peaks.snapshots(count, ahead)
    where = "the call stack: one snapshot a frame; the rest is computed again"
    return Implementation(name, title, where, "recursion", backprop, peak, cache_kind="call stack", recomputes=True)


class BackwardState:
    """The loss, and its gradient by the activation that backward has reached: one object that all frames share.

    If a frame passed dA on as an argument, it would keep it alive until the call returned, and so would each frame above.
    """

    __slots__ = ("dA", "loss")

    def __init__(self):
        self.loss = self.dA = None


def recurse(network, start, stop, A_prev, Y, emit, snapshots, state):
    """Backward through the layers from `start` up to `stop`; a frame keeps A_prev until it returns."""
    layers = network.layers
    if start == len(layers):
        state.loss, state.dA = LOSSES[network.loss](A_prev, Y)
    while start < stop:
        middle = start + ahead(stop - start, snapshots)
        A = run_forward(layers, start, middle, A_prev)
        if middle < stop or state.dA is None:
            recurse(network, middle, stop, A, Y, emit, snapshots - 1, state)
        if middle == start + 1:
            state.dA, dW, db = backward(layers[start], A_prev, A, state.dA)
            emit(start, dW, db)
            return
        del A  # or it would be alive while the rest runs forward again
        stop = middle


def run_forward(layers, start, stop, A):
    """The activation after the layers from `start` up to `stop`; nothing is kept on the way."""
    for l in range(start, stop):
        A = forward(layers[l], A)
    return A


@cache
def ahead(n, s):
    """How far to run ahead in n layers with s snapshots, so that layers run forward least often in all.

    C(s + r, s) layers can do with r forwards each (Griewank & Walther 2000). Those beyond the first C(s + r - 1, s) add r
    each, and one more for each block begun: there are C(j + r - 2, j) blocks of s - j layers, long ones first. The blocks
    were read from the optimum that exhaustive search finds, and equal it in every case that the tests try. By Pascal's rule the blocks are
    those of (s, r - 1), for the layers before the point to run to, and those of (s - 1, r), for the layers beyond.
    """
    r = next(r for r in range(1, n + 1) if comb(s + r, s) >= n)
    if r == 1:
        return 1
    before, over = comb(s + r - 2, s), n - comb(s + r - 1, s)
    for j in range(s):
        blocks = comb(j + r - 3, j) if j else 1
        before += min(over, blocks * (s - j))
        over -= min(over, comb(j + r - 2, j) * (s - j))
    return before


checkpoint_recursion = with_snapshots()
