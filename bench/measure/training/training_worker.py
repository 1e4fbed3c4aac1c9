"""The worker of one training: an implementation trains a network in a fresh interpreter, at the recursion limit that Python has.

Answers: each epoch's figures, and at the end {"peak_bytes": ..., "recursion_limit": ...}; or {"status": ..., "detail": ...}.
"""

from __future__ import annotations

import gc
import random
import sys
from dataclasses import asdict
from typing import Any

from bench.measure.memory.meters import high_water_bytes
from bench.measure.timing.heap_history import draw_heap_history
from bench.measure.training.epochs import train
from bench.measure.training.recipes import Recipe
from bench.measure.training.split import Split
from bench.measure.workers.endings import status_of
from bench.measure.workers.serve import Answer, serve
from bench.plan.contenders import available
from bench.plan.data.batches import Batch


def main(task: dict[str, Any], answer: Answer) -> None:
    """Train, and answer epoch by epoch, or how it failed."""
    try:
        _train(task, answer)
    except Exception as error:
        answer(status=status_of(error), detail=f"{type(error).__name__}: {error}")


def _train(task: dict[str, Any], answer: Answer) -> None:
    implementation = available(task["files"])[task["impl"]]
    split = Split(*(Batch.read(path) for path in task["data"]))
    _alive = draw_heap_history(random.Random(task["heap_history"]))  # until the training is over
    gc.collect()
    gc.freeze()
    for epoch in train(split, implementation, task["update"], Recipe(**task["recipe"])):
        answer(**asdict(epoch))
    answer(peak_bytes=high_water_bytes(), recursion_limit=sys.getrecursionlimit())


if __name__ == "__main__":
    serve(main)
