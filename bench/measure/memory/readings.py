"""Memory, from the parent's side: a fresh interpreter for each implementation in each cell, never while timing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from bench.measure.memory.meters import STEADY_PAGES
from bench.measure.workers.environment import worker_environment
from bench.measure.workers.process import SILENCE_S, WorkerDied, answers
from bench.plan.cells import Cell

WORKER = "bench.measure.memory.worker"

# Meters that one interpreter reads, one after the other, and what its environment has beside.
# The sampler sees what most users would: malloc as it comes.
SITTINGS: tuple[tuple[tuple[str, ...], dict[str, str]], ...] = (
    (("resident", "heap"), STEADY_PAGES),
    (("profile",), {}),
    (("sampled",), {}),
)

ANSWERED = {"meter", "peak_bytes", "status", "detail", "series"}


@dataclass(frozen=True)
class Weighing:
    """One implementation in one cell, and the meters to read."""

    cell: Cell
    impl: str
    meters: tuple[str, ...]


@dataclass(frozen=True)
class Weight:
    """What a meter read of one implementation in one cell: the peak, or how it failed.

    `series` are the profile's events, or the samples.
    """

    cell: Cell
    impl: str
    meter: str
    peak_bytes: int | None = None
    status: str = "ok"
    detail: str = ""
    series: Sequence[Sequence[Any]] = ()


@dataclass(frozen=True)
class Scales:
    """Weighs implementations.

    Attributes:
        data: dataset and batch -> the .npz file that holds X, Y and loss.
        files: the user's own files to load implementations from.
        blas_threads: threads to pin BLAS to.
        silence_s: seconds without an answer after which a worker is taken to hang.

    """

    data: dict[tuple[str, int], Path]
    files: Sequence[str] = ()
    blas_threads: int = 1
    silence_s: float = SILENCE_S

    def __call__(self, weighing: Weighing) -> Iterator[Weight]:
        """Yield what each meter reads, as it does."""
        for meters, environment in SITTINGS:
            pending = [meter for meter in meters if meter in weighing.meters]
            while pending:
                yield from self._one_process(replace(weighing, meters=tuple(pending)), pending, environment)

    def _one_process(self, weighing: Weighing, pending: list[str], environment: dict[str, str]) -> Iterator[Weight]:
        """Read the pending meters; one that ends the process is not pending any more either."""
        environment = {**worker_environment(blas_threads=self.blas_threads), **environment}
        try:
            with closing(answers(WORKER, self._task(weighing), environment, self.silence_s)) as heard:
                for answer in heard:
                    if answer.get("meter") not in pending or not set(answer) <= ANSWERED:
                        raise WorkerDied("error", f"answered {str(answer)[:80]}, which it was not asked")
                    pending.remove(answer["meter"])
                    yield Weight(weighing.cell, weighing.impl, **answer)
                    if not pending:
                        break
                else:
                    raise WorkerDied("error", "ended before it had answered")
        except WorkerDied as death:
            yield Weight(weighing.cell, weighing.impl, pending.pop(0), status=death.status, detail=death.detail)

    def _task(self, weighing: Weighing) -> dict[str, Any]:
        return {
            "cell": asdict(weighing.cell),
            "impl": weighing.impl,
            "meters": list(weighing.meters),
            "data": str(self.data[weighing.cell.dataset, weighing.cell.batch]),
            "files": list(self.files),
        }
