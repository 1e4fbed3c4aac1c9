"""Misses are counted as by hand, and their chance is SciPy's."""

import random

import pytest
from scipy.stats import binom, binomtest

from bench.analyse.coverage import blocks, chance_of, ever_misses, first_miss, resampled, wilson
from bench.analyse.intervals import median_interval


def test_a_miss_is_for_good():
    # 8 samples on one side close the interval [least, greatest], which leaves 0 out; 40 on the other side bring it back
    samples = [float(k) for k in range(1, 9)] + [-1.0] * 40
    assert first_miss(samples) == 8
    _, low, high = median_interval(samples)
    assert low <= 0 <= high or high < 0
    assert ever_misses(samples)


def test_seven_samples_miss_nothing():
    assert first_miss([5.0] * 7) is None


def test_the_truth_is_where_one_says():
    assert not ever_misses([1.0, 3.0] * 30, truth=2.0)
    assert ever_misses([1.0, 3.0] * 30, truth=3.5)


@pytest.mark.parametrize(("misses", "count"), [(0, 10), (1, 1), (3, 20), (60, 1000), (1000, 1000)])
def test_the_chance_is_the_binomials_upper_tail(misses, count):
    assert chance_of(misses, count) == pytest.approx(binom.sf(misses - 1, count, 0.05), rel=1e-9)


@pytest.mark.parametrize(("hits", "count"), [(0, 10), (1, 6), (16, 40), (5, 5)])
def test_the_interval_of_a_share_is_wilsons(hits, count):
    expected = binomtest(hits, count).proportion_ci(method="wilson")
    assert wilson(hits, count) == pytest.approx((expected.low, expected.high), abs=1e-4)


def test_blocks_share_nothing_and_are_whole():
    assert blocks("abcdefg", 3) == ["abc", "def"]


def test_resampling_keeps_sizes_and_forgets_signs():
    drawn = resampled([1.0, 2.0, 4.0], 6000, random.Random(1))
    assert {abs(one) for one in drawn} == {1.0, 2.0, 4.0}
    for size in (1.0, 2.0, 4.0):
        assert binom.cdf(drawn.count(size), 6000, 1 / 6) == pytest.approx(0.5, abs=0.499)


def test_resampled_sequences_miss_at_most_as_often_as_they_may():
    """Whatever the spread, a sequence watched at every pass misses its truth in at most 5 %; one that is off by a deviation does not."""
    rng = random.Random(2)
    recorded = [rng.gauss(0.002, 0.01) for _ in range(50)]
    sequences = [resampled(recorded, 60, rng) for _ in range(400)]
    assert chance_of(sum(map(ever_misses, sequences)), 400) > 0.01
    shifted = [[one + 0.01 for one in sequence] for sequence in sequences]
    assert chance_of(sum(map(ever_misses, shifted)), 400) < 1e-6
