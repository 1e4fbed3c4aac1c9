"""Patience: waiting for a time in which this process could have noticed that the wait is over.

A machine that sleeps, a container that is paused and a process that is stopped (Ctrl-Z, a debugger) cannot notice
anything, and on some systems the clock goes on meanwhile. So a wait is made of moments, and a moment that took longer than
it should counts only as long as it should have taken.
"""

from __future__ import annotations

from collections.abc import Callable

MOMENT_S = 0.5


def waited_in_vain(over_within: Callable[[float], bool], patience_s: float) -> bool:
    """Wait until `over_within(seconds)`, which waits so long at most and tells whether the wait is over; or until patience ends.

    >>> moments = []
    >>> waited_in_vain(lambda seconds: moments.append(seconds) or len(moments) == 2, 600), moments
    (False, [0.5, 0.5])
    >>> waited_in_vain(lambda seconds: False, 1.2)
    True
    """
    left_s = patience_s
    while left_s > 0:
        moment_s = min(MOMENT_S, left_s)
        if over_within(moment_s):
            return False
        left_s -= moment_s
    return not over_within(0)
