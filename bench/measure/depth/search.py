"""The search for the deepest that works, by doubling and bisection: which depths to try, and when to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench.measure.depth.trials import TrialResult

EXACT_BELOW = 2_000
TOLERANCE = 0.01
FIRST_STEP = 512


@dataclass
class Search:
    """A search as far as it has come, and in the end its result.

    Attributes:
        probe: tries a depth.
        depth: the deepest that succeeded, 0 if none did; `success` is its result.
        failed_at: the shallowest that failed, None if none did; `failure` is its result.

    """

    probe: Callable[[int], TrialResult]
    depth: int = 0
    success: TrialResult | None = None
    failed_at: int | None = None
    failure: TrialResult | None = None

    def succeeds(self, depth: int) -> bool:
        """Try a depth between the two."""
        result = self.probe(depth)
        if result.status == "ok":
            self.depth, self.success = depth, result
            return True
        self.failed_at, self.failure = depth, result
        return False

    @property
    def middle(self) -> int | None:
        """The depth half-way between the two; None if they are near enough.

        A time-out is not bisected: the depth at which time runs out depends on the time limit.
        """
        if self.failed_at is None or self.failure is None or self.failure.status == "timeout":
            return None
        slack = 1 if self.depth < EXACT_BELOW else self.depth * TOLERANCE
        return (self.depth + self.failed_at) // 2 if self.failed_at - self.depth > slack else None


def deepest(probe: Callable[[int], TrialResult], cap: int, from_below: bool = False, known: int = 0) -> Search:
    """Find the deepest success to within 1 %, or exactly below 2 000, with few trials; `cap` is the deepest to try.

    The cap comes first: a subject without a limit needs one trial, and one with a limit mostly fails fast,
    since a stack overflows in milliseconds. Then 1, 512, 1 024 and so on up to the first failure, and
    bisection between the last two. `from_below` is for a subject whose work may grow faster than its depth:
    1, 4, 16 and so on, and the cap last. A depth that is `known` to succeed need not be gone through again.
    """
    search = Search(probe, min(known, cap - 1))
    if not from_below and search.succeeds(cap):
        return search
    first_step, factor = (1, 4) if from_below else (FIRST_STEP, 2)
    depth = max(1, factor * search.depth)
    while depth < cap and search.succeeds(depth):
        depth = max(first_step, factor * depth)
    if from_below and search.failed_at is None:
        search.succeeds(cap)
    if from_below and search.middle is None and search.failed_at == factor * search.depth:
        search.succeeds(2 * search.depth)  # of a time-out, which is not bisected, to within a factor of two
    while middle := search.middle:
        search.succeeds(middle)
    return search
