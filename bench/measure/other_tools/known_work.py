"""Known work: implementations that do a hundred times the same work, and 1, 2, 5 and 10 % more of it, and a noisy companion.

Each goes forward and backward through all layers that many times and emits the gradients of the last time. So all are
correct, and the ratio of two is that of their numbers; the update, which each makes once, is a few thousandths of a step.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from impls import Implementation
from impls.iterative import backprop as once


def backprop(times, network, X, Y, emit):  # type: ignore[no-untyped-def]  # as all of its kind in impls
    """`iterative`'s backprop that many times."""
    for _ in range(times - 1):
        once(network, X, Y, lambda l, dW, db: None)
    return once(network, X, Y, emit)


LARGE_BYTES = 2**20  # above malloc's threshold for mappings of their own, which giving it back moves


def backprop_beside_a_large_array(network, X, Y, emit):  # type: ignore[no-untyped-def]
    """`iterative`'s backprop, after a large array has come and gone: what a comparison in the same cell must not feel."""
    np.ones(LARGE_BYTES, np.uint8)
    return once(network, X, Y, emit)


def _times(name: str, title: str, times: int) -> Implementation:
    return Implementation(name, title, f"a list, {times} times over", "loop", partial(backprop, times))


hundred = _times("hundred", "the work", 100)
more_1 = _times("more_1", "1 % more", 101)
more_2 = _times("more_2", "2 % more", 102)
more_5 = _times("more_5", "5 % more", 105)
more_10 = _times("more_10", "10 % more", 110)
large_arrays = Implementation("large_arrays", "a large array", "a list, beside a large array", "loop", backprop_beside_a_large_array)
