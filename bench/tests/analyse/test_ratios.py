"""Verdicts at their edges."""

import math

import pytest

from bench.analyse.ratios import settled, verdict


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.99, 1.01, "same"),
        (0.9899, 1.01, "undecided"),
        (0.98, 0.999, "faster"),
        (1.001, 1.02, "slower"),
        (1.001, 1.009, "same"),
        (0.98, 1.0, "undecided"),
        (0.0, math.inf, "undecided"),
    ],
)
def test_verdict(low, high, expected):
    assert verdict(low, high) == expected


@pytest.mark.parametrize(
    ("ratio", "low", "high", "expected"),
    [
        (1.005, 0.996, 1.014, True),  # within 1 % of its centre, though no verdict is clear
        (1.0, 0.98, 1.005, False),
        (1.3, 1.1, 1.5, True),  # wide, but slower for certain
        (1.0, 0.0, math.inf, False),
    ],
)
def test_settled_is_near_or_clear(ratio, low, high, expected):
    assert settled(ratio, low, high, precision=0.01) is expected
