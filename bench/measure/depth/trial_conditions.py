"""Trial conditions: what can move the depths that are found on an interpreter, beside the code: recorded with each search, and told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import humanize

from bench.measure.depth import surroundings
from bench.measure.depth.trials import MOST_BYTES, Guard, command_of
from bench.measure.machine.caveats import Caveat
from bench.measure.machine.conditions import CONDITIONS
from bench.measure.workers.command import run_command
from bench.measure.workers.environment import chosen_variables, worker_environment
from bench.text import one_line

LONGEST_ANSWER_S = 30.0
USUAL_LIMIT = 1_000  # calls, of every CPython
AS_USUAL = "as usual"
PYTHONS_OWN = "PYTHON"  # how the variables begin that trials do not see


@dataclass(frozen=True)
class TrialConditions:
    """What trials run under with one interpreter.

    Attributes:
        recursion_limit: the interpreter's own, as it comes.
        unusual: what is not as usual and can move depth, by its key: in words, as limits.csv has it; None if it is unknown.
        caveats: the same for the user, each with its remedy.

    """

    recursion_limit: int
    unusual: str | None
    caveats: tuple[Caveat, ...] = ()


def trial_conditions(python: str, name: str, recursion_limit: int) -> TrialConditions:
    """What trials run under with the interpreter at a path; `name` is its version, `recursion_limit` what it is taken to have if it
    does not answer.
    """
    ended = run_command(command_of(python, surroundings.__name__, {}), LONGEST_ANSWER_S, worker_environment())
    try:
        answer = json.loads(ended.out)
        limit, known = int(answer["recursion_limit"]), dict(answer["conditions"])
    except (ValueError, TypeError, KeyError):
        return TrialConditions(recursion_limit, None)
    found = [*_unusual(limit, known)]
    words = "; ".join(one_line(f"{key} {value}") for key, value, _, _ in found) or AS_USUAL
    told = (Caveat(f"where depth is tried on Python {name}, {title} is {value}", remedy) for _, value, title, remedy in found)
    return TrialConditions(limit, words, tuple(told))


def _unusual(limit: int, known: dict[str, str]) -> Iterator[tuple[str, str, str, str]]:
    """Key, value, title and remedy of each."""
    if limit != USUAL_LIMIT:
        remedy = "look into sitecustomize.py and the .pth files of this Python"
        yield "recursion_limit", str(limit), "the recursion limit as it comes", remedy
    for condition in CONDITIONS:
        value = known.get(condition.name, "")
        if condition.moves_depth and value and not condition.usual(value):
            yield condition.name, value, condition.title, condition.remedy
    for name, value in chosen_variables().items():
        if not name.startswith(PYTHONS_OWN):
            yield name, value, f"the variable {name}", f"unset {name}, unless that is what you want to study"


def caveats_of_all(guard: Guard) -> Iterator[Caveat]:
    """What concerns the trials of every interpreter."""
    if guard.memory_bytes < MOST_BYTES:
        allowed, most = (humanize.naturalsize(size, binary=True, format="%.3g") for size in (guard.memory_bytes, MOST_BYTES))
        yield Caveat(
            f"a trial of depth may take {allowed} of memory, half of what is free or allowed, and not {most}",
            "end what else takes memory, or raise the limit of the container or of `ulimit -v`: a depth that ends for lack of memory is "
            "no limit of Python's",
        )
    for name, value in chosen_variables().items():
        if name.startswith(PYTHONS_OWN):
            yield Caveat(
                f"{name}={value} is set, and does not reach the trials of depth, which run Python as it comes",
                f"unset {name}, unless it is there for what else you measure",
            )
