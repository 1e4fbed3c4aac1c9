"""The pass timer: measures the visits of a pass in fresh interpreters, and gives whatever fails a row with its status."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from time import monotonic
from typing import Any

from bench.defaults import SILENCE_S
from bench.measure.timing.pace import Pace
from bench.measure.timing.passes import Assignment, Finished
from bench.measure.timing.replies import FailedVisit, Hello, Rows, Trying, understood
from bench.measure.timing.visit import VISIT_S, Measurement
from bench.measure.workers.ask import Answers, WorkerFailed, answers, answers_in_order
from bench.measure.workers.environment import worker_environment

WORKER = "bench.measure.timing.worker"


@dataclass(frozen=True)
class PassTimer:
    """Measures a pass's assignments.

    Attributes:
        data: dataset and batch -> the .npz file that holds X, Y and loss.
        baseline: the implementation that the control repeats.
        files: the user's own files to load implementations from.
        blas_threads: threads to pin BLAS to.
        silence_s: seconds without an answer after which a worker is taken to hang.
        on_hello: called with what a worker says of its BLAS and its conditions when it has started.
        visit_s: CPU seconds that the rounds of a visit should take at least.
        pace: how many rounds the visits of a pass can have, where `visit_s` pays for fewer.
        python: the interpreter to measure with.

    """

    data: dict[tuple[str, int], Path]
    baseline: str
    files: Sequence[str] = ()
    blas_threads: int = 1
    silence_s: float = SILENCE_S
    on_hello: Callable[[dict[str, Any]], None] = lambda hello: None
    visit_s: float = VISIT_S
    pace: Pace = field(default_factory=lambda: Pace(0.0))
    python: str = sys.executable

    def __call__(self, assignments: Sequence[Assignment]) -> Iterator[Finished]:
        """Yield each visit as it finishes; a contender that ends its worker is left out of its cell from then on."""
        start, visits_s = monotonic(), 0.0
        for finished in self._visits(assignments, self.pace.rounds(assignment.cell for assignment in assignments)):
            self.pace.learn(finished)
            visits_s += finished.wall_s
            yield finished
        self.pace.starts_s = monotonic() - start - visits_s

    def _visits(self, assignments: Sequence[Assignment], rounds: int) -> Iterator[Finished]:
        for allocator, group in itertools.groupby(_by_allocator(assignments), lambda assignment: assignment.cell.allocator):
            due = list(group)
            while due:
                due = yield from self._measure(due, allocator, rounds)

    def _measure(self, assignments: list[Assignment], allocator: str, rounds: int) -> Generator[Finished, None, list[Assignment]]:
        """Yield each visit; return those to make again, without the contenders that failed in them."""
        again: list[Assignment] = []
        trying: str | None = None

        def ask(pending: list[Assignment]) -> Answers:
            environment = worker_environment(allocator, self.blas_threads)
            return answers(WORKER, self._task(pending, rounds), environment, self.silence_s, self.python)

        def understand(answer: dict[str, Any], assignment: Assignment) -> Rows | FailedVisit | None:
            nonlocal trying
            reply = understood(answer, assignment.contenders)
            if isinstance(reply, Hello):
                self.on_hello(reply.hello.model_dump())
            elif isinstance(reply, Trying):
                trying = reply.trying
            else:
                return reply
            return None

        replies: Iterator[tuple[Assignment, Rows | FailedVisit | WorkerFailed]] = answers_in_order(assignments, ask, understand)
        for assignment, reply in replies:
            if isinstance(reply, Rows):
                yield Finished(assignment, reply.measurements, reply.wall_s, reply.rounds_s)
            else:
                culprits = (trying,) if trying else assignment.contenders
                yield failed_visit(assignment, culprits, reply.status, reply.detail)
                again += _without(assignment, culprits)
            trying = None
        return again

    def _task(self, assignments: Sequence[Assignment], rounds: int) -> dict[str, Any]:
        return {
            "baseline": self.baseline,
            "files": list(self.files),
            "visits": [
                {
                    "cell": asdict(visit.cell),
                    "data": str(self.data[visit.cell.dataset, visit.cell.batch]),
                    "contenders": list(visit.contenders),
                    "seed": visit.seed,
                    "seconds": self.visit_s,
                    "rounds": rounds,
                }
                for visit in assignments
            ],
        }


def failed_visit(assignment: Assignment, culprits: Sequence[str], status: str, detail: str) -> Finished:
    """A visit without times: a row for each contender that is to blame."""
    return Finished(assignment, tuple(Measurement(name, status=status, detail=detail) for name in culprits), 0.0)


def _without(assignment: Assignment, culprits: Sequence[str]) -> list[Assignment]:
    """The visit to make again, without those; none if nothing is left to compare."""
    survivors = tuple(name for name in assignment.contenders if name not in culprits)
    return [replace(assignment, contenders=survivors)] if survivors else []


def _by_allocator(assignments: Sequence[Assignment]) -> list[Assignment]:
    """Cells of one allocator together, the allocator of the first cell first: the order stays random."""
    allocators = list(dict.fromkeys(assignment.cell.allocator for assignment in assignments))
    return sorted(assignments, key=lambda assignment: allocators.index(assignment.cell.allocator))
