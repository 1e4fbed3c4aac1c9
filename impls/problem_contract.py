"""The check that every implementation of a problem passes before it is timed: the same answers as the baseline, and arguments kept."""

from __future__ import annotations

import inspect
import itertools
import sys
from copy import deepcopy
from typing import Any, Callable

from impls.contract import BrokenContract
from impls.problem import Problem, Solution
from impls.sameness import Incomparable, same

DEPTHS, WIDTHS, SEEDS = range(9), (1, 2, 3), (0, 1, 2)  # without a gap: what goes wrong at one depth alone is found
LARGEST = 18  # depth times width: a tree of depth 6 that branches in three has a thousand nodes
# the smallest first, so that the first difference is the smallest
INPUTS = sorted(
    (size for size in itertools.product(DEPTHS, WIDTHS, SEEDS) if size[0] * size[1] <= LARGEST), key=lambda size: (size[0] * size[1], *size)
)
LONGEST = 60  # characters of an answer in a message
TUPLE = "; setup returns a tuple, which is several arguments: return (it,) for one"
LIST = "; setup returns a list, which is one argument: return a tuple for several"
LATER = {"__next__": "an iterator", "__anext__": "an asynchronous iterator", "__await__": "a coroutine"}  # what has not done its work


class NoInput(Exception):
    """`setup` makes no arguments that implementations can be called with; the message says why."""


def check_solution(
    problem: Problem,
    name: str,
    baseline: str = "",
    announce: Callable[[str], None] = lambda words: None,
    enough: Callable[[], bool] = lambda: False,
) -> None:
    """Check an implementation of a problem on small inputs, from depth 0 and width 1 on, and several of each size.

    It must give the same answer as the baseline, by the problem's `equal`, as the baseline itself must if it is called again;
    and leave its arguments as they were unless the problem `mutates`. There need not be an input of depth 0: then `setup` or
    the baseline raises.

    Args:
        problem: the problem.
        name: the implementation.
        baseline: the implementation whose answers are right; the problem's own unless given.
        announce: told what is about to be called, so that it is known what hangs or crashes.
        enough: are these inputs enough? Asked after each.

    Raises:
        BrokenContract: what is wrong, in words, with the smallest input that shows it.
        NoInput: `setup` raises, or makes other arguments each time.

    """
    solution, first = problem.by_name[name], problem.by_name[baseline or problem.baseline]
    for depth, width, seed in INPUTS:
        place = f"at depth {depth}, width {width}" + (f", seed {seed}" if seed else "")
        announce(f"setup({depth}, {width}, rng)")
        inputs = small_inputs(problem, depth, width, seed)
        announce(place)
        if inputs is not None and not (depth == 0 and _raises(first, problem.arguments(depth, width, seed))):
            _check_at(problem, solution, first, inputs, place)
        if enough():
            return


def _check_at(problem: Problem, solution: Solution, baseline: Solution, inputs: Any, place: str) -> None:
    mine, its = inputs
    answer = answer_of(problem, solution, mine, its, place)
    try:
        expected = answer_of(problem, baseline, its, None, place)
    except BrokenContract as broken:
        raise BrokenContract(str(broken) if solution is baseline else f"cannot be checked, since {baseline.name} {broken}") from None
    compare(problem, solution, baseline, answer, expected, place)


def small_inputs(problem: Problem, depth: int, width: int, seed: int) -> Any:
    """The arguments of one size twice, apart from each other; None if there is no input of depth 0.

    Raises:
        NoInput: `setup` raises, or the same seed gives other arguments.

    """
    words = f"setup({depth}, {width}, rng)"
    try:
        first, second = (problem.arguments(depth, width, seed) for _ in range(2))
    except BaseException as error:  # SystemExit too
        if depth == 0 and isinstance(error, Exception):
            return None
        raise NoInput(f"{words} {raised(error)}") from None
    if not problem.mutates and any(hasattr(type(each), "__next__") for each in first):
        raise NoInput(f"{words} gives an iterator, which the first call uses up; return a list")
    try:
        alike = same(first, second)
    except Incomparable as error:
        raise NoInput(f"{words} gives arguments that cannot be compared: {error}") from None
    if not alike:
        twice = f"{short(first)} and then {short(second)}"
        raise NoInput(f"{words} makes other arguments each time ({twice}); take what is random from rng alone")
    return first, _apart(first, second)


def _apart(first: Any, second: Any) -> Any:
    """The second, or a copy of it where the two share an argument, as where `setup` hands out what it made once."""
    if not any(one is other for one, other in zip(first, second)):
        return second
    try:
        return deepcopy(second)
    except Exception:  # what cannot be copied, or is nested too deep
        return second


def _raises(solution: Solution, arguments: Any) -> bool:
    try:
        solution.function(*arguments)
    except Exception:
        return True
    return False


def answer_of(problem: Problem, solution: Solution, arguments: Any, untouched: Any, place: str) -> Any:
    """What it answers; `untouched` are the same arguments once more, to see whether it leaves them as they were.

    Raises:
        BrokenContract: it cannot be called, raises, does its work only later, or changes its arguments.

    """
    refuse_other_arguments(solution, arguments, place)
    return settled(problem, called(solution, arguments, place), arguments, untouched, place)


def called(solution: Solution, arguments: Any, place: str) -> Any:
    """What it returns.

    Raises:
        BrokenContract: it raises.

    """
    try:
        return solution.function(*arguments)
    except BaseException as error:  # SystemExit too, and KeyboardInterrupt, which nobody can send to a worker
        raise BrokenContract(f"{raised(error)}, {place}{_hint(error, arguments)}") from error


def _hint(error: BaseException, arguments: Any) -> str:
    """What `setup` may have to do with an error; empty if nothing."""
    if len(arguments) == 1 and arguments[0] is None:
        return "; setup returns None: is its return missing?"
    if isinstance(error, TypeError) and len(arguments) == 1 and isinstance(arguments[0], list) and len({*map(type, arguments[0])}) > 1:
        return LIST  # of one kind it would be the one argument that was meant
    return ""


def settled(problem: Problem, answer: Any, arguments: Any, untouched: Any, place: str) -> Any:
    """The answer, once the work is done; where a function changes its arguments and returns nothing, they are the answer.

    Raises:
        BrokenContract: the work is not done yet, or arguments were changed that should not be.

    """
    for method, words in LATER.items():
        if hasattr(type(answer), method):
            words = "a generator" if inspect.isgenerator(answer) else words
            if inspect.iscoroutine(answer):
                answer.close()  # or Python would complain that nothing has awaited it
            raise BrokenContract(f"returns {words}, whose work is not done yet, {place}; return list(...) of it, or what it comes to")
    if problem.mutates:
        return arguments if answer is None else answer
    if untouched is not None and not same(arguments, untouched):
        raise BrokenContract(f"changes its arguments, {place}; say mutates=True, and every call has fresh ones")
    return answer


def refuse_other_arguments(solution: Solution, arguments: Any, place: str) -> None:
    """Refuse a function that takes another number of arguments than `setup` gives."""
    try:
        signature = inspect.signature(solution.function)
    except (TypeError, ValueError):  # some that are written in C tell nothing
        return
    try:
        signature.bind(*arguments)
    except TypeError as error:
        gives = f"the {len(arguments)} arguments that setup gives" if len(arguments) != 1 else "the one argument that setup gives"
        listed = len(arguments) == 1 and isinstance(arguments[0], list)
        hint = LIST if listed else TUPLE if len(arguments) > 1 else ""
        raise BrokenContract(f"cannot be called with {gives} ({error}), {place}{hint}") from None


def compare(problem: Problem, solution: Solution, baseline: Solution, answer: Any, expected: Any, place: str) -> None:
    """Compare its answer with the baseline's.

    Raises:
        BrokenContract: they are not the same, or cannot be compared.

    """
    try:
        verdict = problem.equal(answer, expected)
        if getattr(verdict, "shape", ()) != ():
            raise Incomparable("equal returns an array; reduce it by all()")
        if verdict is None or verdict is NotImplemented:
            raise Incomparable(f"equal returns {verdict}; return True or False")
        alike = bool(verdict)
    except BaseException as error:
        words = str(error) if isinstance(error, Incomparable) else f"equal {raised(error)}"
        raise BrokenContract(f"gives answers that cannot be compared, {place}: {words}") from None
    if not alike:
        mine, its = short(answer), short(expected)
        if mine == its:
            mine, its = f"{mine} ({type(answer).__name__})", f"{its} ({type(expected).__name__})"
        told = f"gives {mine} and then {its}" if solution is baseline else f"gives {mine} where {baseline.name} gives {its}"
        raise BrokenContract(f"{told}, {place}{_rounding(problem, answer, expected)}")


def _rounding(problem: Problem, answer: Any, expected: Any) -> str:
    """What to do about two answers that only rounding makes differ; empty if it is something else."""
    import numpy as np

    try:
        near = problem.equal is same and type(answer) is type(expected) and np.allclose(answer, expected, equal_nan=True)
    except Exception:  # these are no numbers
        return ""
    return "; if rounding may differ, give equal=numpy.allclose" if near else ""


def short(value: Any) -> str:
    """A value in so many characters that a message can hold it."""
    try:
        words = repr(value)
    except Exception as error:  # RecursionError too, of what is nested deeply
        return f"something whose repr raises {type(error).__name__}"
    return words if len(words) <= LONGEST else words[: LONGEST - 3] + "..."


def raised(error: BaseException) -> str:
    """What an error is, for a sentence about what raised it."""
    if isinstance(error, SystemExit):
        return "ends the process (SystemExit)"
    if isinstance(error, RecursionError):
        return f"raises RecursionError although the recursion limit is {sys.getrecursionlimit()}, so most likely it never ends"
    return f"raises {type(error).__name__}: {error}" if str(error) else f"raises {type(error).__name__}"
