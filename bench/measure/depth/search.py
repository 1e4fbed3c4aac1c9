"""The search for the deepest that works, by doubling and bisection: which depths to try, and when to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench.measure.depth.trials import TrialResult

EXACT_BELOW = 2_000
TOLERANCE = 0.01
FIRST_STEP = 512


@dataclass(frozen=True)
class Deepest:
    """The result of a search: the deepest trial that succeeded, 0 if none did, and the shallowest that failed.

    If the cap itself succeeded, `failed_at` and `failure` are None.
    """

    depth: int
    success: TrialResult | None
    failed_at: int | None = None
    failure: TrialResult | None = None


def deepest(probe: Callable[[int], TrialResult], cap: int) -> Deepest:
    """Find the deepest success to within 1 %, or exactly below 2 000, with few trials; `cap` is the deepest to try.

    The cap comes first: a subject without a limit needs one trial, and one with a limit mostly fails fast,
    since a stack overflows in milliseconds. Then 1, 512, 1 024 and so on up to the first failure, and
    bisection between the last two.

    A time-out is not bisected: the depth at which time runs out depends on the time limit.
    """
    bracket = _Bracket(probe)
    if bracket.holds(cap):
        return bracket.result
    depth = 1
    while depth < bracket.high and bracket.holds(depth):
        depth = max(FIRST_STEP, 2 * depth)
    while bracket.open:
        bracket.holds((bracket.low + bracket.high) // 2)
    return bracket.result


class _Bracket:
    """The deepest success and the shallowest failure so far."""

    def __init__(self, probe: Callable[[int], TrialResult]) -> None:
        self._probe = probe
        self.low, self.high = 0, 0
        self._success: TrialResult | None = None
        self._failure: TrialResult | None = None

    def holds(self, depth: int) -> bool:
        """Try a depth, and keep the result."""
        result = self._probe(depth)
        if result.status == "ok":
            self.low, self._success = depth, result
            return True
        self.high, self._failure = depth, result
        return False

    @property
    def open(self) -> bool:
        """Are the two further apart than the precision of the search?"""
        if self._failure is None or self._failure.status == "timeout":
            return False
        slack = 1 if self.low < EXACT_BELOW else self.low * TOLERANCE
        return self.high - self.low > slack

    @property
    def result(self) -> Deepest:
        """The two ends of the bracket."""
        return Deepest(self.low, self._success, self.high or None, self._failure)
