"""The memory worker: one implementation in one cell, read by one meter after another, in a fresh interpreter.

Answers, one a meter in the order of the task: {"meter": ..., "peak_bytes": ..., "series": [...]} or
{"meter": ..., "status": ..., "detail": ...}.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from bench.measure.memory import meters
from bench.measure.memory.resident import ForkFailed, resident_peak
from bench.measure.subjects.opening import load_libraries, opened
from bench.measure.subjects.stack_use import stack_use
from bench.measure.workers.endings import detail_of, status_of
from bench.measure.workers.serve import Answer, serve
from bench.plan.cells import Cell


@dataclass(frozen=True)
class Subject:
    """What is read: the work of an implementation on a bench; `small` is a bench that leaves little memory behind."""

    implementation: Any
    bench: Any
    small: Any

    def warm_up(self) -> None:
        """Load what any first step needs, BLAS's buffers too."""
        with suppress(Exception):  # the real step will raise it again
            self.small.step(self.implementation)()


Read = Callable[[Subject], dict[str, Any]]


def main(task: dict[str, Any], answer: Answer) -> None:
    """Read the meters of the task."""
    meters.whole_pages_only()
    cell = Cell(**task["cell"])
    opened_problem = opened(task["problems"], task["files"])[cell.problem]
    implementation = opened_problem.implementations[task["impl"]]
    bench = opened_problem.bench(cell, task["data"])
    bench.raise_limit()  # without a call to see whether it must be: resident memory is read of the first
    subject = Subject(implementation, bench, opened_problem.small_bench(cell, task["data"]))
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
        return {"status": status_of(error), "detail": detail_of(error)}


def _heap(subject: Subject) -> dict[str, Any]:
    library = subject.implementation.library
    if library and library.allocates:
        raise meters.Unmeasurable(f"{library.name} allocates memory that tracemalloc does not see")
    subject.warm_up()
    bench = subject.bench
    depth = bench.frames(subject.implementation)
    return {"peak_bytes": meters.heap_peak(bench.work(subject.implementation), depth)}


def _resident(subject: Subject) -> dict[str, Any]:
    """With what `prepare` allocates, where the cache may be; or without it where that is the library's copy of the parameters.

    A library is imported here and warmed up in the forks: its threads would not be there in a fork.
    """
    implementation, bench = subject.implementation, subject.bench
    load_libraries([implementation])

    def make_step() -> meters.Work:
        subject.warm_up()
        return bench.work(implementation)

    return asdict(resident_peak(make_step))


def _frames(subject: Subject) -> dict[str, Any]:
    return {"peak_bytes": stack_use(subject.bench.step(subject.implementation)).frame_bytes}


def _sampled(subject: Subject) -> dict[str, Any]:
    if not subject.bench.repeats:
        raise meters.Unmeasurable("a call changes its arguments, and fresh ones for some hundred calls would hide what a call takes")
    subject.warm_up()
    series = meters.sampled_series(subject.bench.step(subject.implementation))
    return {"peak_bytes": max(rss for _, rss in series), "series": series}


def _profile(subject: Subject) -> dict[str, Any]:
    subject.warm_up()
    return {"series": subject.bench.profile(subject.implementation)}


METERS: dict[str, Read] = {"resident": _resident, "heap": _heap, "frames": _frames, "sampled": _sampled, "profile": _profile}


if __name__ == "__main__":
    serve(main)
