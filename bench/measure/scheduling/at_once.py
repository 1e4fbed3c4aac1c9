"""Passes at once: one or several are made on this machine at the same time, and their visits come one after the other.

Each pass is read in a thread of its own. The processes that measure do not see these threads, and take care themselves that
what would disturb another measurement is done alone (`bench.measure.timing.company`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Protocol

from bench.measure.scheduling.pace import Pace
from bench.measure.scheduling.schedule import Pass, Schedule
from bench.measure.timing.passes import Assignment, Finished

MOMENT_S = 0.5  # on Windows a wait that has no end cannot be interrupted


class MeasurePass(Protocol):
    """Makes the visits of a pass; `bench.measure.timing.pass_timer` implements it."""

    def __call__(self, assignments: Sequence[Assignment], cancelled: Callable[[], bool]) -> Generator[Finished]:
        """Yield each visit as it finishes; once `cancelled()`, end soon, by an exception too."""


def run_passes(
    schedule: Schedule, measure_pass: MeasurePass, pace: Pace, budget_s: float, clock: Callable[[], float], at_once: int = 1
) -> Generator[Finished]:
    """Yield visits as they finish, pass after pass and so many passes at once, until every cell is decided or the time is spent.

    The first pass is made alone: what fails in it need not fail a second time beside it, with twice the memory.
    The consumer must record each visit and tell the judge before it asks for the next one. Stopping between any two visits
    loses nothing: a pass that was cut short is completed first, by the same schedule or by one that knows what was recorded.

    Raises:
        Exception: whatever has ended a pass. A contender that fails is a row, and ends none.

    """
    start = clock()
    with closing(_Lanes(schedule, measure_pass, pace, clock)) as lanes:
        while lanes.begin_passes(at_once):
            if finished := lanes.next_visit():
                yield finished
                if clock() - start >= budget_s:
                    return
            elif schedule.finished:
                return


@dataclass(eq=False)
class _Lane:
    """A pass that is being made: since when, and how many seconds its visits have taken so far, with their waiting."""

    given: Pass
    since_s: float
    visits_s: float = 0.0
    go_on: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))


class _Lanes:
    """The passes that are being made now. A lane that has made a visit waits until that is recorded."""

    def __init__(self, schedule: Schedule, measure_pass: MeasurePass, pace: Pace, clock: Callable[[], float]) -> None:
        self._schedule, self._measure_pass, self._pace, self._clock = schedule, measure_pass, pace, clock
        self._happened: SimpleQueue[tuple[_Lane, Finished | BaseException | None]] = SimpleQueue()
        self._cancelled = threading.Event()
        self._busy: dict[_Lane, threading.Thread] = {}
        self._waiting: _Lane | None = None
        self._made_one = False

    def begin_passes(self, at_once: int) -> bool:
        """Begin passes until so many are made at once, if so many are to be made; is any?"""
        while len(self._busy) < (at_once if self._made_one else 1) and (given := self._schedule.next_pass()):
            lane = _Lane(given, self._clock())
            thread = threading.Thread(target=self._make, args=(lane, self._pace.with_rounds(given.assignments)), daemon=True)
            self._busy[lane] = thread
            thread.start()
        return bool(self._busy)

    def next_visit(self) -> Finished | None:
        """Wait for the next visit, and learn from it; None if it is a pass that has ended."""
        if self._waiting:
            self._waiting.go_on.release()
            self._waiting = None
        lane, what = self._next()
        if isinstance(what, Finished):
            lane.visits_s += what.wall_s + what.waited_s
            self._pace.learn(what)
            self._schedule.note(what.assignment)
            self._waiting = lane
            return what
        del self._busy[lane]
        if what is not None:
            raise what
        self._pace.starts_s = self._clock() - lane.since_s - lane.visits_s
        self._schedule.take(lane.given.number)
        self._made_one = True
        return None

    def close(self) -> None:
        """Give up the passes that are being made, and wait until all that they have started is gone."""
        self._cancelled.set()
        for lane, thread in self._busy.items():
            self._schedule.lose(lane.given.number)
            lane.go_on.release()
            thread.join()

    def _next(self) -> tuple[_Lane, Finished | BaseException | None]:
        while True:
            with suppress(Empty):
                return self._happened.get(timeout=MOMENT_S)

    def _make(self, lane: _Lane, assignments: Sequence[Assignment]) -> None:
        """In a thread of its own: make a pass, and tell of each visit, and of its end."""
        ending: BaseException | None = None
        try:
            with closing(self._measure_pass(assignments, self._cancelled.is_set)) as visits:
                for finished in visits:
                    self._happened.put((lane, finished))
                    lane.go_on.acquire()
                    if self._cancelled.is_set():
                        return
        except BaseException as error:  # it is raised where the visits are asked for
            ending = error
        self._happened.put((lane, ending))
