"""A visit: all contenders of one cell, warmed up and then timed in mirrored rounds, inside one process."""

from __future__ import annotations

import gc
import math
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import repeat
from time import process_time_ns

from bench.measure.timing.clocks import Reading
from bench.measure.timing.steps import MakeReady, Step
from bench.plan.contenders import FLOOR

SHORTEST_NS = 2_000_000  # a measurement lasts at least this long
START_DEPTHS = 157  # frames of `_at_depth`, 120 bytes each on CPython 3.11: 1.15 times the 16 KiB of a chunk of frames

ReadClocks = Callable[[Step, int], Reading]


@dataclass(frozen=True)
class Measurement:
    """One contender at one position (`order`) of one round; times are nanoseconds an iteration.

    `status` is "ok", or the word for what went wrong; then `detail` says more and there are no numbers.
    """

    impl: str
    round: int | None = None
    order: int | None = None
    iterations: int | None = None
    cpu_ns: float | None = None
    wall_ns: float | None = None
    minor_faults: float | None = None
    status: str = "ok"
    detail: str = ""


@dataclass
class Visit:
    """What `measure` needs: what makes each contender ready for a measurement, and the source of randomness.

    `announce(name)` is called before each measurement, outside the clock, so that the parent knows that
    the visit goes on, and which contender a crash belongs to.
    """

    contenders: dict[str, MakeReady]
    rounds: int
    rng: random.Random
    read_clocks: ReadClocks
    announce: Callable[[str], None] = lambda name: None
    failures: list[Measurement] = field(default_factory=list)


def measure(visit: Visit) -> list[Measurement]:
    """Warm up, set one number of iterations for all, and time every contender in every round.

    A contender that raises is left out, and its failure is a row.
    """
    gc.collect()
    gc.freeze()
    try:
        durations = _warm_up(visit)
        if not durations:
            return visit.failures
        iterations = math.ceil(1.05 * SHORTEST_NS / min(_without_floor(durations)))
        rows = list(visit.failures)
        for number in range(visit.rounds):
            depth = visit.rng.randrange(START_DEPTHS)
            rows += _at_depth(depth, lambda number=number: _round(visit, list(durations), number, iterations))  # type: ignore[misc]
        return rows
    finally:
        gc.unfreeze()


def _warm_up(visit: Visit) -> dict[str, float]:
    """Nanoseconds of one warm step of each contender; one that raises is among the failures instead."""
    durations = {}
    for name, make_ready in visit.contenders.items():
        visit.announce(name)
        try:
            durations[name] = _step_ns(make_ready())
        except Exception as error:
            visit.failures.append(Measurement(name, status=status_of(error), detail=f"{type(error).__name__}: {error}"))
    return durations


def _without_floor(durations: dict[str, float]) -> list[float]:
    """Durations of all but the floor, or the floor's if it is alone: it may be ten times as fast,
    and would make all other measurements ten times as long as they need to be.
    """
    return [ns for name, ns in durations.items() if name != FLOOR] or list(durations.values())


def _round(visit: Visit, names: list[str], number: int, iterations: int) -> list[Measurement]:
    """Every contender once in random order, and once more in the reverse order, so that drift cancels."""
    visit.rng.shuffle(names)
    rows = []
    for order, name in enumerate(names + names[::-1]):
        visit.announce(name)
        reading = visit.read_clocks(visit.contenders[name](), iterations)
        rows.append(Measurement(name, number, order, iterations, *reading))
    return rows


def _step_ns(step: Step) -> float:
    """CPU nanoseconds of one warm step, from a number of steps that is doubled until they last long enough to be timed."""
    step()
    iterations = 1
    while True:
        start = process_time_ns()
        for _ in repeat(None, iterations):
            step()
        elapsed = process_time_ns() - start
        if elapsed >= SHORTEST_NS / 2:
            return elapsed / iterations
        iterations *= 2


def _at_depth(frames: int, work: Callable[[], list[Measurement]]) -> list[Measurement]:
    """Do the work from that many frames further down the stack.

    A call that straddles the end of a chunk of frames takes up to 200 times as long on CPython 3.11 to 3.13
    (python/cpython#142183), and so does every call at that depth. So each round starts at a random depth, the same
    for all in it: a contender of few frames, such as a loop, straddles in some rounds, and the median leaves them
    out. With one depth for a whole visit, some passes were useless: they read 0.3 or 1.3 where the ratio is 1.07.
    Recursion that is deeper than a chunk straddles at any start; that is a cost of its own, which stays in the median.
    """
    if frames == 0:
        return work()
    return _at_depth(frames - 1, work)


def status_of(error: BaseException) -> str:
    """The status for an exception."""
    if isinstance(error, RecursionError):
        return "recursion_error"
    if isinstance(error, MemoryError):
        return "out_of_memory"
    return "error"


def raise_recursion_limit(depth: int) -> None:
    """Let a network of that many layers recurse: the limit counts frames, at most two a layer here."""
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 3 * depth + 2_000))
