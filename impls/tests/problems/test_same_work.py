"""The implementations of a problem do the same work in the same order, and differ in control flow alone."""

import ast
import gc
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given

from impls.problems import PROBLEMS
from impls.sameness import same
from impls.tests.problems.drawn import DEPTHS, EVERY_PROBLEM, EVERY_SOLUTION, SEEDS, UNHURRIED, WIDTHS

CONTROL_FLOW = {"iterative": "loop", "recursive": "recursion", "generators": "other", "yield_from": "other"}


@EVERY_PROBLEM
@UNHURRIED
@given(depth=DEPTHS, width=WIDTHS, seed=SEEDS)
def test_all_give_the_same_answer_and_leave_the_arguments_as_they_were(problem, depth, width, seed):
    expected = problem.implementations[0].function(*problem.arguments(depth, width, seed))
    for solution in problem.implementations:
        arguments = problem.arguments(depth, width, seed)
        assert problem.equal(solution.function(*arguments), expected)
        assert problem.mutates or same(arguments, problem.arguments(depth, width, seed))


class Watched:
    """A node that notes when its numbers are read."""

    def __init__(self, node, log):
        self.node, self.log = node, log

    def __getattr__(self, name):
        if name in ("number", "numbers"):
            self.log.append(getattr(self.node, name))
        return getattr(self.node, name)


def watched_chain(node, log):
    nodes = []
    while node is not None:
        nodes.append(node)
        node = node.rest
    for inner in reversed(nodes):
        node = Watched(inner._replace(rest=node), log)
    return node


def watched_tree(node, log):
    return Watched(node._replace(children=[watched_tree(child, log) for child in node.children]), log)


class Compared(int):
    """A number that notes what it is compared with."""

    log: list[tuple[int, int]] = []  # noqa: RUF012 - emptied by each test

    def __lt__(self, other):
        self.log.append((int(self), int(other)))
        return int(self) < int(other)


def order_of_work(problem, solve, depth, width, seed):
    """What is looked at, in order."""
    log = []
    if problem.name == "linked_list":
        solve(watched_chain(*problem.arguments(depth, width, seed), log))
    elif problem.name == "tree_sum":
        solve(watched_tree(*problem.arguments(depth, width, seed), log))
    elif problem.name == "merge_sort":
        Compared.log = log
        solve([Compared(number) for number in problem.arguments(depth, width, seed)[0]])
    else:  # their answers are in order
        log = solve(*problem.arguments(depth, width, seed))
    return log


@EVERY_PROBLEM
@UNHURRIED
@given(depth=DEPTHS, width=WIDTHS, seed=SEEDS)
def test_all_look_at_the_same_things_in_the_same_order(problem, depth, width, seed):
    first, *others = [order_of_work(problem, solution.function, depth, width, seed) for solution in problem.implementations]
    assert all(same(other, first) for other in others)
    assert first or depth < 2


@EVERY_SOLUTION
def test_the_control_flow_is_read_right(problem, solution):
    assert solution.control_flow == CONTROL_FLOW[solution.name]


@EVERY_SOLUTION
def test_a_call_leaves_nothing_for_the_garbage_collector(problem, solution):
    arguments = problem.arguments(5, 2)
    solution.function(*arguments)
    gc.collect()
    gc.disable()
    try:
        solution.function(*arguments)
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_the_registry_has_them_in_order():
    assert [*PROBLEMS] == ["linked_list", "tree_sum", "flood_fill", "merge_sort", "nested_json", "hanoi"]


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_problem_is_one_file_that_rhymes_with_its_siblings(name):
    module = import_module(f"impls.problems.{name}")
    assert module.problem is PROBLEMS[name]
    assert "\n\nWhat a reader learns: " in module.__doc__
    names = [node.name for node in ast.parse(Path(module.__file__).read_text("utf-8")).body if isinstance(node, ast.FunctionDef)]
    ours = ["setup", "iterative", "recursive", "generators"]
    assert [function for function in names if function in ours] == ours
    assert [*PROBLEMS[name].by_name][:3] == ours[1:]
    assert [solution.title for solution in PROBLEMS[name].implementations][:3] == ["loop", "recursion", "generators"]
    assert sum(function.endswith("_in_steps") for function in names) == 1


@pytest.mark.parametrize("name", PROBLEMS)
def test_its_sizes_are_no_deeper_than_its_deepest(name):
    assert max(PROBLEMS[name].depth) <= PROBLEMS[name].deepest
