"""The memory worker: one implementation in one cell, read by one meter after another, in a fresh interpreter.

Answers, one a meter in the order of the task: {"meter": ..., "peak_bytes": ..., "series": [...]} or
{"meter": ..., "status": ..., "detail": ...}.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from typing import Any

from bench.measure.memory import live_bytes, meters
from bench.measure.memory.resident import ForkFailed, resident_peak
from bench.measure.timing.recursion_limit import raise_recursion_limit
from bench.measure.timing.steps import Workbench
from bench.measure.workers.endings import status_of
from bench.measure.workers.serve import Answer, serve
from bench.plan.batches import Batch
from bench.plan.cells import Cell
from bench.plan.contenders import available
from impls import Implementation

DEPTH_OF_ALL_SHAPES = 3  # a first, a middle and a last layer


@dataclass(frozen=True)
class Subject:
    """What is read: a step of an implementation on the bench; `small` is a network of the same layers that leaves little memory behind."""

    implementation: Implementation
    bench: Workbench
    small: Workbench

    def warm_up(self) -> None:
        """Load what any first step needs, BLAS's buffers too."""
        with suppress(Exception):  # the real step will raise it again
            self.small.step(self.implementation)()


Read = Callable[[Subject], dict[str, Any]]


def main(task: dict[str, Any], answer: Answer) -> None:
    """Read the meters of the task."""
    meters.whole_pages_only()
    cell = Cell(**task["cell"])
    implementation = available(task["files"])[task["impl"]]
    raise_recursion_limit(cell.depth)
    batch = Batch.read(task["data"])
    small = Workbench(replace(cell, depth=min(cell.depth, DEPTH_OF_ALL_SHAPES)), *batch)
    subject = Subject(implementation, Workbench(cell, *batch), small)
    for meter in task["meters"]:
        answer(meter=meter, **_reading(METERS[meter], subject))


def _reading(read: Read, subject: Subject) -> dict[str, Any]:
    try:
        return read(subject)
    except meters.Unmeasurable as reason:
        return {"status": "skipped", "detail": str(reason)}
    except ForkFailed as failure:
        return {"status": failure.status, "detail": failure.detail}
    except Exception as error:
        return {"status": status_of(error), "detail": f"{type(error).__name__}: {error}"}


def _heap(subject: Subject) -> dict[str, Any]:
    library = subject.implementation.library
    if library and library.allocates:
        raise meters.Unmeasurable(f"{library.name} allocates memory that tracemalloc does not see")
    subject.warm_up()
    return {"peak_bytes": meters.heap_peak(subject.bench.step(subject.implementation), subject.bench.cell.depth)}


def _resident(subject: Subject) -> dict[str, Any]:
    """With what `prepare` allocates, where the cache may be; or without it where that is the library's copy of the parameters.

    A library is imported here and warmed up in the forks: its threads would not be there in a fork.
    """
    implementation, bench = subject.implementation, subject.bench
    if implementation.library:
        import_module(implementation.library.name)

    def make_step() -> meters.Work:
        subject.warm_up()
        return bench.step(implementation) if implementation.moves else lambda: bench.step(implementation)()

    return asdict(resident_peak(make_step))


def _sampled(subject: Subject) -> dict[str, Any]:
    subject.warm_up()
    series = meters.sampled_series(subject.bench.step(subject.implementation))
    return {"peak_bytes": max(rss for _, rss in series), "series": series}


def _profile(subject: Subject) -> dict[str, Any]:
    subject.warm_up()
    bench = subject.bench
    return {"series": live_bytes.profile(bench.step(subject.implementation), bench.network, subject.implementation)}


METERS: dict[str, Read] = {"resident": _resident, "heap": _heap, "sampled": _sampled, "profile": _profile}


if __name__ == "__main__":
    serve(main)
