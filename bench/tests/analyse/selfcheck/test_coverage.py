"""Misses are counted as by hand, and their chance is SciPy's."""

import math
import random

import pytest
from scipy.stats import binom, norm

from bench.analyse.intervals import median_interval
from bench.analyse.selfcheck.coverage import blocks, chance_of, ever_misses, first_above, first_miss, resampled, share_interval


def test_a_miss_is_for_good():
    # 8 samples on one side close the interval [least, greatest], which leaves 0 out; 40 on the other side bring it back
    samples = [float(k) for k in range(1, 9)] + [-1.0] * 40
    assert first_miss(samples) == 8
    _, low, high = median_interval(samples)
    assert low <= 0 <= high or high < 0
    assert ever_misses(samples)


def test_seven_samples_miss_nothing():
    assert first_miss([5.0] * 7) is None


def test_above_is_not_below():
    assert first_above([1.0] * 9) == 8
    assert first_above([-1.0] * 9) is None
    assert first_miss([-1.0] * 9) == 8


def test_the_truth_is_where_one_says():
    assert not ever_misses([1.0, 3.0] * 30, truth=2.0)
    assert ever_misses([1.0, 3.0] * 30, truth=3.5)


@pytest.mark.parametrize(("misses", "count"), [(0, 10), (1, 1), (3, 20), (60, 1000), (1000, 1000)])
def test_the_chance_is_the_binomials_upper_tail(misses, count):
    assert chance_of(misses, count) == pytest.approx(binom.sf(misses - 1, count, 0.05), rel=1e-9)


@pytest.mark.parametrize(("hits", "count"), [(0, 10), (1, 6), (16, 40), (5, 5)])
def test_the_interval_of_a_share_is_wilsons(hits, count):
    z = norm.ppf(0.975)
    centre, reach = hits + z**2 / 2, z * math.sqrt(hits * (count - hits) / count + z**2 / 4)
    expected = (centre - reach) / (count + z**2), (centre + reach) / (count + z**2)
    assert share_interval(hits, count) == pytest.approx(expected, abs=1e-9)


def test_blocks_share_nothing_and_are_whole():
    assert blocks("abcdefg", 3) == ["abc", "def"]


def test_what_is_drawn_again_is_as_it_was():
    drawn = resampled([-1.0, 2.0, 4.0], 6000, random.Random(1))
    assert set(drawn) == {-1.0, 2.0, 4.0}
    for value in (-1.0, 2.0, 4.0):
        assert 0.001 < binom.cdf(drawn.count(value), 6000, 1 / 3) < 0.999


def test_drawn_again_an_unbiased_series_misses_no_more_than_it_may_and_a_biased_one_does():
    rng = random.Random(2)
    fair = [[rng.gauss(0, 0.01) for _ in range(54)] for _ in range(17)]
    biased = [[one + 0.01 for one in series] for series in fair]
    fair_misses, biased_misses = (
        sum(ever_misses(resampled(series, 12, rng)) for series in both for _ in range(30)) for both in (fair, biased)
    )
    assert chance_of(fair_misses, 510) > 0.01
    assert chance_of(biased_misses, 510) < 1e-6
