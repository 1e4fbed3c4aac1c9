"""The interval is the one that the formula, the hand and the simulation give."""

import math

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
    # By hand, a = 1: M_n(0) = B(1, n + 1) 2^n = 2^n / (n + 1), which is 16 for n = 7 and 28.4 for n = 8; 1 / alpha = 20.
    # M_8(1) = 2^8 B(2, 8) = 256 * 1! 7! / 9! = 3.6 < 20, so with 8 samples the bounds are the extremes.
    assert median_interval([5, 3, 1, 7, 2, 6, 4]) == (4, -math.inf, math.inf)
    assert median_interval([5, 3, 1, 7, 2, 6, 4, 8]) == (4.5, 1, 8)


def test_eleven_samples_by_hand():
    # M_11(1) = 2^11 * 1! 10! / 12! = 2048 / 132 = 15.5 < 20, so the extremes still; at 12, M_12(1) = 4096 / 156 = 26.3.
    assert median_interval(range(1, 12))[1:] == (1, 11)
    assert median_interval(range(1, 13))[1:] == (2, 11)


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
