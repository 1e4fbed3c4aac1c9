"""The clocks: CPU time, wall time and page faults of one measurement, read together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import repeat
from time import perf_counter_ns, process_time_ns
from typing import NamedTuple

try:
    import resource
except ImportError:  # Windows has no such counter
    resource = None  # type: ignore[assignment]


class Reading(NamedTuple):
    """The mean of one step over the iterations: nanoseconds of CPU and wall time, and minor page faults."""

    cpu_ns: float
    wall_ns: float
    minor_faults: float | None


NOTABLE_FAULTS = 16.0  # page faults a step: some per cent of a step of a millisecond


def undisturbed(readings: Sequence[Reading]) -> Reading:
    """The shortest of several readings of the same steps: noise only ever adds, and comes in bursts that rarely meet all of them.

    Where one has notably more page faults than another they were not the same work, and the mean of all is taken.

    >>> undisturbed([Reading(9.0, 9.5, 0.0), Reading(7.0, 7.5, 1.0)]).cpu_ns
    7.0
    >>> undisturbed([Reading(9.0, 9.5, 90.0), Reading(7.0, 7.5, 0.0)])
    Reading(cpu_ns=8.0, wall_ns=8.5, minor_faults=45.0)
    """
    faults = [reading.minor_faults or 0.0 for reading in readings]
    if max(faults) - min(faults) < NOTABLE_FAULTS:
        return min(readings, key=lambda reading: reading.cpu_ns)  # page faults may be None, which nothing is less than
    return Reading(*(sum(values) / len(readings) for values in zip(*readings, strict=True)))


def tick_ns() -> int:
    """The smallest step that the CPU clock takes, as seen and not as the system says: some claim 1 ns and step by 10 ms."""
    return min(_next_step_ns() for _ in range(5))


def _next_step_ns() -> int:
    start = process_time_ns()
    while (now := process_time_ns()) == start:
        pass
    return now - start


def minor_faults() -> int:
    """Minor page faults of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt if resource else 0


def read_clocks(step: Callable[[], object], iterations: int) -> Reading:
    """Run `step` that many times in a row and read CPU time, wall time and page faults around it."""
    faults = minor_faults()
    wall = perf_counter_ns()
    cpu = process_time_ns()
    for _ in repeat(None, iterations):
        step()
    cpu = process_time_ns() - cpu
    wall = perf_counter_ns() - wall
    faults = minor_faults() - faults
    return Reading(cpu / iterations, wall / iterations, faults / iterations if resource else None)
