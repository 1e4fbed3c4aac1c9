"""The search finds a depth that is known, as exactly as it says, with few trials, and stops where it should."""

import pytest

from bench.measure.depth.search import deepest
from bench.measure.depth.trials import TrialResult


class Fake:
    """A probe that goes well down to a depth, and keeps a list of what it was asked."""

    def __init__(self, depth, ending="segfault"):
        self.depth, self.ending, self.tried = depth, ending, []

    def __call__(self, depth):
        self.tried.append(depth)
        return TrialResult("ok") if depth <= self.depth else TrialResult(self.ending)


@pytest.mark.parametrize("known", [1, 2, 3, 511, 512, 513, 747, 987, 1023, 1024, 1998, 1999])
def test_exact_below_two_thousand(known):
    result = deepest(Fake(known, "recursion_error"), 1_000_000)
    assert (result.depth, result.failed_at, result.failure.status) == (known, known + 1, "recursion_error")


@pytest.mark.parametrize("known", [2_000, 2_001, 4_992, 23_808, 131_071, 999_999])
def test_within_one_per_cent_from_two_thousand(known):
    result = deepest(Fake(known), 1_000_000)
    assert result.depth <= known < result.failed_at
    assert result.failed_at - result.depth <= 0.01 * result.depth


def test_what_reaches_the_cap_takes_one_trial():
    probe = Fake(10**9)
    result = deepest(probe, 50_000)
    assert (result.depth, result.failed_at, result.failure, probe.tried) == (50_000, None, None, [50_000])


def test_nothing_deeper_than_the_cap_is_tried():
    probe = Fake(700)
    assert deepest(probe, 800).depth == 700
    assert max(probe.tried) == 800


def test_what_fails_at_once_has_depth_zero_and_costs_two_trials():
    probe = Fake(0, "error")
    result = deepest(probe, 1_000_000)
    assert (result.depth, result.failed_at, result.failure.status, result.success) == (0, 1, "error", None)
    assert probe.tried == [1_000_000, 1]


def test_a_cap_of_one_is_tried_once():
    probe = Fake(0)
    assert deepest(probe, 1).depth == 0
    assert probe.tried == [1]


def test_the_failure_is_that_of_the_shallowest_depth():
    """A million is too much for memory, and 3 000 already for the stack."""
    probe = Fake(3_000)
    result = deepest(lambda depth: TrialResult("out_of_memory") if depth > 500_000 else probe(depth), 1_000_000)
    assert result.failure.status == "segfault"


def test_a_time_out_is_not_bisected():
    probe = Fake(5_000, "timeout")
    result = deepest(probe, 1_000_000)
    assert probe.tried == [1_000_000, 1, 512, 1_024, 2_048, 4_096, 8_192]
    assert (result.depth, result.failed_at, result.failure.status) == (4_096, 8_192, "timeout")


@pytest.mark.parametrize(("known", "most"), [(987, 14), (23_808, 18), (999_999, 22)])
def test_trials_are_few(known, most):
    probe = Fake(known)
    deepest(probe, 1_000_001)
    assert len(probe.tried) <= most


@pytest.mark.parametrize("known", [0, 1, 2, 3, 4, 5, 700, 987, 1999])
@pytest.mark.parametrize("told", [0, 1, 300])
def test_from_below_it_is_as_exact(known, told):
    probe = Fake(known, "recursion_error")
    result = deepest(probe, 100_000, from_below=True, known=min(told, known))
    assert (result.depth, result.failed_at) == (known, known + 1)
    assert min(probe.tried) > min(told, known)


def test_from_below_a_cap_that_can_be_reached_is_reached():
    for known in (0, 100_000):
        result = deepest(Fake(10**9), 100_000, from_below=True, known=known)
        assert (result.depth, result.failed_at, result.success.status) == (100_000, None, "ok")


def test_from_below_nothing_is_tried_far_beyond_the_time_that_there_is():
    probe = Fake(40, "timeout")
    result = deepest(probe, 100_000, from_below=True)
    assert probe.tried == [1, 4, 16, 64, 32]
    assert (result.depth, result.failed_at, result.failure.status) == (32, 64, "timeout")
