"""The pass timer: measures the visits of a pass in fresh interpreters, and gives whatever fails a row with its status."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from time import monotonic
from types import MappingProxyType
from typing import Any

from bench.defaults import SILENCE_S
from bench.measure.timing.passes import Assignment, Finished
from bench.measure.timing.replies import FailedVisit, Hello, Rows, Trying, Waiting, understood
from bench.measure.timing.visit import VISIT_S, Measurement
from bench.measure.workers.ask import Answers, WorkerFailed, answers, answers_in_order
from bench.measure.workers.environment import worker_environment
from bench.measure.workers.second_tries import AGAIN, WENT_WELL, second_patience_s
from bench.plan.cells import BACKPROPAGATION, Cell

WORKER = "bench.measure.timing.worker"


@dataclass(frozen=True)
class Outcome:
    """How a visit went.

    Attributes:
        assignment: the visit.
        rows: what was measured; nothing if a failure ended the visit.
        failed: a row for each contender that failed.
        wall_s, rounds_s, waited_s: the seconds that it took, its rounds alone, and those that it waited before it could begin.
        begun: had it come to running a contender? If not, nobody knows which of them is to blame.
        others_s: the longest that one of the other contenders was silent, None if none had run.

    """

    assignment: Assignment
    rows: tuple[Measurement, ...]
    failed: tuple[Measurement, ...]
    wall_s: float
    rounds_s: float = 0.0
    waited_s: float = 0.0
    begun: bool = True
    others_s: float | None = None

    @property
    def timed_out(self) -> bool:
        """Was it a contender's silence that ended it?"""
        return self.begun and bool(self.failed) and all(row.status == "timeout" for row in self.failed)

    def finished(self, endings: Mapping[str, str] = MappingProxyType({})) -> Finished:
        """The visit to be recorded; `endings` of a contender's detail say what came of its second try."""
        failed = (replace(row, detail=row.detail + endings.get(row.impl, "")) for row in self.failed)
        return Finished(self.assignment, (*failed, *self.rows), self.wall_s, self.rounds_s, self.waited_s)


@dataclass(frozen=True)
class PassTimer:
    """Measures a pass's assignments.

    Attributes:
        data: dataset and batch -> the .npz file that holds X, Y and loss.
        baseline: the implementation that the control repeats.
        files: the user's own files to load implementations from.
        problems: each problem by its name in cells -> its name, or the path of the file that defines it.
        blas_threads: threads to pin BLAS to.
        silence_s: seconds without an answer after which a worker is taken to hang.
        on_hello: called with what a worker says of its BLAS and its conditions when it has started.
        visit_s: CPU seconds that the rounds of a visit should take at least.
        company: the folder of the locks that keep passes apart which are made at once; "" if one is made at a time.
        alone: must the visits of a cell be made alone?
        cancelled: does nobody want the pass any more? It is asked while a process is waited for.
        pythons: an interpreter's name in cells -> the program to measure with; "" is the harness's own.

    """

    data: dict[tuple[str, int], Path]
    baseline: str
    files: Sequence[str] = ()
    problems: Mapping[str, str] = field(default_factory=lambda: {BACKPROPAGATION: BACKPROPAGATION})
    blas_threads: int = 1
    silence_s: float = SILENCE_S
    on_hello: Callable[[dict[str, Any]], None] = lambda hello: None
    visit_s: float = VISIT_S
    company: str = ""
    alone: Callable[[Cell], bool] = lambda cell: False
    cancelled: Callable[[], bool] = lambda: False
    pythons: Mapping[str, str] = field(default_factory=lambda: {"": sys.executable})

    def __call__(self, assignments: Sequence[Assignment], cancelled: Callable[[], bool] = lambda: False) -> Generator[Finished]:
        """Yield each visit as it finishes. A contender that fails is tried once more, alone and in a fresh process: where it
        fails again, it is left out of its cell from then on, and else the visit is made again with it, once.

        Raises:
            Cancelled: it was `cancelled()`; then all that it has started is gone.

        """
        yield from replace(self, cancelled=cancelled)._visits(_by_process(assignments))

    def _visits(self, pending: list[Assignment]) -> Generator[Finished]:
        tried = set[tuple[Cell, str]]()
        while pending:
            alike = [visit for visit in pending if _process(visit) == _process(pending[0])]
            with closing(self._outcomes(alike)) as outcomes:
                for outcome in outcomes:
                    pending.pop(0)
                    if outcome.failed:
                        break  # which ends the worker, so that nothing else runs beside the second try
                    yield outcome.finished()
            if outcome.failed:
                pending[:0] = yield from self._second_try(outcome, tried)

    def _second_try(self, first: Outcome, tried: set[tuple[Cell, str]]) -> Generator[Finished, None, list[Assignment]]:
        """Yield the visit, once it is known what kind its failures are; return the visit to make again, if it must be.

        `tried` are those that have had their second try in this pass; who fails beside others after that is left out.
        """
        visit = first.assignment
        untried = tuple(row.impl for row in first.failed if (visit.cell, row.impl) not in tried)
        tried |= {(visit.cell, name) for name in untried}
        patience_s = second_patience_s(self.silence_s, first.others_s) if first.timed_out else self.silence_s
        [second] = self._outcomes([replace(visit, contenders=untried)], patience_s) if untried else [None]
        endings = {name: _ending(name, first, second) for name in untried}
        yield first.finished(endings)
        if second and not second.failed and untried == visit.contenders:  # nobody knew which was to blame, and so all were there
            yield second.finished()
            return []
        return [] if first.rows else _without(visit, [row.impl for row in first.failed if endings.get(row.impl) != WENT_WELL])

    def _outcomes(self, assignments: list[Assignment], patience_s: float | None = None) -> Generator[Outcome]:
        """How each visit went; all are of one interpreter and one allocator. `patience_s` takes the place of `silence_s`."""
        silences = _Silences()

        def ask(pending: list[Assignment]) -> Answers:
            cell = pending[0].cell
            environment = worker_environment(cell.allocator, self.blas_threads)
            return answers(
                WORKER, self._task(pending), environment, patience_s or self.silence_s, self.pythons[cell.python], self.cancelled
            )

        def understand(answer: dict[str, Any], assignment: Assignment) -> Rows | FailedVisit | None:
            reply = understood(answer, assignment.contenders)
            if isinstance(reply, Hello):
                self.on_hello(reply.hello.model_dump() | {"python": assignment.cell.python})
            elif isinstance(reply, Trying):
                silences.begin(reply.trying)
            elif not isinstance(reply, Waiting):
                return reply
            return None

        replies: Iterator[tuple[Assignment, Rows | FailedVisit | WorkerFailed]] = answers_in_order(assignments, ask, understand)
        for assignment, reply in replies:
            yield _outcome(assignment, reply, silences)
            silences = _Silences()

    def _task(self, assignments: Sequence[Assignment]) -> dict[str, Any]:
        return {
            "baseline": self.baseline,
            "company": self.company,
            "files": list(self.files),
            "problems": dict(self.problems),
            "visits": [
                {
                    "cell": asdict(visit.cell),
                    "data": self._batch(visit.cell),
                    "contenders": list(visit.contenders),
                    "seed": visit.seed,
                    "seconds": self.visit_s,
                    "rounds": visit.rounds,
                    "alone": self.alone(visit.cell),
                }
                for visit in assignments
            ],
        }

    def _batch(self, cell: Cell) -> str | None:
        """The file of the cell's batch; a problem without data has none."""
        return str(self.data[cell.dataset, cell.batch]) if cell.dataset else None


@dataclass
class _Silences:
    """How long each contender of a visit ran, at most, before the worker said the next word.

    Attributes:
        trying: the contender that runs; None before the first.
        longest_s: that of each which has run.

    """

    trying: str | None = None
    longest_s: dict[str, float] = field(default_factory=dict)
    _since: float = 0.0

    def begin(self, name: str) -> None:
        """That contender runs from now on."""
        now = monotonic()
        if self.trying is not None:
            self.longest_s[self.trying] = max(self.longest_s.get(self.trying, 0.0), now - self._since)
        self.trying, self._since = name, now

    @property
    def of_others_s(self) -> float | None:
        """The longest of those that do not run now."""
        return max((seconds for name, seconds in self.longest_s.items() if name != self.trying), default=None)


def failed_visit(assignment: Assignment, culprits: Sequence[str], status: str, detail: str) -> Finished:
    """A visit without times: a row for each contender that is to blame."""
    return Finished(assignment, tuple(Measurement(name, status=status, detail=detail) for name in culprits), 0.0)


def _outcome(assignment: Assignment, reply: Rows | FailedVisit | WorkerFailed, silences: _Silences) -> Outcome:
    """A visit by what the worker replied; the contender that it ran last is to blame for a failure, if it had come to that."""
    if isinstance(reply, Rows):
        rows, failed = ([row for row in reply.measurements if (row.status == "ok") is good] for good in (True, False))
        return Outcome(assignment, tuple(rows), tuple(failed), reply.wall_s, reply.rounds_s, reply.waited_s)
    trying = silences.trying
    culprits = (trying,) if trying else assignment.contenders
    visit = failed_visit(assignment, culprits, reply.status, reply.detail)
    return Outcome(assignment, (), visit.rows, 0.0, begun=trying is not None, others_s=silences.of_others_s)


def _ending(name: str, first: Outcome, second: Outcome | None) -> str:
    """How a failure's detail ends, by what came of the second try."""
    if second and name not in {row.impl for row in second.failed}:
        return WENT_WELL
    return AGAIN if second and first.begun and second.begun else ""


def _without(assignment: Assignment, culprits: Sequence[str]) -> list[Assignment]:
    """The visit to make again, without those; none if nothing is left to compare."""
    survivors = tuple(name for name in assignment.contenders if name not in culprits)
    return [replace(assignment, contenders=survivors)] if survivors else []


def _process(assignment: Assignment) -> tuple[str, str]:
    """What the visits of one process share: the interpreter, and the environment that the allocator asks for."""
    return assignment.cell.python, assignment.cell.allocator


def _by_process(assignments: Sequence[Assignment]) -> list[Assignment]:
    """Visits that can share a process together, that of the first one first: the order stays random."""
    processes = list(dict.fromkeys(map(_process, assignments)))
    return sorted(assignments, key=lambda assignment: processes.index(_process(assignment)))
