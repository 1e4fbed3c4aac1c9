"""Inputs are of the size that was asked for, and one that is too deep for recursion goes through the loop."""

import json
import sys

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from impls.problems import PROBLEMS, flood_fill, nested_json
from impls.sameness import same
from impls.tests.problems.drawn import DEPTHS, EVERY_PROBLEM, SEEDS, UNHURRIED, WIDTHS

DEEP = 10_000
DEEPENED = ("linked_list", "tree_sum", "flood_fill", "nested_json")  # the others' work doubles with each level


@EVERY_PROBLEM
@UNHURRIED
@given(depth=DEPTHS, width=WIDTHS, seed=SEEDS)
def test_the_same_seed_gives_the_same_arguments(problem, depth, width, seed):
    assert same(problem.arguments(depth, width, seed), problem.arguments(depth, width, seed))


@UNHURRIED
@given(depth=DEPTHS, width=WIDTHS, seed=SEEDS)
def test_depth_and_width_are_what_setup_says(depth, width, seed):
    made = {name: problem.arguments(depth, width, seed) for name, problem in PROBLEMS.items()}
    [node], [root], [numbers], [document] = (made[name] for name in ("linked_list", "tree_sum", "merge_sort", "nested_json"))
    nodes = 0
    while node is not None:
        nodes, node = nodes + 1, node.rest
        assert node is None or len(node.numbers) == width
    assert nodes == depth
    level, sizes = [root], []
    while level:
        sizes.append(len(level))
        level = [child for node in level for child in node.children]
    assert sizes == [width**l for l in range(depth + 1)]
    assert sorted(numbers) == [*range(2**depth * width)]
    assert json.loads(json.dumps(document)) == document
    assert len(nested_json.iterative(document)) == depth * width + 1
    assert levels_of(document) == depth
    assert made["hanoi"] == (depth,)


def levels_of(document):
    parts = document.values() if isinstance(document, dict) else document if isinstance(document, list) else None
    return 0 if parts is None else 1 + max(map(levels_of, parts))


@UNHURRIED
@given(depth=st.integers(0, 20), width=st.integers(1, 20), seed=SEEDS)
def test_the_maze_is_one_region_without_a_way_round(depth, width, seed):
    """A tree of n cells has n - 1 pairs of neighbours."""
    ndimage = pytest.importorskip("scipy.ndimage")
    grid, row, column = flood_fill.setup(depth, width, np.random.default_rng(seed))
    is_open = np.array(grid) == flood_fill.OPEN
    assert is_open.shape == (depth + 2, width + 2)
    assert not is_open[[0, -1]].any()
    assert not is_open[:, [0, -1]].any()
    assume(depth)
    assert is_open[row, column]
    assert ndimage.label(is_open)[1] == 1
    pairs = (is_open[1:] & is_open[:-1]).sum() + (is_open[:, 1:] & is_open[:, :-1]).sum()
    assert pairs == is_open.sum() - 1


def test_the_maze_winds():
    """Over half of its cells are open, and the way to the farthest one is many times as long as the grid is high."""
    grid, row, column = flood_fill.problem.arguments(64, 32)
    assert np.sum(np.array(grid) == flood_fill.OPEN) > 64 * 32 / 2
    ways, ahead = {(row, column): 1}, [(row, column)]
    for y, x in ahead:
        for cell in ((y - 1, x), (y, x + 1), (y + 1, x), (y, x - 1)):
            if grid[cell[0]][cell[1]] == flood_fill.OPEN and cell not in ways:
                ways[cell] = ways[y, x] + 1
                ahead.append(cell)
    assert max(ways.values()) > 4 * 64


def known(name):
    """The answer for an input of one long path."""
    rng = np.random.default_rng(0)
    if name == "linked_list":
        return int(rng.integers(100, size=(DEEP, 1)).sum())
    if name == "tree_sum":
        return sum(int(rng.integers(100, size=1)[0]) for _ in range(DEEP + 1))
    if name == "flood_fill":
        return [[-1] * 3, *([-1, k, -1] for k in range(1, DEEP + 1)), [-1] * 3]
    numbers = rng.integers(1000, size=DEEP).tolist()
    items = [number if number % 2 else str(number) for number in numbers]
    last = rng.integers(2, size=DEEP).tolist()  # where the next level stands: before the item, or after it
    inner_first = [item for item, place in zip(items, last, strict=True) if place == 0]
    return [item for item, place in zip(items[::-1], last[::-1], strict=True) if place == 1] + [None] + inner_first


@pytest.mark.parametrize("name", DEEPENED)
@pytest.mark.parametrize("solution", ["iterative", "generators"])
def test_a_deep_input_goes_through_the_loop_and_the_generators(name, solution):
    arguments = PROBLEMS[name].arguments(DEEP, 1)
    assert same(PROBLEMS[name].by_name[solution].function(*arguments), known(name))


@pytest.mark.parametrize(("name", "solution"), [*((name, "recursive") for name in DEEPENED), ("nested_json", "yield_from")])
def test_a_deep_input_is_too_deep_for_recursion_as_python_comes(name, solution):
    arguments = PROBLEMS[name].arguments(DEEP, 1)
    assert sys.getrecursionlimit() < DEEP
    with pytest.raises(RecursionError):
        PROBLEMS[name].by_name[solution].function(*arguments)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="a deep call overflows the stack before CPython 3.11")
@pytest.mark.parametrize("name", DEEPENED)
def test_with_the_limit_raised_recursion_gives_the_same(name):
    limit = sys.getrecursionlimit()
    arguments = PROBLEMS[name].arguments(DEEP, 1)
    sys.setrecursionlimit(5 * DEEP)
    try:
        answer = PROBLEMS[name].by_name["recursive"].function(*arguments)
    finally:
        sys.setrecursionlimit(limit)
    assert same(answer, known(name))
