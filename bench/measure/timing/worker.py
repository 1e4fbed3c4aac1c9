"""The worker: one pass in a fresh interpreter. Reads its task from standard input, answers in JSON lines.

Answers: {"hello": ...} once; {"trying": contender} before each measurement; and for each visit,
in the order of the task, {"rows": [...], "wall_s": ...} or, if it came to a bad end, {"status": ...,
"detail": ...}. Whatever else is printed, by implementations too, goes to standard error.

Each cell is measured in a fork of its own. The first large array that a process lets go of changes what
glibc's malloc does from then on (mallopt(3), M_MMAP_THRESHOLD), so that in one process a cell's times
would depend on which cells came before: 64 layers of 64 units took 2.35 ms a step, and 1.80 ms after
a visit to a larger network.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Callable, Iterable
from dataclasses import astuple
from importlib import import_module
from time import perf_counter
from typing import Any

import threadpoolctl

from bench.measure.timing import clocks, visit
from bench.measure.timing.frame_room import with_room_for_frames
from bench.measure.timing.steps import Workbench
from bench.measure.workers.lifeline import die_with_parent
from bench.measure.workers.process import ending
from bench.plan.allocators import STEADY
from bench.plan.batches import Batch
from bench.plan.cells import Cell
from bench.plan.contenders import available
from impls import Implementation

Answer = Callable[..., None]

ANSWERED = 86  # a fork's exit code when it has answered; 0 is what code under test gives when it ends the process itself


def main() -> None:
    """Do the task on standard input."""
    answer = answers_only()
    die_with_parent(int(os.environ["UNWIND_PARENT"]))
    task = json.load(sys.stdin)
    implementations = available(task["files"])
    answer(hello={"blas": threadpoolctl.threadpool_info()})
    _load_libraries(implementations[name] for item in task["visits"] for name in item["contenders"] if name in implementations)
    for item in task["visits"]:
        _apart(lambda item=item: _visit(item, implementations, task["baseline"], answer), answer)  # type: ignore[misc]


def _load_libraries(compared: Iterable[Implementation]) -> None:
    """Import what implementations are written over once, not in every fork; most take a second."""
    for library in {one.library for one in compared if one.library}:
        import_module(library.name)


def _apart(work: Callable[[], None], answer: Answer) -> None:
    """Do the work in a fork of this process, and answer for it if it cannot; where there is no fork, do it here."""
    if not hasattr(os, "fork"):
        _answer_for_errors(work, answer)
        return
    worker = os.getpid()
    child = os.fork()
    if child == 0:
        die_with_parent(worker)
        _answer_for_errors(work, answer)
        os._exit(ANSWERED)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code != ANSWERED:
        status, detail = ending(code)
        answer(status=status, detail=detail)


def _answer_for_errors(work: Callable[[], None], answer: Answer) -> None:
    try:
        work()
    except BaseException as error:  # SystemExit too: an implementation may try to end the program
        answer(status=visit.status_of(error), detail=f"{type(error).__name__}: {error}")


def _visit(item: dict[str, Any], implementations: Any, baseline: str, answer: Answer) -> None:
    start = perf_counter()
    cell = Cell(**item["cell"])
    visit.raise_recursion_limit(cell.depth)
    bench = Workbench(cell, *Batch.read(item["data"]))
    this = visit.Visit(
        bench.contenders(item["contenders"], implementations, baseline),
        item["rounds"],
        random.Random(item["seed"]),
        clocks.read_clocks,
        lambda name: answer(trying=name),
    )
    rows = with_room_for_frames(cell.depth, lambda: visit.measure(this)) if cell.allocator == STEADY else visit.measure(this)
    answer(rows=[astuple(row) for row in rows], wall_s=perf_counter() - start)


def answers_only() -> Answer:
    """Keep standard output for answers, and send all other printing to standard error."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def answer(**message: Any) -> None:
        channel.write(json.dumps(message) + "\n")
        channel.flush()

    return answer


if __name__ == "__main__":
    main()
