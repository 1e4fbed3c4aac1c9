"""A visit: all contenders of one cell, warmed up and then timed in mirrored rounds, inside one process."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import repeat
from time import perf_counter, process_time_ns
from typing import TypeVar

from bench.measure.memory.collector import earlier_objects_left_out
from bench.measure.memory.frame_bytes import frame_bytes
from bench.measure.subjects.ready import MakeReady, Step
from bench.measure.timing.clocks import Reading, tick_ns, undisturbed
from bench.measure.workers.endings import detail_of, status_of
from bench.plan.contenders import FLOOR

# Noise only adds, and comes in bursts of some milliseconds: the shortest of several short readings has missed them.
SHORTEST_NS = 100_000  # a reading lasts at least this long
LONG_NS = 50_000_000  # and one that lasts this long need not repeat as often as the others
MOST_READINGS, READINGS_NS = 4, 8_000_000  # so many readings has a turn, unless they would last longer
WARM_UP_NS = 1_000_000  # a warm step's duration is taken from steps that last this long together
SHORTEST_TICKS = 100  # and so many ticks of the CPU clock
VISIT_S = 0.1  # CPU seconds that the rounds of a visit take, unless they would be
FEWEST_ROUNDS, MOST_ROUNDS = 5, 60  # fewer or more than these
CHUNK_BYTES = 16 * 1024  # CPython 3.11 to 3.13 keeps frames in chunks of this size

ReadClocks = Callable[[Step, int], Reading]
Result = TypeVar("Result")


@dataclass(frozen=True)
class Measurement:
    """One contender at one position (`order`) of one round; times are nanoseconds an iteration, in the shortest reading of the turn,
    and the round began `start_depth` frames further down the call stack than its visit.

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
    start_depth: int | None = None


@dataclass
class Visit:
    """What `measure` needs: what makes each contender ready for a measurement, and the source of randomness.

    `announce(name)` is called before each measurement, outside the clock, so that the parent knows that
    the visit goes on, and which contender a crash belongs to. `seconds` are what the rounds should take in CPU time at
    least, and `rounds` how many there should be at least.
    """

    contenders: dict[str, MakeReady]
    rng: random.Random
    read_clocks: ReadClocks
    announce: Callable[[str], None] = lambda name: None
    seconds: float = VISIT_S
    rounds: int = 0
    failures: list[Measurement] = field(default_factory=list)
    rounds_s: float = 0.0  # wall time of all rounds, once they are over


def measure(visit: Visit) -> list[Measurement]:
    """Warm up, set the number of iterations, and time every contender in every round.

    A contender that raises is left out, and its failure is a row.
    """
    with earlier_objects_left_out():
        durations = _warm_up(visit)
        if not durations:
            return visit.failures
        iterations = _iterations(durations)
        readings = _readings(durations, iterations)
        rows, start = list(visit.failures), perf_counter()
        for number, depth in enumerate(start_depths(_rounds(visit, durations, iterations, readings), visit.rng)):
            rows += at_depth(depth, lambda number=number, depth=depth: _round(visit, number, iterations, readings, depth))  # type: ignore[misc]
        visit.rounds_s = perf_counter() - start
        return rows


def _warm_up(visit: Visit) -> dict[str, float]:
    """Nanoseconds of one warm step of each contender; one that raises is among the failures instead."""
    durations = {}
    for name, make_ready in visit.contenders.items():
        visit.announce(name)
        try:
            durations[name] = _step_ns(make_ready)
        except Exception as error:
            visit.failures.append(Measurement(name, status=status_of(error), detail=detail_of(error)))
    return durations


def _iterations(durations: dict[str, float]) -> dict[str, int]:
    """How often each contender is repeated in a measurement: one number for all, but for those that take some hundred times
    as long as the shortest. The clocks' own time is nothing beside theirs, and a visit would not end.
    """
    needed = math.ceil(1.05 * shortest_ns() / min(_without_floor(durations)))
    return {name: min(needed, math.ceil(LONG_NS / ns)) for name, ns in durations.items()}


def _without_floor(durations: dict[str, float]) -> list[float]:
    """Durations of all but the floor, or the floor's if it is alone: it may be ten times as fast,
    and would make all other measurements ten times as long as they need to be.
    """
    return [ns for name, ns in durations.items() if name != FLOOR] or list(durations.values())


def shortest_ns() -> float:
    """The least CPU time of a measurement: long enough for the clock to resolve it."""
    return max(SHORTEST_NS, SHORTEST_TICKS * tick_ns())


def _readings(durations: dict[str, float], iterations: dict[str, int]) -> int:
    """How often the clocks are read in a turn: as often for all, since the shortest of more is shorter."""
    longest = max(iterations[name] * ns for name, ns in durations.items())
    return max(1, min(MOST_READINGS, int(READINGS_NS / longest)))


def _rounds(visit: Visit, durations: dict[str, float], iterations: dict[str, int], readings: int) -> int:
    """As many as fit into the time of a visit, or as are asked for; each has two turns of every contender, and a step before each."""
    round_ns = 2 * sum((readings * iterations[name] + 1) * ns for name, ns in durations.items())
    return max(FEWEST_ROUNDS, min(MOST_ROUNDS, max(visit.rounds, round(1e9 * visit.seconds / round_ns))))


def start_depths(rounds: int, rng: random.Random) -> list[int]:
    """Where the rounds begin, in frames of `at_depth`: spread evenly over one chunk of frames from a random offset, in random order.

    A call that straddles the end of a chunk of frames takes up to 200 times as long on CPython 3.11 to 3.13
    (python/cpython#142183), and so does every call at that depth. A contender of few frames, such as a loop, straddles in a
    few rounds, and recursion that is deeper than a chunk in all. So start depth is a factor of the design: each part of
    the chunk has as many rounds, the median over rounds is the time at a typical start depth, and the mean is the time on average.
    """
    depths = CHUNK_BYTES / frame_bytes(at_depth.__code__)
    offset = rng.random()
    starts = [int((number + offset) * depths / rounds) for number in range(rounds)]
    rng.shuffle(starts)
    return starts


def _round(visit: Visit, number: int, iterations: dict[str, int], readings: int, depth: int) -> list[Measurement]:
    """Every contender has a turn in random order, and one more in the reverse order, so that drift cancels.

    A training step follows another of its own kind. So one step is taken first, whose caches and pages are those that the
    contender before has left; without it, recursion through 64 layers of 32 units read 2 % more.
    """
    names = [*iterations]
    visit.rng.shuffle(names)
    rows = []
    for order, name in enumerate(names + names[::-1]):
        visit.announce(name)
        step = visit.contenders[name](readings * iterations[name] + 1)
        step()
        reading = undisturbed([visit.read_clocks(step, iterations[name]) for _ in range(readings)])
        rows.append(Measurement(name, number, order, iterations[name], *reading, start_depth=depth))
    return rows


def _step_ns(make_ready: MakeReady) -> float:
    """CPU nanoseconds of one warm step, from a number of steps that is doubled until they last long enough to be timed."""
    make_ready(1)()
    iterations = 1
    while True:
        step = make_ready(iterations)
        start = process_time_ns()
        for _ in repeat(None, iterations):
            step()
        elapsed = process_time_ns() - start
        if elapsed >= WARM_UP_NS:
            return elapsed / iterations
        iterations *= 2


def at_depth(frames: int, work: Callable[[], Result]) -> Result:
    """Do the work from that many frames further down the stack."""
    if frames == 0:
        return work()
    return at_depth(frames - 1, work)
