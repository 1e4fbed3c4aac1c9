"""Known work: implementations that do a hundred times the same work, and 1, 2, 5 and 10 % more of it.

Each goes forward and backward through all layers that many times and emits the gradients of the last time. So all are
correct, and the ratio of two is that of their numbers; the update, which each makes once, is a few thousandths of a step.
"""

from __future__ import annotations

from functools import partial

from impls import Implementation
from impls.iterative import backprop as once


def backprop(times, network, X, Y, emit):  # type: ignore[no-untyped-def]  # as all of its kind in impls
    """`iterative`'s backprop that many times."""
    for _ in range(times - 1):
        once(network, X, Y, lambda l, dW, db: None)
    return once(network, X, Y, emit)


def _times(name: str, title: str, times: int) -> Implementation:
    return Implementation(name, title, f"a list, {times} times over", "loop", partial(backprop, times))


hundred = _times("hundred", "the work", 100)
more_1 = _times("more_1", "1 % more", 101)
more_2 = _times("more_2", "2 % more", 102)
more_5 = _times("more_5", "5 % more", 105)
more_10 = _times("more_10", "10 % more", 110)
