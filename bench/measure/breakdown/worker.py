"""The breakdown's worker: the works of each cell of a task under one allocator, each cell in a fork of a fresh interpreter.

Answers, in the order of the task, {"times": [...]} or, if a cell failed, {"status": ..., "detail": ...}.
"""

from __future__ import annotations

import random
from dataclasses import astuple
from functools import partial
from typing import Any

from bench.measure.breakdown.rounds import time_works
from bench.measure.breakdown.works import works
from bench.measure.subjects.network import FRAME_BYTES
from bench.measure.timing.frame_room import with_room_for_frames
from bench.measure.timing.heap_history import draw_heap_history
from bench.measure.timing.worker import in_a_fork
from bench.measure.workers.serve import Answer, serve
from bench.plan.allocators import STEADY
from bench.plan.cells import Cell
from bench.plan.data.batches import Batch


def main(task: dict[str, Any], answer: Answer) -> None:
    """Time the cells of the task."""
    for item in task["visits"]:
        in_a_fork(partial(_visit, item, task["seconds"], answer), answer)


def _visit(item: dict[str, Any], seconds: float, answer: Answer) -> None:
    cell = Cell(**item["cell"])
    _alive = draw_heap_history(random.Random(f"heap {item['seed']}"))  # until the visit is over
    all_works = works(cell, Batch.read(item["data"]))

    def timed() -> list[Any]:
        return time_works(all_works, random.Random(item["seed"]), seconds)

    times = with_room_for_frames(cell.depth * FRAME_BYTES, timed) if cell.allocator == STEADY else timed()
    answer(times=[astuple(each) for each in times])


if __name__ == "__main__":
    serve(main)
