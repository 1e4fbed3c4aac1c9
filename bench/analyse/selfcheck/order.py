"""Order: whether passes could as well have come in another order, as they could if they were independent and nothing drifted.

Under that hypothesis every order of the passes is as likely as the one that was seen, so the law of any statistic is known: it is that
over all orders (a permutation test; Fisher 1935), of which some thousands are drawn. The series of several comparisons and cells
come from the same passes, so that they may depend on one another. All are put into the same new order, and the mean over
them is one statistic with one law.

Ranks stand for the samples, so that a single pass that went wrong weighs no more than any other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

ORDERS = 4_999
Statistic = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class OrderTest:
    """A statistic over so many series of so many passes each, and the probability that it is as large in any order."""

    statistic: float
    chance: float
    series: int
    passes: int


def lag_1(series: Sequence[Sequence[float]]) -> OrderTest:
    """The autocorrelation of ranks at lag 1, the mean over the series; large where a pass is like the one before it."""
    return _tested(series, _autocorrelation)


def halves(series: Sequence[Sequence[float]]) -> OrderTest:
    """How far apart the mean ranks of the first and the second half are, in standard deviations, squared; the mean over the series."""
    return _tested(series, _distance)


def without(samples: np.ndarray, cause: np.ndarray) -> np.ndarray:
    """What is left of the samples when what goes along with a cause is taken away (least squares).

    >>> [round(float(left), 6) for left in without(np.array([1.0, 3.0, 5.0, 8.0]), np.array([0.0, 1.0, 2.0, 3.0]))]
    [0.2, -0.1, -0.4, 0.3]
    """
    apart = cause - cause.mean()
    slope = (apart * samples).sum() / max(float((apart**2).sum()), 1e-12)
    return np.asarray(samples - samples.mean() - slope * apart)


def _autocorrelation(ranks: np.ndarray) -> np.ndarray:
    """Of standard ranks along the last axis.

    >>> float(_autocorrelation(np.array([-1.0, -1.0, 1.0, 1.0]))), float(_autocorrelation(np.array([1.0, -1.0, 1.0, -1.0])))
    (0.25, -0.75)
    """
    return np.asarray((ranks[..., 1:] * ranks[..., :-1]).sum(-1) / ranks.shape[-1])


def _distance(ranks: np.ndarray) -> np.ndarray:
    """Of standard ranks along the last axis.

    >>> float(_distance(np.array([-1.0, -1.0, 1.0, 1.0]))), float(_distance(np.array([-1.0, 1.0, -1.0, 1.0])))
    (4.0, 0.0)
    """
    middle = ranks.shape[-1] // 2
    return (ranks[..., middle:].mean(-1) - ranks[..., :middle].mean(-1)) ** 2


def _tested(series: Sequence[Sequence[float]], statistic: Statistic) -> OrderTest:
    from scipy.stats import permutation_test, rankdata  # takes as long to import as everything else here

    ranks = rankdata(np.array(series, dtype=float), axis=1)
    ranks = (ranks - ranks.mean(axis=1, keepdims=True)) / np.maximum(ranks.std(axis=1, keepdims=True), 1e-12)
    passes = ranks.shape[1]

    def of_order(order: np.ndarray, axis: int = -1) -> np.ndarray:
        return statistic(ranks[:, order.astype(int)]).mean(0)

    tested = permutation_test(
        (np.arange(passes),), of_order, permutation_type="pairings", alternative="greater", vectorized=True, n_resamples=ORDERS,
        batch=1_000, random_state=0,
    )  # fmt: skip
    return OrderTest(float(tested.statistic), float(tested.pvalue), len(series), passes)
