"""The timing worker: the visits of one pass, in a fresh interpreter.

Answers: {"hello": ...} once; {"trying": contender} before each measurement; {"waiting": true} while it may not
measure yet; and for each visit, in the order of the task, {"rows": [...], "wall_s": ..., "rounds_s": ...,
"waited_s": ...} or, if it failed, {"status": ..., "detail": ...}.

Each cell is measured in a fork of its own. The first large array that a process frees changes what
glibc's malloc does from then on (mallopt(3), M_MMAP_THRESHOLD), so that in one process a cell's times
would depend on the cells before it: 64 layers of 64 units took 2.35 ms a step, and 1.80 ms after a visit
to a larger network.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, replace
from time import perf_counter
from typing import Any

import threadpoolctl

from bench.measure.machine.conditions import conditions
from bench.measure.subjects.opening import load_libraries, opened
from bench.measure.timing import clocks, visit
from bench.measure.timing.company import measuring
from bench.measure.timing.frame_room import with_room_for_frames
from bench.measure.timing.heap_history import draw_heap_history
from bench.measure.workers.endings import RAISED_LIMIT, ending, status_of
from bench.measure.workers.serve import Answer, die_with_parent, serve
from bench.plan.allocators import STEADY
from bench.plan.cells import Cell
from bench.plan.contenders import CONTROL, FLOOR

Broken = dict[tuple[str, str, str], str]  # problem, implementation and layout -> how it breaks its contract
ANSWERED = 86  # the exit code of a fork that has answered; code under test that ends the process itself mostly gives 0


def main(task: dict[str, Any], answer: Answer) -> None:
    """Make the visits of the task."""
    subjects = opened(task["problems"], task["files"])
    answer(hello={"blas": threadpoolctl.threadpool_info(), "conditions": conditions()})
    load_libraries(each for item in task["visits"] for each in _compared(item, subjects, task["baseline"]).values())
    broken = _broken(task["visits"], subjects, task["baseline"])
    for item in task["visits"]:
        in_a_fork(lambda item=item: _visit(item, subjects, task, broken, answer), answer)  # type: ignore[misc]


def _broken(items: Sequence[dict[str, Any]], subjects: Mapping[str, Any], baseline: str) -> Broken:
    """How implementations break their contracts under an interpreter that is not the harness's own, which has checked them itself."""
    broken: Broken = {}
    for item in items:
        cell = Cell(**item["cell"])
        for each in _compared(item, subjects, baseline).values() if cell.python else ():
            if (cell.problem, each.name, cell.layout) not in broken:
                broken[cell.problem, each.name, cell.layout] = subjects[cell.problem].broken(each.name, cell)
    return {key: why for key, why in broken.items() if why}


def _compared(item: dict[str, Any], subjects: Mapping[str, Any], baseline: str) -> dict[str, Any]:
    """The implementations of a visit, by the names of their contenders; the floor is none."""
    known = subjects[item["cell"]["problem"]].implementations
    return {name: known[baseline if name == CONTROL else name] for name in item["contenders"] if name != FLOOR}


def in_a_fork(work: Callable[[], None], answer: Answer) -> None:
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


def _visit(item: dict[str, Any], subjects: Mapping[str, Any], task: dict[str, Any], broken: Broken, answer: Answer) -> None:
    """Make a visit once it may be made, and answer with its rows."""
    asked = perf_counter()
    with measuring(task["company"], item["alone"], lambda: answer(waiting=True)):
        start = perf_counter()
        rows, rounds_s = _measured(item, subjects, task["baseline"], broken, answer)
        wall_s = perf_counter() - start
    answer(rows=[astuple(row) for row in rows], wall_s=wall_s, rounds_s=rounds_s, waited_s=start - asked)


def _measured(
    item: dict[str, Any], subjects: Mapping[str, Any], baseline: str, broken: Broken, answer: Answer
) -> tuple[list[visit.Measurement], float]:
    """The rows of a visit, and the seconds of its rounds."""

    def announce(name: str) -> None:
        answer(trying=name)

    cell = Cell(**item["cell"])
    subject, compared = subjects[cell.problem], _compared(item, subjects, baseline)
    failed = {name: why for name, each in compared.items() if (why := broken.get((cell.problem, each.name, cell.layout)))}
    compared = {name: each for name, each in compared.items() if name not in failed}
    names = [name for name in item["contenders"] if name not in failed]
    _alive = draw_heap_history(random.Random(f"heap {item['seed']}"))  # until the visit is over
    bench = subject.bench(cell, item["data"])
    raised = bench.raised_limit_for(compared, announce)
    this = visit.Visit(
        bench.contenders(names, subject.implementations, baseline),
        random.Random(item["seed"]),
        clocks.read_clocks,
        announce,
        item["seconds"],
        item["rounds"],
    )
    if cell.allocator == STEADY:
        rows = with_room_for_frames(bench.stack_bytes(compared.values()), lambda: visit.measure(this))
    else:
        rows = visit.measure(this)
    rows = [replace(row, detail=RAISED_LIMIT) if row.impl in raised and row.status == "ok" else row for row in rows]
    rows += [visit.Measurement(name, status="error", detail=f"fails its check on this Python: {why}") for name, why in failed.items()]
    return rows, this.rounds_s


if __name__ == "__main__":
    serve(main)
