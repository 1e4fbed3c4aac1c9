"""An interval for a median that holds at every sample size at once.

Let K be how many of n independent samples lie below theta. If theta is the median, K is a sum of fair
coin flips. Weigh every bias q of the coin by a Beta(a, a) prior; the likelihood of the flips under
that mixture, over their likelihood under a fair coin, is

    M_n(K) = B(a + K, a + n - K) / B(a, a) * 2^n

This is a martingale that starts at 1, so by Ville's inequality it ever reaches 1 / alpha with
probability at most alpha. The thetas for which it has not are therefore a confidence sequence: it may
be watched after every sample, and sampling may stop at any time for any reason, and the promise
holds. M_n depends on theta only through K, so the set is bounded by two order statistics.

Robbins, Statistical methods related to the law of the iterated logarithm (1970);
Howard & Ramdas, Sequential estimation of quantiles with applications to A/B testing (2022).

This file uses nothing of this project.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import count
from math import inf, lgamma, log
from statistics import median


def log_martingale(below: int, n: int, a: float = 1.0) -> float:
    """Log M_n: how much the flips speak against a fair coin, when `below` of n came up."""
    return _log_beta(a + below, a + n - below) - _log_beta(a, a) + n * log(2)


@cache
def lowest_rank(n: int, alpha: float = 0.05, a: float = 1.0) -> int:
    """The least K that is still believable for the median, 0 while every K is.

    >>> [lowest_rank(n) for n in (7, 8, 20, 100)]
    [0, 1, 4, 35]
    """
    return next(k for k in range(n // 2 + 1) if log_martingale(k, n, a) < -log(alpha))


def fewest_samples(alpha: float = 0.05, a: float = 1.0) -> int:
    """How many samples it takes for an interval to have bounds.

    >>> fewest_samples(), fewest_samples(0.05 / 18)
    (8, 13)
    """
    return next(n for n in count(1) if lowest_rank(n, alpha, a) > 0)


def median_interval(samples: Iterable[float], alpha: float = 0.05, a: float = 1.0) -> tuple[float, float, float]:
    """The samples' median, and an anytime-valid 1 - alpha interval for the median they come from.

    With a = 1 and alpha = 0.05 the bounds are infinite up to 7 samples.

    >>> median_interval([3.0, 1.0, 2.0, 5.0, 4.0, 8.0, 7.0, 6.0])
    (4.5, 1.0, 8.0)

    Raises:
        ValueError: there are no samples.

    """
    ordered = sorted(samples)
    if not ordered:
        raise ValueError("the median of no samples is not defined")
    rank = lowest_rank(len(ordered), alpha, a)
    if rank == 0:
        return median(ordered), -inf, inf
    return median(ordered), ordered[rank - 1], ordered[-rank]


def _log_beta(x: float, y: float) -> float:
    return lgamma(x) + lgamma(y) - lgamma(x + y)
