"""Several machines: whether a ratio is another on one of them than on another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from bench.analyse.observations import ratio_interval


def machines_differ(log_ratios: Sequence[float], machines: Sequence[str], alpha: float) -> bool:
    """Are the intervals of two machines apart, so that no one ratio holds on both? More passes would not bring them together.

    >>> machines_differ([0.0] * 8 + [0.1] * 8, ["a"] * 8 + ["b"] * 8, 0.05)
    True
    >>> machines_differ([0.0] * 8 + [0.1] * 7, ["a"] * 8 + ["b"] * 7, 0.05)  # b has no bounds yet
    False
    """
    of_each: dict[str, list[float]] = defaultdict(list)
    for ratio, machine in zip(log_ratios, machines, strict=True):
        of_each[machine].append(ratio)
    if len(of_each) < 2:
        return False
    bounds = [ratio_interval(ratios, alpha)[1:] for ratios in of_each.values()]
    return max(low for low, _ in bounds) > min(high for _, high in bounds)
