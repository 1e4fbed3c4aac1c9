"""The study: passes over the cells, each pass in two fresh interpreters, one for each allocator."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from bench.defaults import SILENCE_S
from bench.measure.breakdown.rounds import WorkTime
from bench.measure.workers.ask import Answers, WorkerFailed, answers, answers_in_order
from bench.measure.workers.endings import Status
from bench.measure.workers.environment import worker_environment
from bench.plan.allocators import ALLOCATORS
from bench.plan.cells import Cell

WORKER = "bench.measure.breakdown.worker"
VISIT_S = 0.25  # CPU seconds that the rounds of a visit take

Count = Annotated[int, Field(ge=1)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Times(BaseModel):
    """What a worker has timed of a cell."""

    times: list[tuple[str, str, Count, Count, Amount, Amount, Amount | None]]


class _Failed(BaseModel):
    """How it failed at one."""

    status: Status
    detail: str


REPLY: TypeAdapter[_Times | _Failed] = TypeAdapter(_Times | _Failed)


@dataclass(frozen=True)
class StudyVisit:
    """One cell under one allocator in one pass: its times, or how it failed."""

    cell: Cell
    pass_number: int
    times: tuple[WorkTime, ...] = ()
    status: str = "ok"
    detail: str = ""


@dataclass(frozen=True)
class Study:
    """Measures passes.

    Attributes:
        data: dataset and batch -> the .npz file that holds X, Y and loss.
        blas_threads: threads to pin BLAS to.
        silence_s: seconds without an answer after which a worker is taken to hang.
        visit_s: CPU seconds that the rounds of a visit take.

    """

    data: Mapping[tuple[str, int], Path]
    blas_threads: int = 1
    silence_s: float = SILENCE_S
    visit_s: float = VISIT_S

    def visits(self, cells: Sequence[Cell], number: int, seed: int) -> Iterator[StudyVisit]:
        """A pass: each cell under each allocator, in random order, as it is done."""
        rng = random.Random(f"breakdown {seed} {number}")
        for allocator in rng.sample([*ALLOCATORS], len(ALLOCATORS)):
            here = [replace(cell, allocator=allocator) for cell in rng.sample(cells, len(cells))]

            def ask(pending: list[Cell], allocator: str = allocator) -> Answers:
                items = [
                    {"cell": asdict(cell), "data": str(self.data[cell.dataset, cell.batch]), "seed": f"{seed} {number} {cell.id}"}
                    for cell in pending
                ]
                task = {"visits": items, "seconds": self.visit_s}
                return answers(WORKER, task, worker_environment(allocator, self.blas_threads), self.silence_s)

            for cell, reply in answers_in_order(here, ask, _understood):
                yield _visit_of(cell, number, reply)  # type: ignore[arg-type]  # one of the two models, or how the worker failed


def _understood(answer: dict[str, Any], cell: Cell) -> _Times | _Failed:
    try:
        return REPLY.validate_python(answer)
    except ValidationError:
        raise WorkerFailed("error", f"answered {str(answer)[:80]}, which is no answer") from None


def _visit_of(cell: Cell, number: int, reply: _Times | _Failed | WorkerFailed) -> StudyVisit:
    if isinstance(reply, _Times):
        return StudyVisit(cell, number, tuple(WorkTime(*each) for each in reply.times))
    return StudyVisit(cell, number, status=reply.status, detail=reply.detail)


def run_study(cells: Sequence[Cell], study: Study, first: int, last: int, seed: int, fits: Callable[[int], bool]) -> Iterator[StudyVisit]:
    """The visits of passes first to last, for as long as `fits(passes made so far)` before a pass; a cell that fails leaves later passes.

    A contender is tried once: its row says how it failed, and the next run tries again.
    """
    left = list(cells)
    for number in range(first, last + 1):
        if not left or not fits(number - first):
            return
        for visit in study.visits(left, number, seed):
            yield visit
            if visit.status != "ok":
                left = [cell for cell in left if replace(cell, allocator="") != replace(visit.cell, allocator="")]
