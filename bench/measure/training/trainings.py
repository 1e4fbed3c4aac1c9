"""Trainings: each in a worker of its own, so that code which crashes or hangs costs only itself, and leaves nothing to the next."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, NamedTuple

from bench.defaults import SILENCE_S
from bench.measure.training.epochs import Epoch
from bench.measure.training.recipes import Recipe
from bench.measure.workers.ask import Answers, WorkerFailed, answers
from bench.measure.workers.environment import worker_environment
from bench.plan.contenders import CONTROL

WORKER = "bench.measure.training.training_worker"
BASELINE = "iterative"

FIGURES = {field.name for field in fields(Epoch)}


class Contender(NamedTuple):
    """An implementation, or the control, under an update."""

    impl: str
    update: str


@dataclass(frozen=True)
class Job:
    """One training to make, and its place: the `order`-th, from 0, of those on its dataset in a block.

    What the process has allocated before it trains comes from `heap_history`, which all trainings of a block share.
    """

    dataset: str
    contender: Contender
    recipe: Recipe
    block: int = 1
    order: int = 0
    heap_history: str = ""


@dataclass(frozen=True)
class Training:
    """What came of a job: its epochs, the most memory that its process had and the recursion limit there; or how it failed."""

    job: Job
    epochs: tuple[Epoch, ...] = ()
    peak_bytes: int | None = None
    recursion_limit: int | None = None
    status: str = "ok"
    detail: str = ""


@dataclass(frozen=True)
class Trainer:
    """Makes trainings.

    Attributes:
        data: dataset -> the two files of its split.
        files: the user's own files to load implementations from.
        blas_threads: threads to pin BLAS to.
        silence_s: seconds without an answer after which a worker is taken to hang.

    """

    data: Mapping[str, Sequence[Path]]
    files: Sequence[str] = ()
    blas_threads: int = 1
    silence_s: float = SILENCE_S

    def __call__(self, job: Job) -> Training:
        """Train to the end."""
        try:
            with closing(self._answers(job)) as replies:
                received = [_understood(answer) for answer in replies]
        except WorkerFailed as failure:
            return Training(job, status=failure.status, detail=failure.detail)
        epochs = tuple(reply for reply in received if isinstance(reply, Epoch))
        ends = [reply for reply in received if isinstance(reply, _End)]
        if [epoch.epoch for epoch in epochs] != [*range(1, job.recipe.epochs + 1)] or len(ends) != 1:
            return Training(job, status="error", detail=f"ended after {len(epochs)} of {job.recipe.epochs} epochs")
        return Training(job, epochs, ends[0].peak_bytes, ends[0].recursion_limit)

    def epochs(self, job: Job) -> Generator[Epoch]:
        """The epochs of a training as they come; who has seen enough closes it.

        Raises:
            WorkerFailed: the worker failed.

        """
        with closing(self._answers(job)) as replies:
            yield from (epoch for epoch in map(_understood, replies) if isinstance(epoch, Epoch))

    def _answers(self, job: Job) -> Answers:
        impl, update = job.contender
        task = {
            "impl": BASELINE if impl == CONTROL else impl,
            "update": update,
            "recipe": asdict(job.recipe),
            "data": [str(path) for path in self.data[job.dataset]],
            "files": list(self.files),
            "heap_history": job.heap_history,
        }
        return answers(WORKER, task, worker_environment(blas_threads=self.blas_threads), self.silence_s)


class _End(NamedTuple):
    """What a worker answers last."""

    peak_bytes: int | None
    recursion_limit: int


def _understood(answer: dict[str, Any]) -> Epoch | _End:
    """An answer as what it is.

    Raises:
        WorkerFailed: it says that the training failed, or is none that a worker of ours gives.

    """
    if set(answer) == {"status", "detail"}:
        raise WorkerFailed(str(answer["status"]), str(answer["detail"]))
    numbers = all(value is None or isinstance(value, int | float) for value in answer.values())
    if numbers and set(answer) == FIGURES:
        return Epoch(**answer)
    if numbers and set(answer) == {*_End._fields}:
        return _End(**answer)
    raise WorkerFailed("error", f"answered {str(answer)[:80]}, which it was not asked")
