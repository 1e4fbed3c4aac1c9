"""Rounds of works: each is timed twice a round in mirrored order, and expressed in the time of one of them in the same round."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median

from bench.measure.breakdown.choice import UNIT
from bench.measure.breakdown.works import Work
from bench.measure.memory.collector import earlier_objects_left_out
from bench.measure.subjects.ready import MakeReady
from bench.measure.timing.clocks import Reading, read_clocks
from bench.measure.timing.visit import ReadClocks, at_depth, shortest_ns, start_depths

FEWEST_ROUNDS, MOST_ROUNDS = 5, 20
MOST_CALLS = 64


@dataclass(frozen=True)
class WorkTime:
    """What a work took in a visit, the median over its rounds.

    Attributes:
        work, impl: which work it is, and of which implementation, if of one.
        rounds, iterations: how many rounds there were, and how often each measurement repeated the work.
        ratio: its CPU time over that of the arithmetic in the same round.
        cpu_ns, minor_faults: of one repetition.

    """

    work: str
    impl: str
    rounds: int
    iterations: int
    ratio: float
    cpu_ns: float
    minor_faults: float | None


@dataclass
class _Timed:
    """The readings of a work, one a round: the shorter of the round's two, since noise rarely meets both."""

    iterations: int
    cpu_ns: list[float] = field(default_factory=list)
    faults: list[float | None] = field(default_factory=list)


def time_works(works: Mapping[Work, MakeReady], rng: random.Random, seconds: float, read: ReadClocks = read_clocks) -> list[WorkTime]:
    """Time all works in rounds that take about so many CPU seconds together; the arithmetic, which is the unit, is among them."""
    with earlier_objects_left_out():
        timed, round_ns = {}, 0.0
        for work, ready in works.items():
            step_ns = _step_ns(ready, read)
            timed[work] = _Timed(max(1, min(MOST_CALLS, math.ceil(shortest_ns() / step_ns))))
            round_ns += 2 * (timed[work].iterations + 1) * step_ns
        rounds = max(FEWEST_ROUNDS, min(MOST_ROUNDS, round(1e9 * seconds / round_ns)))
        for depth in start_depths(rounds, rng):
            at_depth(depth, lambda: _round(works, timed, rng, read))
    unit = timed[Work(UNIT)].cpu_ns
    return [_work_time(work, its, unit) for work, its in timed.items()]


def _step_ns(ready: MakeReady, read: ReadClocks) -> float:
    """Nanoseconds of a warm step."""
    step = ready(4)
    step()
    return max(1.0, read(step, 3).cpu_ns)


def _round(works: Mapping[Work, MakeReady], timed: Mapping[Work, _Timed], rng: random.Random, read: ReadClocks) -> None:
    """Every work once in random order, and once more in the reverse order, so that drift cancels; a step before each is not timed."""
    order = [*works]
    rng.shuffle(order)
    readings: dict[Work, list[Reading]] = {work: [] for work in order}
    for work in order + order[::-1]:
        step = works[work](timed[work].iterations + 1)
        step()
        readings[work].append(read(step, timed[work].iterations))
    for work, both in readings.items():
        shorter = min(both, key=lambda reading: reading.cpu_ns)
        timed[work].cpu_ns.append(shorter.cpu_ns)
        timed[work].faults.append(shorter.minor_faults)


def _work_time(work: Work, its: _Timed, unit: list[float]) -> WorkTime:
    ratio = median(ns / unit_ns for ns, unit_ns in zip(its.cpu_ns, unit, strict=True))
    faults = [count for count in its.faults if count is not None]
    return WorkTime(work.work, work.impl, len(its.cpu_ns), its.iterations, ratio, median(its.cpu_ns), median(faults) if faults else None)
