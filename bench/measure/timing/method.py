"""The method: a digest of the code that takes times, since times of two methods do not belong in one median."""

from __future__ import annotations

from bench.measure.timing import pass_timer, worker
from bench.plan import allocators
from bench.plan.sources import code_digest, taken_from


def method() -> str:
    """A digest of all that runs between a step and the nanoseconds that are recorded of it, on either side of the pipe."""
    ends = [pass_timer.__name__, worker.__name__]
    return code_digest([*ends, *taken_from(ends, "bench.measure"), allocators.__name__])
