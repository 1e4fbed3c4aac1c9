"""Verdicts at their edges."""

import math

import pytest

from bench.analyse.ratios import heap_history, ratios, settled, straddling, verdict
from bench.analyse.summary import parts
from bench.tests.rows import time_rows, visit_rows


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


def kinds(faulting, passes):
    """Log-ratios and differences of page faults in which the first passes fault their memory in, and have a ratio of 0.9."""
    return [math.log(0.9)] * faulting + [0.0] * (passes - faulting), [-900.0] * faulting + [3.0] * (passes - faulting)


def test_heap_history_splits_passes_by_page_faults():
    history = heap_history(*kinds(8, 32))
    assert (history.share, history.without, history.with_faults) == pytest.approx((0.25, 1.0, 0.9))


@pytest.mark.parametrize(
    ("faulting", "passes", "depends"),
    [(8, 23, False), (8, 24, True), (2, 24, False), (3, 24, True), (21, 24, True), (22, 24, False), (0, 30, False), (30, 30, False)],
    ids=["too few passes", "enough", "the exception", "a tenth", "most", "the rule", "never", "always"],
)
def test_a_ratio_depends_on_heap_history_where_both_kinds_of_passes_are_common(faulting, passes, depends):
    assert (heap_history(*kinds(faulting, passes)) is not None) is depends


def test_which_of_the_two_faults_does_not_matter_and_few_faults_are_none():
    ratios, differences = kinds(8, 32)
    assert heap_history(ratios, [-difference for difference in differences]) == heap_history(ratios, differences)
    assert heap_history(ratios, [15.0] * 8 + [0.0] * 24) is None
    assert heap_history([], []) is None


def of_passes(step, passes=30):
    """The slice of a folder in which `step(pass)` gives a list of rounds: impl -> nanoseconds, and impl -> page faults."""
    rows = [
        row
        for number in range(1, passes + 1)
        for round_number, (ns, faults) in enumerate(step(number))
        for impl in ns
        for row in visit_rows({impl: (ns[impl],) * 2}, **{"pass": number, "round": round_number, "minor_faults": faults.get(impl, 0.0)})
    ]
    [data] = parts(time_rows(*rows), "base")
    return data


def test_a_ratio_turned_round_is_the_inverse_in_every_figure():
    def step(number):
        faults = number % 3 == 0
        rounds = [1e6, 1e6, 1e6, 2e6] if number % 2 else [1e6, 1.1e6, 1e6, 2.2e6]
        return [({"base": 1e6, "other": ns * (1.5 if faults else 1)}, {"other": 900.0 * faults}) for ns in rounds]

    data = of_passes(step)
    [there], [back] = ratios(data, ("other", "base"), "default"), ratios(data, ("base", "other"), "default")
    assert there.low < there.ratio < there.high
    assert (back.ratio, back.low, back.high) == pytest.approx((1 / there.ratio, 1 / there.high, 1 / there.low))
    assert (back.mean_ratio, back.mean_low, back.mean_high) == pytest.approx(
        (1 / there.mean_ratio, 1 / there.mean_high, 1 / there.mean_low)
    )
    assert back.faulting_share == there.faulting_share == pytest.approx(1 / 3)
    assert (back.without_faults, back.with_faults) == pytest.approx((1 / there.without_faults, 1 / there.with_faults))


def test_open_bounds_stay_open_when_a_ratio_is_turned_round():
    data = of_passes(lambda number: [({"base": 1e6, "other": 2e6}, {})], passes=5)
    [back] = ratios(data, ("base", "other"), "default")
    assert (back.ratio, back.low, back.high) == (0.5, 0.0, math.inf)


def test_the_share_of_starts_that_straddle_is_counted_over_rounds():
    """In each pass one start of five takes twice the time; a second of its runs is noise, which the shorter run is without."""
    data = of_passes(lambda number: [({"base": 1e6, "other": 1e6 * (1 + (start == 2))}, {}) for start in range(5)])
    assert straddling(data, "other", "default", 4, 8) == pytest.approx(0.2)
    assert straddling(data, "base", "default", 4, 8) == 0
    [ratio] = ratios(data, ("other", "base"), "default")
    assert (ratio.ratio, ratio.mean_ratio) == pytest.approx((1.0, 1.2))
