"""The deepest that works, by doubling and bisection: which depths to try, and when to stop. Starts no process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench.measure.depth.trials import TrialResult

EXACT_BELOW = 2_000
TOLERANCE = 0.01
FIRST_STEP = 512


@dataclass(frozen=True)
class Deepest:
    """The end of a search: the deepest trial that went well, 0 if none did, and the shallowest that did not.

    If the cap itself went well there is none of the latter, and `failure` is None.
    """

    depth: int
    success: TrialResult | None
    failed_at: int | None = None
    failure: TrialResult | None = None


def deepest(probe: Callable[[int], TrialResult], cap: int) -> Deepest:
    """Find it to within 1 %, or exactly below 2 000, with few trials; `cap` is the deepest to try.

    The cap comes first: what is without a limit is done in one trial, and what is not mostly fails
    fast, since a stack overflows in milliseconds. Then 1, 512, 1 024 and so on up to the first failure, and
    bisection between the last two.

    A time-out is not bisected: the depth at which a clock runs out says more about the clock.
    """
    found = _Bracket(probe)
    if found.holds(cap):
        return found.end
    depth = 1
    while depth < found.high and found.holds(depth):
        depth = max(FIRST_STEP, 2 * depth)
    while found.open:
        found.holds((found.low + found.high) // 2)
    return found.end


class _Bracket:
    """The deepest success and the shallowest failure so far."""

    def __init__(self, probe: Callable[[int], TrialResult]) -> None:
        self._probe = probe
        self.low, self.high = 0, 0
        self._success: TrialResult | None = None
        self._failure: TrialResult | None = None

    def holds(self, depth: int) -> bool:
        """Try a depth and take note."""
        outcome = self._probe(depth)
        if outcome.status == "ok":
            self.low, self._success = depth, outcome
            return True
        self.high, self._failure = depth, outcome
        return False

    @property
    def open(self) -> bool:
        """Is there more to learn between the two?"""
        if self._failure is None or self._failure.status == "timeout":
            return False
        slack = 1 if self.low < EXACT_BELOW else self.low * TOLERANCE
        return self.high - self.low > slack

    @property
    def end(self) -> Deepest:
        """What is known."""
        return Deepest(self.low, self._success, self.high or None, self._failure)
