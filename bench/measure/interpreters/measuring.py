"""Measuring interpreters: those that a run measures with, each with an environment, or with the reason why it has none."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.errors import BadInput
from bench.measure.interpreters.found import OLDEST, Interpreter, Unusable, candidates, identify, running
from bench.measure.interpreters.venvs import cache_folder, python_with_numpy

VERSION = re.compile(r"(?P<kind>(?:pypy)?)(?P<numbers>\d[\w.]*?|(?<=pypy))(?P<build>t?j?)")


@dataclass(frozen=True)
class MeasuringPython:
    """An interpreter that a run was asked to measure with.

    Attributes:
        name: as in cells: "3.13.0", "3.13.0t" if it is free-threaded, "pypy3.9.16".
        program: what to run: it finds NumPy and what else a worker imports. Empty if there is none.
        why_not: why it cannot be used; empty if it can.

    """

    name: str
    program: str
    why_not: str = ""


def measuring_pythons(asked: Sequence[str], source: str) -> list[MeasuringPython]:
    """The interpreters of those paths or versions, from the oldest to the newest, each once; a version such as "3.12" or "pypy" is
    the newest of that kind which the machine has.

    Raises:
        BadInput: a path is no CPython that can be used. `source` is the option or sweep that names it.

    """
    chosen: dict[str, Interpreter] = {}
    missing = []
    for word in asked:
        interpreter = _of_path(word, source) if _is_path(word) else _of_version(word)
        if interpreter is None:
            missing.append(MeasuringPython(word, "", f"this machine has no {'' if word.startswith('pypy') else 'CPython '}{word}"))
        else:
            chosen.setdefault(interpreter.name, interpreter)
    there = sorted(chosen.values(), key=lambda interpreter: interpreter.age)
    return [*map(_equipped, there), *missing]


def _is_path(word: str) -> bool:
    return VERSION.fullmatch(word) is None


def _of_path(path: str, source: str) -> Interpreter:
    try:
        return running() if path == sys.executable else identify(path)
    except Unusable as error:
        mend = "give a version such as 3.12, or the path of a CPython or PyPy, 3.9 or newer"
        raise BadInput(f"{source} {path}: {error.detail}; {mend}") from None


def _of_version(version: str) -> Interpreter | None:
    """The running interpreter if it is of that version, else the newest that is found."""
    mine = running()
    if _is_of(mine, version):
        return mine
    fitting = [interpreter for interpreter in _identified(candidates()) if _is_of(interpreter, version)]
    return max(fitting, key=lambda interpreter: interpreter.numbers, default=None)


def _is_of(interpreter: Interpreter, version: str) -> bool:
    """Is it that version, or one of its kind: 3.12.1 of 3.12, 3.13.0t of 3.13t, and pypy3.9.16 of pypy?"""
    mine, asked = (VERSION.fullmatch(name) for name in (interpreter.name, version))
    if not mine or not asked or mine.group("kind", "build") != asked.group("kind", "build"):
        return False
    return not asked["numbers"] or f"{mine['numbers']}.".startswith(f"{asked['numbers']}.")


def _identified(paths: Iterable[str]) -> Iterable[Interpreter]:
    for path in paths:
        try:
            yield identify(path)
        except Unusable:
            continue


def _equipped(interpreter: Interpreter) -> MeasuringPython:
    assert interpreter.numbers >= OLDEST
    try:
        return MeasuringPython(interpreter.name, python_with_numpy(interpreter, cache_folder()))
    except Unusable as error:
        return MeasuringPython(interpreter.name, "", f"Python {interpreter.name} cannot be used: {error.detail}")
