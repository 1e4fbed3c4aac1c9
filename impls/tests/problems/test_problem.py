"""A problem says in one sentence what is wrong with it, and what it is made of can be relied on."""

import pickle
import re
from collections import namedtuple
from functools import partial
from typing import Any

import numpy as np
import pytest

from impls import Problem, Solution
from impls.sameness import same

FIVE: Any = 5
Pair = namedtuple("Pair", "first second")


def setup(depth, width, rng):
    return rng.integers(100, size=(depth, width)).tolist()


def iterative(rows):
    total = 0
    for row in rows:
        total += sum(row)
    return total


def recursive(rows):
    return sum(rows[0]) + recursive(rows[1:]) if rows else 0


def example(**changes):
    return Problem(**{"name": "row_sum", "setup": setup, "implementations": [iterative, recursive], **changes})


def test_functions_become_solutions_and_the_first_is_the_baseline():
    problem = example()
    assert [*problem.by_name] == ["iterative", "recursive"]
    assert problem.baseline == "iterative"
    assert [solution.control_flow for solution in problem.implementations] == ["loop", "recursion"]
    assert problem.by_name["recursive"].function is recursive
    assert (problem.title, problem.level, problem.call, problem.mutates) == ("row sum", "level", "call", False)
    assert problem.equal is same


def test_what_is_told_is_not_read_from_the_function():
    loop = Solution(recursive, name="mine", title="my own\nloop", control_flow="loop")
    assert (loop.name, loop.title, loop.control_flow) == ("mine", "my own loop", "loop")
    assert Solution(iterative).title == "iterative"
    assert Solution(partial(recursive), name="by_partial").control_flow == "recursion"


@pytest.mark.parametrize(
    ("made", "arguments"),
    [
        ((1, [2]), (1, [2])),
        ((), ()),
        ([1, 2], ([1, 2],)),
        (None, (None,)),
        (Pair(1, 2), (Pair(1, 2),)),
        ((Pair(1, 2),), (Pair(1, 2),)),
    ],
    ids=["a tuple", "an empty tuple", "a list", "None", "a named tuple", "a named tuple in a tuple"],
)
def test_a_tuple_is_the_arguments_and_anything_else_is_the_only_one(made, arguments):
    got = example(setup=lambda depth, width, rng: made).arguments(3, 2)
    assert same(got, arguments)


def test_the_same_seed_makes_the_same_arguments():
    problem = example()
    assert problem.arguments(3, 2, seed=5) == problem.arguments(3, 2, seed=5) != problem.arguments(3, 2, seed=6)
    assert problem.arguments(3, 2) == (np.random.default_rng(0).integers(100, size=(3, 2)).tolist(),)


@pytest.mark.parametrize(
    ("sizes", "listed"),
    [(5, (5,)), ([1, 2], (1, 2)), (range(1, 4), (1, 2, 3)), (2 ** np.arange(3), (1, 2, 4)), (np.int64(3), (3,)), ({7: None}, (7,))],
    ids=repr,
)
def test_sizes_are_whole_numbers_however_they_are_given(sizes, listed):
    problem = example(depth=sizes, width=sizes)
    assert problem.depth == problem.width == listed
    assert all(type(size) is int for size in problem.depth)


@pytest.mark.parametrize("sizes", [[], 0, -1, [4, 0], 1.5, [1.0], "12", None, True, [True], 10**9 + 1], ids=repr)
@pytest.mark.parametrize("what", ["depth", "width"])
def test_a_size_that_is_none_is_refused(what, sizes):
    with pytest.raises(ValueError, match=rf"problem 'row_sum': {what} is {re.escape(repr(sizes))}; give a whole number from 1"):
        example(**{what: sizes})


@pytest.mark.parametrize("deepest", [0, [3, 4], 1.5, "3"])
def test_the_deepest_is_one_size(deepest):
    with pytest.raises(ValueError, match=r"problem 'row_sum': deepest is .*; give a whole number from 1"):
        example(deepest=deepest)
    assert example(deepest=np.int64(9)).deepest == 9


BROKEN = {
    "no name": ({"name": " \n"}, ValueError, "a problem needs a name"),
    "a name that is none": ({"name": 5}, TypeError, "a name or title is 5; give a string"),
    "arguments in another order": ({"name": setup, "setup": "row_sum"}, TypeError, "a name or title is <function setup .*; give a string"),
    "a setup that cannot be called": ({"setup": [1]}, TypeError, "problem 'row_sum': setup is not a function"),
    "an equal that cannot be called": ({"equal": 1e-9}, TypeError, "problem 'row_sum': equal is not a function"),
    "a function for the list": ({"implementations": recursive}, TypeError, "implementations is <function .*; give a list"),
    "a word for a function": ({"implementations": ["recursive", iterative]}, TypeError, "'recursive' is not a function"),
    "no implementation": ({"implementations": []}, ValueError, "problem 'row_sum' has no implementation; give two or more"),
    "one implementation": ({"implementations": [iterative]}, ValueError, "has one implementation; give two or more"),
    "two of one name": ({"implementations": [lambda rows: 1, lambda rows: 2]}, ValueError, "two implementations have the name '<lambda>'"),
    "the same twice": ({"implementations": [iterative, recursive, iterative]}, ValueError, "two implementations have the name 'iterative'"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "error", "told"), BROKEN.values(), ids=BROKEN)
def test_what_is_wrong_is_told(changes, error, told):
    with pytest.raises(error, match=told):
        example(**changes)


@pytest.mark.parametrize(
    ("make", "error", "told"),
    [
        (lambda: Solution(FIVE), TypeError, "5 is not a function"),
        (lambda: Solution(partial(recursive)), ValueError, r"an implementation needs a name; give Solution\(function, name=...\)"),
        (lambda: Solution(recursive, title=FIVE), TypeError, "a name or title is 5"),
        (lambda: Solution(recursive, control_flow="spiral"), ValueError, "control_flow is 'spiral', not one of loop, recursion, other"),
    ],
    ids=["no function", "no name", "no title", "no control flow"],
)  # fmt: skip
def test_what_is_wrong_with_a_solution_is_told(make, error, told):
    with pytest.raises(error, match=told):
        make()


def test_a_problem_is_sent_to_another_process_whole():
    problem = example(title="sum of rows", depth=3)
    again = pickle.loads(pickle.dumps(problem))
    assert again == problem
    assert hash(again) == hash(problem)
    assert again.by_name["recursive"].function(*again.arguments(3, 2)) == iterative(*problem.arguments(3, 2))
