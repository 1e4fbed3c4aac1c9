"""`limits`: how deep each implementation and each way of calling can go, on every Python that is found."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from bench.errors import BadInput, NothingMeasured
from bench.measure.depth.interpreters import Interpreter, Unusable, candidates, identify, running
from bench.measure.depth.study import Limit, calling_limits, implementation_limits, without_searches
from bench.measure.depth.trials import usual_guard
from bench.measure.depth.venvs import cache_folder, python_with_numpy
from bench.measure.machine.fingerprint import fingerprint
from bench.measure.workers.checking import broken_contracts
from bench.plan import contenders
from bench.plan.depth import CALL, setting_of, way_title
from bench.record.folder import results_folder
from bench.record.limits import machines_limits, put_limit
from bench.record.tables import Table
from bench.show.answers.depth import ENDINGS
from bench.show.answers.words import spaced
from bench.show.terminal.screen import Screen
from bench.show.topics import topic

DEEPEST = 50_000_000  # half of what the recursion limit is raised to: an implementation may take two calls a layer


def limits(options: argparse.Namespace, screen: Screen) -> None:
    """Find the interpreters, search on each, record every search as it ends, and sum up.

    Raises:
        BadInput: an implementation, an interpreter or a depth that was asked for cannot be had.
        NothingMeasured: no search could be made.

    """
    if options.max_depth < 1:
        raise BadInput(f"--max-depth is {options.max_depth}; give a number of layers from 1")
    if options.max_depth > DEEPEST:
        raise BadInput(f"--max-depth is {options.max_depth}; give {spaced(DEEPEST)} layers at most")
    names, left_out = _studied(options)
    for name, why in broken_contracts(names, options.files).items():
        screen.warn(f"{name} is left out: it {why}")
        names.remove(name)
    files = [str(Path(file).resolve()) for file in options.files]
    found, failed = _interpreters(options.python or [], screen)
    if left_out:
        screen.say(f"left to their libraries, and tried if --impl names them: {', '.join(left_out)}")
    machine = fingerprint()["machine"]
    with results_folder(options.results) as folder:
        table = Table(folder, "limits.csv")
        for one in failed:
            put_limit(table, machine, one)
        for interpreter in found:
            screen.say(f"Python {interpreter.name} ({interpreter.path})")
            for limit in _searches(interpreter, names, files, options.max_depth):
                put_limit(table, machine, limit)
                _tell(limit, screen)
        rows = machines_limits(table, machine, screen.warn)
    answers = topic("limits").answers(rows)
    if not answers:
        raise NothingMeasured(f"{table.path}: no search could be made; the notes above say why")
    screen.answers(answers)


def _studied(options: argparse.Namespace) -> tuple[list[str], list[str]]:
    """Who is tried: whoever was named, or all whose control flow is loops and calls; and who is not.

    Raises:
        BadInput: a name is not known.

    """
    known = contenders.choose(options.impl, contenders.available(options.files), "--impl")
    others = [] if options.impl else [one.name for one in known if one.library and one.control_flow == "other"]
    return [one.name for one in known if one.name not in others], others


def _interpreters(asked: list[str | None], screen: Screen) -> tuple[list[Interpreter], list[Limit]]:
    """Those to study, the running one first and the others by age, each version once; and rows for those that cannot be.

    Raises:
        BadInput: a path that was asked for is not an interpreter.

    """
    try:
        mine = running()
    except Unusable as error:
        raise BadInput(f"{sys.executable}: {error.detail}; run unwind on a CPython") from None
    named, failed = _identified([path for path in asked if path is not None], screen, by_name=True)
    others, silent = _identified([] if None in asked else candidates(), screen, by_name=False)
    every = {one.name: one for one in (*others, *named, mine)}  # the later one has the say
    rest = sorted((one for name, one in every.items() if name != mine.name), key=lambda one: (one.numbers, one.name))
    return [mine, *rest], failed + silent


def _identified(paths: Iterable[str], screen: Screen, by_name: bool) -> tuple[list[Interpreter], list[Limit]]:
    """Who they are; one that hangs is a row, and so is one that was found and does not work; one too old is left out."""
    found, failed = [], []
    for path in paths:
        try:
            found.append(identify(path))
        except Unusable as error:
            if by_name and error.status != "timeout":
                raise BadInput(f"--python {path}: {error.detail}; give the path of a CPython, 3.9 or newer") from None
            if error.status != "skipped":
                failed.append(without_searches(path, error.status, error.detail))
                screen.warn(f"{path}: {error.detail}")
    return found, failed


def _searches(interpreter: Interpreter, names: list[str], files: list[str], cap: int) -> Iterator[Limit]:
    guard = usual_guard()
    try:
        python = _with_numpy(interpreter)
    except Unusable as error:
        yield without_searches(interpreter.name, error.status, error.detail)
    else:
        yield from implementation_limits(interpreter, python, names, files, cap, guard)
    yield from calling_limits(interpreter, cap, guard)


def _with_numpy(interpreter: Interpreter) -> str:
    """The running one is taken as the user has it; every other gets an environment of its own."""
    if interpreter.path == sys.executable:
        return interpreter.path
    return python_with_numpy(interpreter, cache_folder())


def _tell(limit: Limit, screen: Screen) -> None:
    if limit.impl is None or limit.status == "skipped":
        screen.warn(f"Python {limit.python}: {limit.impl or 'no network can be tried'}: {limit.status}: {limit.detail}")
        return
    what = way_title(limit.impl) if limit.impl.startswith(CALL) else contenders.title(limit.impl)
    where = setting_of(limit.recursion_limit or 0, limit.stack_bytes).words
    end = f"then {ENDINGS[limit.status]}" if limit.first_failure else "the most that was allowed"
    more = f" ({limit.detail})" if limit.status == "error" else ""
    screen.say(f"  {what}, {where}: {spaced(limit.deepest_ok or 0)}, {end}{more}")
