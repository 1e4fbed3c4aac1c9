"""`limits`: how deep each implementation and each way of calling can go, on every Python of the machine."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from bench.errors import BadInput, NothingMeasured
from bench.measure.depth.study import Subjects, all_limits, stack_limit, without_searches
from bench.measure.interpreters.choice import interpreters_to_study
from bench.measure.machine.caveats import Caveat
from bench.measure.machine.fingerprint import fingerprint
from bench.measure.workers.checking import refused
from bench.measure.workers.known_problems import known_problem
from bench.plan import contenders
from bench.plan.cells import BACKPROPAGATION, DEFAULT_ACTIVATION
from bench.plan.depth import DEEPEST
from bench.plan.problems import PlannedProblem
from bench.record.folder import read_machine, results_folder
from bench.record.limits import executable, machines_limits, put_limit
from bench.record.problems import of_problem
from bench.record.tables import Table
from bench.show.answers.words import spaced
from bench.show.terminal.counting import doing
from bench.show.terminal.depths import depths_table
from bench.show.terminal.screen import Screen
from bench.show.topics import topic
from bench.verbs.running.depth import tell_limit


def limits(options: argparse.Namespace, screen: Screen) -> None:
    """Find the interpreters, search on each, record every search as it ends, and answer.

    Raises:
        BadInput: an implementation, an interpreter or a depth that was asked for cannot be had.
        NothingMeasured: no search could be made.

    """
    if options.max_depth < 1:
        raise BadInput(f"--max-depth is {options.max_depth}; give a number of layers from 1")
    if options.max_depth > DEEPEST:
        raise BadInput(f"--max-depth is {options.max_depth}; give {spaced(DEEPEST)} layers at most")
    problem = known_problem(options.problem or BACKPROPAGATION, options.files)
    contenders.tell([problem.described(problem.baseline)])
    names, not_tried = _implementations(options, problem)
    broken = refused(problem, names, options.files, DEFAULT_ACTIVATION)
    screen.left_out(broken)
    files = [str(Path(file).resolve()) for file in options.files]
    cap = min(options.max_depth, problem.deepest or options.max_depth)
    subjects = Subjects([name for name in names if name not in broken], files, cap, problem.name, problem.source)
    asked = options.python or []
    interpreters, failures = interpreters_to_study([path for path in asked if path is not None], search=None not in asked)
    if not_tried:
        screen.detail(f"{', '.join(not_tried)} are not tried: their control flow is their library's; name them with --impl to try them")
    with results_folder(options.results) as folder:
        machine = fingerprint(read_machine(folder))["machine"]
        table = Table(folder, "limits.csv")
        for path, error in failures.items():
            screen.warn(f"{path}: {error.detail}; the search goes on without it")
            put_limit(table, machine, replace(without_searches(path, error.status, error.detail), problem=problem.name))
        found, note = [], _told_once(screen)
        with doing(screen) as tell:
            for interpreter in interpreters:
                screen.detail(f"Python {interpreter.name} ({interpreter.path})")
                tell(f"Depth on Python {interpreter.name}")
                for limit in all_limits(interpreter, subjects, note):
                    put_limit(table, machine, limit)
                    tell_limit(limit, problem, screen, tell)
                    found.append(limit)
        under = {executable(limit.python, limit.impl): limit.conditions for limit in found}
        rows = of_problem(machines_limits(table, machine, screen.warn, stack_limit(), under), problem.name)
    answers = topic("limits").answers(rows)
    if not answers:
        raise NothingMeasured(f"{table.path}: no search could be made; the notes above say why")
    if depths := depths_table(rows):
        screen.table(depths)
    screen.answers(answers)


def _implementations(options: argparse.Namespace, problem: PlannedProblem) -> tuple[list[str], list[str]]:
    """The implementations to try: those that were named, or all whose control flow is Python's own; and those not to try.

    Raises:
        BadInput: a name is not known.

    """
    chosen = contenders.choose(options.impl, problem.implementations, "--impl")
    not_tried = [] if options.impl else [each.name for each in chosen if each.library and each.control_flow == "other"]
    return [each.name for each in chosen if each.name not in not_tried], not_tried


def _told_once(screen: Screen) -> Callable[[Sequence[Caveat]], None]:
    """What tells caveats, each once, however many interpreters it concerns."""
    told: set[Caveat] = set()

    def tell(caveats: Sequence[Caveat]) -> None:
        screen.caveats(caveat for caveat in caveats if caveat not in told)
        told.update(caveats)

    return tell
