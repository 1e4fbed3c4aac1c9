"""The interval is the one that the formula, the hand and the simulation give."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from scipy.special import beta

from bench.analyse.intervals import log_martingale, lowest_rank, median_interval


@pytest.mark.parametrize("a", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("n", [1, 7, 30])
def test_martingale_against_scipys_beta_function(n, a):
    for below in range(n + 1):
        expected = beta(a + below, a + n - below) / beta(a, a) * 2.0**n
        assert math.exp(log_martingale(below, n, a)) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("n", [1, 2, 8, 13])
def test_martingale_has_mean_one_under_a_fair_coin(n):
    mean = sum(math.comb(n, k) / 2**n * math.exp(log_martingale(k, n)) for k in range(n + 1))
    assert mean == pytest.approx(1, rel=1e-12)


def test_seven_samples_give_no_bounds_and_eight_give_all_of_them():
    # By hand: walks of 0 or 7 have probability 2 / 2^7 = 0.0156, and 0.05 (1 - 2 / sqrt(7)) = 0.0122 may be spent by then;
    # walks of 0 or 8 have 0.0078, of 0.0146. Walks of 1 or 7 beside them would make it 0.0703.
    assert median_interval([5, 3, 1, 7, 2, 6, 4]) == (4, -math.inf, math.inf)
    assert median_interval([5, 3, 1, 7, 2, 6, 4, 8]) == (4.5, 1, 8)


def left_by(n, alpha):
    """The share of all 2^n walks that have left the boundary by then, counted one by one."""
    walks = [walk for walk in itertools.product((0, 1), repeat=n) if not _inside(walk, alpha)]
    return Fraction(len(walks), 2**n)


def _inside(walk, alpha):
    """Has the walk never left the boundary?"""
    return all(lowest_rank(m, alpha) <= k <= m - lowest_rank(m, alpha) for m, k in enumerate(itertools.accumulate(walk, initial=0)))


@pytest.mark.parametrize("alpha", [0.05, 0.2])
@pytest.mark.parametrize("n", [8, 11, 14])
def test_all_walks_counted_spend_what_is_allowed_and_one_rank_more_would_be_too_much(n, alpha):
    allowed = alpha * (1 - 2 / math.sqrt(n))
    left = left_by(n, alpha)
    assert left <= allowed
    rank = lowest_rank(n, alpha)
    more = 2 * sum(1 for walk in itertools.product((0, 1), repeat=n) if sum(walk) == rank and _inside(walk[:-1], alpha))
    assert left + Fraction(more, 2**n) > allowed


@pytest.mark.parametrize("alpha", [0.05, 0.05 / 18, 0.05 / 144])
def test_it_is_nowhere_wider_than_the_beta_binomial_by_more_than_one_rank(alpha):
    beta_binomial = [next(k for k in range(n + 1) if log_martingale(k, n) < -math.log(alpha)) for n in range(1, 201)]
    exact = [lowest_rank(n, alpha) for n in range(1, 201)]
    assert all(ours >= theirs - 1 for ours, theirs in zip(exact, beta_binomial, strict=True))
    assert sum(exact[:50]) > sum(beta_binomial[:50])


def test_smaller_alpha_is_wider():
    samples = list(range(100))
    _, low, high = median_interval(samples, alpha=0.05)
    _, wide_low, wide_high = median_interval(samples, alpha=0.001)
    assert wide_low < low < high < wide_high


def test_no_samples_is_an_error():
    with pytest.raises(ValueError, match="no samples"):
        median_interval([])


def test_watched_after_every_sample_it_misses_the_median_in_at_most_5_percent():
    # Heavy-tailed samples with median 0; the interval holds 0 just while the rank of 0 is believable.
    rng = np.random.default_rng(1)
    below = (rng.standard_t(2, (2_000, 400)) < 0).cumsum(axis=1)
    n = np.arange(1, 401)
    ranks = np.array([lowest_rank(int(size)) for size in n])
    missed = ((below < ranks) | (n - below < ranks)).any(axis=1)
    assert 0.005 < missed.mean() <= 0.05


def test_the_simulations_shortcut_is_the_interval():
    rng = np.random.default_rng(2)
    for size in (8, 9, 25, 60):
        samples = rng.standard_t(2, size)
        for theta in rng.standard_t(2, 20):
            below, rank = (samples < theta).sum(), lowest_rank(size)
            _, low, high = median_interval(samples)
            assert (low <= theta <= high) == (rank <= below <= size - rank)
