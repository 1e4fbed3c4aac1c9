"""The memory worker: one implementation in one cell, read by one meter after another, in a fresh interpreter.

Answers, one a meter in the order of the task: {"meter": ..., "peak_bytes": ..., "series": [...]} or
{"meter": ..., "status": ..., "detail": ...}.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from bench.measure.memory import live_bytes, meters
from bench.measure.timing import visit
from bench.measure.timing.steps import Workbench
from bench.measure.workers.serve import Answer, serve
from bench.plan.batches import Batch
from bench.plan.cells import Cell
from bench.plan.contenders import available
from impls import Implementation

DEPTH_OF_ALL_SHAPES = 3  # a first, a middle and a last layer

Read = Callable[[Workbench, Implementation], dict[str, Any]]


def main(task: dict[str, Any], answer: Answer) -> None:
    """Read the meters of the task."""
    meters.whole_pages_only()
    cell = Cell(**task["cell"])
    implementation = available(task["files"])[task["impl"]]
    visit.raise_recursion_limit(cell.depth)
    batch = Batch.read(task["data"])
    _warm_up(Workbench(replace(cell, depth=min(cell.depth, DEPTH_OF_ALL_SHAPES)), *batch), implementation)
    bench = Workbench(cell, *batch)
    for meter in task["meters"]:
        answer(meter=meter, **_reading(METERS[meter], bench, implementation))


def _warm_up(bench: Workbench, implementation: Implementation) -> None:
    """Load what any first step needs, BLAS's buffers too, with a network that leaves little memory behind."""
    with suppress(Exception):  # the real step will raise it again
        bench.step(implementation)()


def _reading(read: Read, bench: Workbench, implementation: Implementation) -> dict[str, Any]:
    try:
        return read(bench, implementation)
    except meters.Unmeasurable as reason:
        return {"status": "skipped", "detail": str(reason)}
    except Exception as error:
        return {"status": visit.status_of(error), "detail": f"{type(error).__name__}: {error}"}


def _heap(bench: Workbench, implementation: Implementation) -> dict[str, Any]:
    if implementation.library and implementation.library.allocates:
        raise meters.Unmeasurable(f"{implementation.library.name} allocates memory that tracemalloc does not see")
    return {"peak_bytes": meters.heap_peak(bench.step(implementation), bench.cell.depth)}


def _resident(bench: Workbench, implementation: Implementation) -> dict[str, Any]:
    """With what `prepare` allocates, where the cache may be; or without it where that is the library's copy of the parameters."""
    if implementation.moves:
        return {"peak_bytes": meters.resident_peak(bench.step(implementation))}
    return {"peak_bytes": meters.resident_peak(lambda: bench.step(implementation)())}


def _sampled(bench: Workbench, implementation: Implementation) -> dict[str, Any]:
    series = meters.sampled_series(bench.step(implementation))
    return {"peak_bytes": max(rss for _, rss in series), "series": series}


def _profile(bench: Workbench, implementation: Implementation) -> dict[str, Any]:
    return {"series": live_bytes.profile(bench.step(implementation), bench.network, implementation)}


METERS: dict[str, Read] = {"resident": _resident, "heap": _heap, "sampled": _sampled, "profile": _profile}


if __name__ == "__main__":
    serve(main)
