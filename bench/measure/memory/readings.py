"""Memory readings: a fresh interpreter for each implementation in each cell, and never while something is timed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.defaults import SILENCE_S
from bench.measure.memory.meters import STEADY_PAGES
from bench.measure.workers.ask import Answers, WorkerFailed, answers, answers_in_order
from bench.measure.workers.environment import worker_environment
from bench.measure.workers.second_tries import second_patience_s
from bench.plan.cells import BACKPROPAGATION, Cell

WORKER = "bench.measure.memory.worker"

# Meters that share an interpreter, one after the other, and what its environment has besides.
# The sampler sees what most users would: malloc as it comes.
SHARED_INTERPRETERS: tuple[tuple[tuple[str, ...], dict[str, str]], ...] = (
    (("resident", "heap", "frames"), STEADY_PAGES),
    (("profile",), {}),
    (("sampled",), {}),
)

ANSWERED = {"meter", "peak_bytes", "repeats", "low_bytes", "high_bytes", "status", "detail", "series"}


@dataclass(frozen=True)
class MemoryTask:
    """One implementation in one cell, and the meters to read."""

    cell: Cell
    impl: str
    meters: tuple[str, ...]


@dataclass(frozen=True)
class MemoryReading:
    """What a meter read of one implementation in one cell: the peak, or how it failed.

    `series` are the profile's events, or the samples. A peak that does not repeat exactly was read `repeats` times, and lies
    between `low_bytes` and `high_bytes`.
    """

    cell: Cell
    impl: str
    meter: str
    peak_bytes: int | None = None
    status: str = "ok"
    detail: str = ""
    series: Sequence[Sequence[Any]] = ()
    repeats: int | None = None
    low_bytes: int | None = None
    high_bytes: int | None = None


@dataclass(frozen=True)
class MemoryReader:
    """Reads the meters of a task.

    Attributes:
        data: dataset and batch -> the .npz file that holds X, Y and loss.
        files: the user's own files to load implementations from.
        problems: each problem by its name in cells -> its name, or the path of the file that defines it.
        blas_threads: threads to pin BLAS to.
        silence_s: seconds without an answer after which a worker is taken to hang.
        pythons: an interpreter's name in cells -> the program to measure with; "" is the harness's own.

    """

    data: dict[tuple[str, int], Path]
    files: Sequence[str] = ()
    problems: Mapping[str, str] = field(default_factory=lambda: {BACKPROPAGATION: BACKPROPAGATION})
    blas_threads: int = 1
    silence_s: float = SILENCE_S
    pythons: Mapping[str, str] = field(default_factory=lambda: {"": sys.executable})

    def __call__(self, task: MemoryTask, others_s: float | None = None) -> Iterator[MemoryReading]:
        """Yield what each meter reads, as it does; a meter that ends the worker has a reading that says so.

        Once one has timed out, those after it are not waited for as long: `others_s` is the longest that another implementation
        has taken for a reading there.
        """
        patience = _Patience(self.silence_s)
        for meters, variables in SHARED_INTERPRETERS:
            due = [meter for meter in meters if meter in task.meters]
            for meter, reply in answers_in_order(due, self._asker(task, variables, patience), _understood):
                if isinstance(reply, WorkerFailed) and reply.status == "timeout":
                    patience.seconds = second_patience_s(self.silence_s, others_s)
                values = {"status": reply.status, "detail": reply.detail} if isinstance(reply, WorkerFailed) else reply
                yield MemoryReading(task.cell, task.impl, **{**values, "meter": meter})

    def _asker(self, task: MemoryTask, variables: dict[str, str], patience: _Patience) -> Callable[[list[str]], Answers]:
        environment = {**worker_environment(blas_threads=self.blas_threads), **variables}
        data = str(self.data[task.cell.dataset, task.cell.batch]) if task.cell.dataset else None
        its_own = {task.cell.problem: self.problems[task.cell.problem]}
        common = {"cell": asdict(task.cell), "impl": task.impl, "data": data, "files": list(self.files), "problems": its_own}
        python = self.pythons[task.cell.python]
        return lambda meters: answers(WORKER, {**common, "meters": meters}, environment, patience.seconds, python)


@dataclass
class _Patience:
    """Seconds of silence after which a worker is taken to hang, as they are when it is asked."""

    seconds: float


def _understood(answer: dict[str, Any], meter: str) -> dict[str, Any]:
    if answer.get("meter") != meter or not set(answer) <= ANSWERED:
        raise WorkerFailed("error", f"answered {str(answer)[:80]}, which it was not asked")
    return answer
