"""The law of an order test is that over all orders: by hand and by brute force for a few, by its level for many."""

from itertools import pairwise, permutations

import numpy as np
import pytest

from bench.analyse.selfcheck import order
from bench.analyse.selfcheck.order import halves, lag_1


def by_brute_force(statistic, series):
    """The share of all orders in which it is as large, with ranks worked out by sorting."""
    ranks = np.argsort(np.argsort(series, axis=1), axis=1).astype(float)
    ranks -= ranks.mean(axis=1, keepdims=True)

    def of(rows):
        return sum(statistic(row) for row in rows) / len(rows)

    seen = of(ranks)
    every = [of(ranks[:, list(these)]) for these in permutations(range(ranks.shape[1]))]
    return seen, sum(each >= seen - 1e-12 for each in every) / len(every)


def lag_1_by_hand(row):
    return sum(a * b for a, b in pairwise(row)) / sum(a * a for a in row)


def halves_by_hand(row):
    middle = len(row) // 2
    return (sum(row[middle:]) / (len(row) - middle) - sum(row[:middle]) / middle) ** 2 / (sum(a * a for a in row) / len(row))


@pytest.mark.parametrize(("test", "by_hand"), [(lag_1, lag_1_by_hand), (halves, halves_by_hand)])
def test_few_passes_are_tested_exactly(test, by_hand):
    series = [[3.0, 1.0, 4.0, 1.5, 5.0, 9.0], [2.0, 7.0, 1.0, 8.0, 2.5, 8.5]]
    statistic, chance = by_brute_force(by_hand, series)
    found = test(series)
    assert found.statistic == pytest.approx(statistic)
    assert found.chance == pytest.approx(chance)
    assert (found.series, found.passes) == (2, 6)


def test_five_that_rise_are_told_as_by_hand():
    # ranks -2 .. 2: (2 + 0 + 0 + 2) / 10; of the 120 orders 8 have as much
    assert lag_1([[1.0, 2.0, 3.0, 4.0, 5.0]]).statistic == pytest.approx(0.4)
    assert lag_1([[1.0, 2.0, 3.0, 4.0, 5.0]]).chance == pytest.approx(8 / 120)


def test_series_that_share_their_noise_raise_no_more_alarms_than_one():
    """Eight copies of one series are no better evidence than the series itself."""
    rng = np.random.default_rng(3)
    for _ in range(5):
        one = rng.standard_normal(20).tolist()
        assert lag_1([one] * 8).chance == lag_1([one]).chance


def test_the_level_is_kept_on_skewed_noise(monkeypatch):
    monkeypatch.setattr(order, "ORDERS", 199)
    rng = np.random.default_rng(8)
    chances = [lag_1(rng.lognormal(size=(3, 15)).tolist()).chance for _ in range(200)]
    assert sum(chance <= 0.1 for chance in chances) <= 33  # 20 are expected; 34 or more come up in 2 of 1 000 (binomial)


def test_what_is_constant_is_no_evidence():
    assert lag_1([[1.0] * 12]).chance == 1.0
