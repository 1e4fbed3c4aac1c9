"""An interval for the difference of two medians that holds at every pair of sample sizes at once.

Let x and y be independent sets of samples with medians theta and theta + delta. The martingales of
`bench.analyse.intervals`, M for the x below theta and M' for the y below theta + delta, are independent, so
their product is a martingale that starts at 1 too, in whatever order samples come in. By Ville's inequality
it ever reaches 1 / alpha with probability at most alpha. theta is not known, but whichever it is, the least
product over all theta is no larger; so a delta is refuted when even that has reached 1 / alpha. Those that
are not refuted hold the true difference with probability 1 - alpha: again watched as often as one likes.

Taking the bounds of two intervals at alpha / 2 each from one another is valid as well, and a quarter wider at the
levels that a gate over many cells needs: it allows for both medians to lie at the far ends of theirs at once.

M changes with theta only at a sample. So theta lies between two neighbours x_i and x_i+1, theta + delta between
y_j and y_j+1, and each pair of gaps whose product is small enough allows the deltas from y_j - x_i+1 to y_j+1 - x_i.

Several intervals at alpha / m each hold together at alpha (Bonferroni), whatever they share.

This file uses nothing of this project but the martingale.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from math import inf, isfinite, log

from bench.analyse.intervals import log_martingale


def difference_interval(xs: Iterable[float], ys: Iterable[float], alpha: float = 0.05) -> tuple[float, float]:
    """An anytime-valid 1 - alpha interval for the median that ys come from, less the one that xs come from.

    Bounds are infinite while either side has too few samples. Ten samples and ten others above them:

    >>> difference_interval(range(10), range(100, 110))
    (92, 108)
    >>> difference_interval(range(7), range(100, 110))
    (-inf, inf)
    """
    x, y = [-inf, *sorted(xs), inf], [-inf, *sorted(ys), inf]
    x_against, y_against = _against(len(x) - 2), _against(len(y) - 2)
    low, high = inf, -inf
    for i, against in enumerate(x_against):
        for j, more in enumerate(y_against):
            if against + more < -log(alpha):
                low = min(low, y[j] - x[i + 1])
                high = max(high, y[j + 1] - x[i])
    return low, high


def fewest_each(alpha: float = 0.05) -> int:
    """How many samples either side needs for an interval with bounds, if both have as many.

    >>> fewest_each(), fewest_each(0.05 / 36)
    (9, 16)
    """
    return next(n for n in count(1) if isfinite(difference_interval([0.0] * n, [0.0] * n, alpha)[0]))


def _against(n: int) -> list[float]:
    """Log M when k of n samples lie below, for every k."""
    return [log_martingale(k, n) for k in range(n + 1)]
