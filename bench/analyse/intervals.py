"""Intervals that hold at every sample size at once: for a median, and for the difference of two.

**A median.** Let K_n be how many of n independent samples lie below theta. If theta is the median, K is a walk of fair
coin flips, whose law is known exactly, so a boundary can be computed for it (Lan & DeMets 1983, error spending): at
each n the walks that have not left it yet are counted, path by path (dynamic programming), and the boundary is the
highest rank r for which

    P(K_m < r_m or K_m > m - r_m at any m up to n)  <=  alpha (1 - 2 / sqrt(n))

The right side never exceeds alpha, so a fair walk ever leaves the boundary with probability at most alpha. The thetas
whose walk has not left it at n are therefore a confidence sequence: it may be watched after every sample, and sampling
may stop at any time for any reason. They lie between two order statistics, the r-th smallest and the r-th largest
sample. Where samples equal theta, give each the side that keeps the coin fair: the interval is closed, so it only gains.

By hand, alpha = 0.05: up to n = 4 nothing may be spent. At n = 8 the walks 0 and 8 have probability 2 / 2^8 = 0.0078,
and 0.05 (1 - 2 / sqrt(8)) = 0.0146 may be spent, so r = 1; at n = 7 they have 0.0156, and only 0.0122 may be.

**The martingale.** The beta-binomial mixture has a boundary too, which this one replaces for a single median. With the
coin's bias weighed by a Beta(a, a) prior, M_n(K) = B(a + K, a + n - K) / B(a, a) * 2^n starts at 1, and by Ville's
inequality it ever reaches 1 / alpha with probability at most alpha (Robbins 1970; Howard & Ramdas 2022). That
inequality is not sharp, so its intervals are up to a quarter wider below 50 samples; above, the two are within one
rank of each other (to n = 200).

**The difference of two medians.** Let x and y be independent sets of samples with medians theta and theta + delta. The
martingales M for the x below theta and M' for the y below theta + delta are independent, so
their product is a martingale that starts at 1 too, in whatever order samples come in. By Ville's inequality
it ever reaches 1 / alpha with probability at most alpha. theta is not known, but whichever it is, the least
product over all theta is no larger; so a delta is refuted when even that has reached 1 / alpha. Those that
are not refuted hold the true difference with probability 1 - alpha: again watched as often as one likes.

Taking the bounds of two intervals at alpha / 2 each from one another is valid as well, and a quarter wider at the
levels that a gate over many cells needs: it allows for both medians to lie at the far ends of theirs at once.

M changes with theta only at a sample. So theta lies between two neighbours x_i and x_i+1, theta + delta between
y_j and y_j+1, and each pair of gaps whose product is small enough allows the deltas from y_j - x_i+1 to y_j+1 - x_i.

Several intervals at alpha / m each hold together at alpha (Bonferroni), whatever they share.

This file uses nothing of this project.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import count
from math import inf, isfinite, lgamma, log, sqrt
from statistics import median

import numpy as np


def log_martingale(below: int, n: int, a: float = 1.0) -> float:
    """Log M_n: how much the flips speak against a fair coin, when `below` of n came up."""
    return _log_beta(a + below, a + n - below) - _log_beta(a, a) + n * log(2)


def lowest_rank(n: int, alpha: float = 0.05) -> int:
    """r_n: the least K that is still believable for the median, 0 while every K is.

    >>> [lowest_rank(n) for n in (7, 8, 20, 100)]
    [0, 1, 4, 35]
    """
    ranks, boundary = _boundary(alpha)
    while len(ranks) <= n:
        ranks.append(next(boundary))
    return ranks[n]


def fewest_samples(alpha: float = 0.05) -> int:
    """How many samples it takes for an interval to have bounds.

    >>> fewest_samples(), fewest_samples(0.05 / 18)
    (8, 11)
    """
    return next(n for n in count(1) if lowest_rank(n, alpha) > 0)


def median_interval(samples: Iterable[float], alpha: float = 0.05) -> tuple[float, float, float]:
    """The samples' median, and an anytime-valid 1 - alpha interval for the median they come from.

    With alpha = 0.05 the bounds are infinite up to 7 samples.

    >>> median_interval([3.0, 1.0, 2.0, 5.0, 4.0, 8.0, 7.0, 6.0])
    (4.5, 1.0, 8.0)

    Raises:
        ValueError: there are no samples.

    """
    ordered = sorted(samples)
    if not ordered:
        raise ValueError("the median of no samples is not defined")
    rank = lowest_rank(len(ordered), alpha)
    if rank == 0:
        return median(ordered), -inf, inf
    return median(ordered), ordered[rank - 1], ordered[-rank]


def difference_interval(xs: Iterable[float], ys: Iterable[float], alpha: float = 0.05) -> tuple[float, float]:
    """An anytime-valid 1 - alpha interval for the median that ys come from, less the one that xs come from.

    Bounds are infinite while either side has too few samples. Ten samples and ten others above them:

    >>> difference_interval(range(10), range(100, 110))
    (92, 108)
    >>> difference_interval(range(7), range(100, 110))
    (-inf, inf)
    """
    x, y = [-inf, *sorted(xs), inf], [-inf, *sorted(ys), inf]
    x_against, y_against = _against(len(x) - 2), np.array(_against(len(y) - 2))
    low, high = inf, -inf
    for i, against in enumerate(x_against):
        allowed = np.flatnonzero(against + y_against < -log(alpha))
        if len(allowed):  # of the gaps of y, the first has the least deltas, and the last the greatest
            low = min(low, y[allowed[0]] - x[i + 1])
            high = max(high, y[allowed[-1] + 1] - x[i])
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


@cache
def _boundary(alpha: float) -> tuple[list[int], Iterator[int]]:
    """The ranks known so far, r_0 first, and what gives the next ones."""
    return [0], _ranks(alpha)


def _ranks(alpha: float) -> Iterator[int]:
    """r_1, r_2, ...: `inside[k]` is the probability that K is k now and has left the boundary at no time before."""
    inside, spent = np.ones(1), 0.0
    for n in count(1):
        inside = (np.append(inside, 0.0) + np.append(0.0, inside)) / 2
        tails = np.cumsum(inside + inside[::-1])[: n // 2]  # tails[r - 1] is what rank r would spend at n
        rank = int(np.searchsorted(tails, alpha * (1 - 2 / sqrt(n)) - spent, side="right"))
        if rank:
            spent += float(tails[rank - 1])
            inside[:rank] = inside[n - rank + 1 :] = 0.0
        yield rank


def _log_beta(x: float, y: float) -> float:
    return lgamma(x) + lgamma(y) - lgamma(x + y)
