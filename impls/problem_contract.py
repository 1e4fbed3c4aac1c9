"""The check that every implementation of a problem passes before it is timed: the same answers as the baseline, and arguments kept."""

from __future__ import annotations

import itertools
from typing import Any

from impls.contract import BrokenContract
from impls.problem import Problem, Solution
from impls.sameness import Incomparable, same

DEPTHS, WIDTHS, SEEDS = (0, 1, 2, 3, 4, 6), (1, 2, 3), (0, 1, 2)
# the smallest first, so that the first difference is the smallest
INPUTS = sorted(itertools.product(DEPTHS, WIDTHS, SEEDS), key=lambda size: (size[0] * size[1], *size))
LONGEST = 60  # characters of an answer in a message


class NoInput(Exception):
    """`setup` makes no arguments of that size; the message says why."""


def check_solution(problem: Problem, name: str) -> None:
    """Check an implementation of a problem on small inputs, from depth 0 and width 1 on, and several of each size.

    It must give the same answer as the baseline, by the problem's `equal`, as the baseline itself must if it is called again;
    and leave its arguments as they were unless the problem `mutates`. There need not be an input of depth 0: then `setup` or
    the baseline raises.

    Raises:
        BrokenContract: what is wrong, in words, with the smallest input that shows it.
        NoInput: `setup` raises.

    """
    solution, baseline = problem.by_name[name], problem.by_name[problem.baseline]
    for depth, width, seed in INPUTS:
        place = f"at depth {depth}, width {width}" + (f", seed {seed}" if seed else "")
        if not _has_input(problem, depth, width, seed) or (depth == 0 and _raises(problem, baseline, width, seed)):
            continue
        answer = _answer(problem, solution, (depth, width, seed), place)
        expected = _answer(problem, baseline, (depth, width, seed), place, "" if solution is baseline else f"{baseline.name} ")
        if not _equal(problem, answer, expected, place):
            other = "then" if solution is baseline else f"{baseline.name} gives"
            words = "and" if solution is baseline else "where"
            raise BrokenContract(f"gives {_short(answer)} {words} {other} {_short(expected)}, {place}")


def _has_input(problem: Problem, depth: int, width: int, seed: int) -> bool:
    """Does `setup` make arguments of that size? It must, from depth 1 on, and the same seed must give the same ones."""
    try:
        first, second = (problem.arguments(depth, width, seed) for _ in range(2))
    except Exception as error:
        if depth == 0:
            return False
        raise NoInput(f"setup({depth}, {width}, rng) raises {_raised(error)}") from None
    if not same(first, second):
        raise NoInput(f"setup({depth}, {width}, rng) makes other arguments each time; take what is random from rng alone")
    return True


def _raises(problem: Problem, solution: Solution, width: int, seed: int) -> bool:
    try:
        solution.function(*problem.arguments(0, width, seed))
    except Exception:
        return True
    return False


def _answer(problem: Problem, solution: Solution, size: tuple[int, int, int], place: str, whose: str = "") -> Any:
    """What it answers; it must leave its arguments as they were. The sentence is about the implementation that is checked unless told."""
    arguments = problem.arguments(*size)
    try:
        answer = solution.function(*arguments)
    except TypeError as error:
        hint = f"; setup gives {len(arguments)} arguments, since what it returns is a tuple" if len(arguments) != 1 else ""
        raise BrokenContract(f"{whose}raises {_raised(error)}, {place}{hint}") from None
    except Exception as error:
        raise BrokenContract(f"{whose}raises {_raised(error)}, {place}") from None
    if not problem.mutates and not same(arguments, problem.arguments(*size)):
        raise BrokenContract(f"{whose}changes its arguments, {place}; say mutates=True, and every call has fresh ones")
    return answer


def _equal(problem: Problem, answer: Any, expected: Any, place: str) -> bool:
    try:
        verdict = problem.equal(answer, expected)
        if getattr(verdict, "shape", ()) != ():
            raise Incomparable("equal returns an array; reduce it by all()")
        return bool(verdict)
    except Exception as error:
        words = str(error) if isinstance(error, Incomparable) else f"equal raises {_raised(error)}"
        raise BrokenContract(f"gives answers that cannot be compared, {place}: {words}") from None


def _short(value: Any) -> str:
    try:
        words = repr(value)
    except Exception as error:  # RecursionError too, of what is nested deeply
        return f"something whose repr raises {type(error).__name__}"
    return words if len(words) <= LONGEST else words[: LONGEST - 3] + "..."


def _raised(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
