"""Verdicts: what an interval for a ratio allows one to say."""

from __future__ import annotations

SAME = 0.01  # a ratio within 1 % of 1 makes no difference that anybody would notice


def verdict(low: float, high: float) -> str:
    """ "same" if the interval lies within 1 % of 1; else "faster" or "slower" if it leaves 1 out; else "undecided".

    >>> verdict(0.995, 1.004), verdict(1.02, 1.05), verdict(0.7, 0.8), verdict(0.98, 1.03)
    ('same', 'slower', 'faster', 'undecided')
    """
    if low >= 1 - SAME and high <= 1 + SAME:
        return "same"
    if high < 1:
        return "faster"
    if low > 1:
        return "slower"
    return "undecided"


def settled(ratio: float, low: float, high: float, precision: float) -> bool:
    """Is the interval within `precision` of its centre, or its verdict clear?"""
    near = high <= ratio * (1 + precision) and low >= ratio * (1 - precision)
    return near or verdict(low, high) != "undecided"
