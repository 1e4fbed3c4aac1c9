"""One pass in real processes: a fresh interpreter for each allocator, and a row for whoever crashes it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from bench.measure.timing.passes import Assignment, Finished
from bench.measure.timing.replies import Hello, Rows, Trying, understand
from bench.measure.timing.visit import Measurement
from bench.measure.workers.environment import worker_environment
from bench.measure.workers.process import SILENCE_S, WorkerDied, answers

WORKER = "bench.measure.timing.worker"


@dataclass(frozen=True)
class Workers:
    """Measures a pass's assignments.

    Attributes:
        data: dataset and batch -> the .npz file that holds X, Y and loss.
        baseline: whom the control repeats.
        files: the user's own files to load implementations from.
        blas_threads: threads to pin BLAS to.
        silence_s: seconds without an answer after which a worker is taken to hang.
        on_hello: called with what a worker says of its BLAS when it has started.

    """

    data: dict[tuple[str, int], Path]
    baseline: str
    files: Sequence[str] = ()
    blas_threads: int = 1
    silence_s: float = SILENCE_S
    on_hello: Callable[[dict[str, Any]], None] = lambda hello: None

    def __call__(self, assignments: Sequence[Assignment]) -> Iterator[Finished]:
        """Yield each visit as it finishes; a contender that ends its worker is left out of its cell from then on."""
        for allocator, group in itertools.groupby(_by_allocator(assignments), lambda one: one.cell.allocator):
            pending = list(group)
            while pending:
                yield from self._one_process(pending, allocator)

    def _one_process(self, pending: list[Assignment], allocator: str) -> Iterator[Finished]:
        """Work through `pending` in one process; what is left in it then are visits to repeat without a culprit."""
        again: list[Assignment] = []
        trying: str | None = None
        task, environment = self._task(pending), worker_environment(allocator, self.blas_threads)
        try:
            with closing(answers(WORKER, task, environment, self.silence_s)) as heard:
                for answer in heard:
                    reply = understand(answer, pending)
                    if isinstance(reply, Hello):
                        self.on_hello(reply.hello)
                    elif isinstance(reply, Trying):
                        trying = reply.trying
                    elif isinstance(reply, Rows):
                        yield Finished(pending.pop(0), reply.measurements, reply.wall_s)
                        trying = None
                    else:
                        yield _obituary(pending.pop(0), again, trying, reply.status, reply.detail)
                        trying = None
                    if not pending:
                        break  # how it ends is nothing to anybody, and what it may have started can keep its pipe open for ever
                else:
                    raise WorkerDied("error", "ended before it had answered")
        except WorkerDied as death:
            yield _obituary(pending.pop(0), again, trying, death.status, death.detail)
        pending += again

    def _task(self, assignments: Sequence[Assignment]) -> dict[str, Any]:
        return {
            "baseline": self.baseline,
            "files": list(self.files),
            "visits": [
                {
                    "cell": asdict(one.cell),
                    "data": str(self.data[one.cell.dataset, one.cell.batch]),
                    "contenders": list(one.contenders),
                    "rounds": one.rounds,
                    "seed": one.seed,
                }
                for one in assignments
            ],
        }


def _obituary(assignment: Assignment, again: list[Assignment], trying: str | None, status: str, detail: str) -> Finished:
    """A row for who was running when a visit came to a bad end, or for all in the cell when that is not known.

    The visit without them is added to `again`.
    """
    culprits = [trying] if trying else list(assignment.contenders)
    survivors = tuple(name for name in assignment.contenders if name not in culprits)
    if survivors:
        again.append(replace(assignment, contenders=survivors))
    return Finished(assignment, tuple(Measurement(name, status=status, detail=detail) for name in culprits), 0.0)


def _by_allocator(assignments: Sequence[Assignment]) -> list[Assignment]:
    """Cells of one allocator together, the allocator of the first cell first: the order stays random."""
    allocators = list(dict.fromkeys(one.cell.allocator for one in assignments))
    return sorted(assignments, key=lambda one: allocators.index(one.cell.allocator))
