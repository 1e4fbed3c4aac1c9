"""Every implementation of every problem gives the answer that is known from elsewhere."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from impls.problems import flood_fill, hanoi, linked_list, merge_sort, nested_json, tree_sum
from impls.sameness import same
from impls.tests.problems.drawn import UNHURRIED, of


def chain(rows):
    node = None
    for numbers in reversed(rows):
        node = linked_list.Node(numbers, node)
    return node


@of(linked_list)
@UNHURRIED
@given(rows=st.lists(st.lists(st.integers(-(2**40), 2**40), max_size=4), max_size=12))
def test_a_linked_list_has_the_sum_that_numpy_says(solve, rows):
    assert solve(chain(rows)) == int(np.sum([number for row in rows for number in row], dtype=np.int64))


@st.composite
def trees(draw):
    """All numbers, and a tree of them: every node but the first is a child of one before it."""
    numbers = draw(st.lists(st.integers(-(2**40), 2**40), min_size=1, max_size=20))
    nodes = [tree_sum.Node(number, []) for number in numbers]
    for k in range(1, len(nodes)):
        nodes[draw(st.integers(0, k - 1))].children.append(nodes[k])
    return numbers, nodes[0]


@of(tree_sum)
@UNHURRIED
@given(numbers_and_root=trees())
def test_a_tree_has_the_sum_that_numpy_says(solve, numbers_and_root):
    numbers, root = numbers_and_root
    assert solve(root) == int(np.sum(numbers, dtype=np.int64))


@st.composite
def grids(draw):
    """A grid with a border of walls, and one of its cells."""
    rows, columns = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    cells = draw(
        st.lists(st.sampled_from([flood_fill.OPEN, flood_fill.OPEN, flood_fill.WALL]), min_size=rows * columns, max_size=rows * columns)
    )
    grid = np.full((rows + 2, columns + 2), flood_fill.WALL)
    grid[1:-1, 1:-1] = np.reshape(cells, (rows, columns))
    return grid.tolist(), draw(st.integers(1, rows)), draw(st.integers(1, columns))


@of(flood_fill)
@UNHURRIED
@given(grid_and_start=grids())
def test_the_region_is_the_one_that_scipy_labels(solve, grid_and_start):
    ndimage = pytest.importorskip("scipy.ndimage")
    grid, row, column = grid_and_start
    filled = np.array(solve(grid, row, column))
    labels, _ = ndimage.label(np.array(grid) == flood_fill.OPEN)
    region = (labels == labels[row, column]) & (labels > 0)
    np.testing.assert_array_equal(filled > 0, region)
    np.testing.assert_array_equal(filled[~region], np.array(grid)[~region])
    assert sorted(filled[region]) == [*range(1, region.sum() + 1)]


@of(flood_fill)
def test_cells_are_filled_up_then_right_then_down_then_left(solve):
    o, w = flood_fill.OPEN, flood_fill.WALL
    grid = [[w, w, w, w, w], [w, w, o, w, w], [w, o, o, o, w], [w, o, o, o, w], [w, w, w, w, w]]
    assert solve(grid, 2, 2) == [[w, w, w, w, w], [w, w, 2, w, w], [w, 7, 1, 3, w], [w, 6, 5, 4, w], [w, w, w, w, w]]


@of(merge_sort)
@UNHURRIED
@given(numbers=st.lists(st.integers(-3, 3) | st.sampled_from([0.0, 1.0, True, False])))
def test_numbers_are_sorted_as_python_sorts_them(solve, numbers):
    """Equal numbers of different types stay in order, so `same` sees whether the sort is stable."""
    before = [*numbers]
    assert same(solve(numbers), sorted(numbers))
    assert same(numbers, before)


@of(nested_json)
def test_a_document_is_flattened_as_by_hand(solve):
    document = json.loads('{"a": [1, [], {"b": "two", "c": {}}], "d": null, "e": {"f": [[true], 2.5]}, "g": ""}')
    assert solve(document) == [1, "two", None, True, 2.5, ""]
    assert [solve(value) for value in (7, "text", None, [], {})] == [[7], ["text"], [None], [], []]


@of(nested_json)
@UNHURRIED
@given(document=st.recursive(st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12))
def test_values_come_in_the_order_of_the_text(solve, document):
    numbers = []
    json.loads(json.dumps(document), parse_int=lambda digits: numbers.append(int(digits)))
    assert solve(document) == numbers


@of(hanoi)
@pytest.mark.parametrize("discs", range(9))
def test_the_tower_is_moved_by_the_rules_in_as_few_moves_as_there_can_be(solve, discs):
    pegs = {"A": [*range(discs, 0, -1)], "B": [], "C": []}
    moves = solve(discs)
    for source, target in moves:
        disc = pegs[source].pop()
        assert all(disc < below for below in pegs[target][-1:])
        pegs[target].append(disc)
    assert pegs == {"A": [], "B": [], "C": [*range(discs, 0, -1)]}
    assert len(moves) == 2**discs - 1
