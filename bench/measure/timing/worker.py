"""The timing worker: the visits of one pass, in a fresh interpreter.

Answers: {"hello": ...} once; {"trying": contender} before each measurement; and for each visit,
in the order of the task, {"rows": [...], "wall_s": ..., "rounds_s": ...} or, if it failed, {"status": ..., "detail": ...}.

Each cell is measured in a fork of its own. The first large array that a process frees changes what
glibc's malloc does from then on (mallopt(3), M_MMAP_THRESHOLD), so that in one process a cell's times
would depend on the cells before it: 64 layers of 64 units took 2.35 ms a step, and 1.80 ms after a visit
to a larger network.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterable
from dataclasses import astuple
from importlib import import_module
from time import perf_counter
from typing import Any

import threadpoolctl

from bench.measure.machine.conditions import conditions
from bench.measure.timing import clocks, visit
from bench.measure.timing.frame_room import with_room_for_frames
from bench.measure.timing.heap_history import draw_heap_history
from bench.measure.timing.recursion_limit import raise_recursion_limit
from bench.measure.timing.steps import Workbench
from bench.measure.workers.endings import ending, status_of
from bench.measure.workers.serve import Answer, die_with_parent, serve
from bench.plan.allocators import STEADY
from bench.plan.batches import Batch
from bench.plan.cells import Cell
from bench.plan.contenders import available
from impls import Implementation

ANSWERED = 86  # the exit code of a fork that has answered; code under test that ends the process itself mostly gives 0


def main(task: dict[str, Any], answer: Answer) -> None:
    """Make the visits of the task."""
    implementations = available(task["files"])
    answer(hello={"blas": threadpoolctl.threadpool_info(), "conditions": conditions()})
    _load_libraries(implementations[name] for item in task["visits"] for name in item["contenders"] if name in implementations)
    for item in task["visits"]:
        _in_a_fork(lambda item=item: _visit(item, implementations, task["baseline"], answer), answer)  # type: ignore[misc]


def _load_libraries(compared: Iterable[Implementation]) -> None:
    """Import the libraries of implementations once and not in every fork; most take a second."""
    for library in {implementation.library for implementation in compared if implementation.library}:
        import_module(library.name)


def _in_a_fork(work: Callable[[], None], answer: Answer) -> None:
    """Do the work in a fork of this process, and answer with a status if it fails; where there is no fork, do it here."""
    if not hasattr(os, "fork"):
        _answer_errors(work, answer)
        return
    worker = os.getpid()
    fork = os.fork()
    if fork == 0:
        die_with_parent(worker)
        _answer_errors(work, answer)
        os._exit(ANSWERED)
    code = os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1])
    if code != ANSWERED:
        status, detail = ending(code)
        answer(status=status, detail=detail)


def _answer_errors(work: Callable[[], None], answer: Answer) -> None:
    try:
        work()
    except BaseException as error:  # SystemExit too: an implementation may try to end the process
        answer(status=status_of(error), detail=f"{type(error).__name__}: {error}")


def _visit(item: dict[str, Any], implementations: Any, baseline: str, answer: Answer) -> None:
    start = perf_counter()
    cell = Cell(**item["cell"])
    raise_recursion_limit(cell.depth)
    _alive = draw_heap_history(random.Random(f"heap {item['seed']}"))  # until the visit is over
    bench = Workbench(cell, *Batch.read(item["data"]))
    this = visit.Visit(
        bench.contenders(item["contenders"], implementations, baseline),
        random.Random(item["seed"]),
        clocks.read_clocks,
        lambda name: answer(trying=name),
        item["seconds"],
    )
    rows = with_room_for_frames(cell.depth, lambda: visit.measure(this)) if cell.allocator == STEADY else visit.measure(this)
    answer(rows=[astuple(row) for row in rows], wall_s=perf_counter() - start, rounds_s=this.rounds_s)


if __name__ == "__main__":
    serve(main)
