"""Runs of passes: their order and their end, cut anywhere and resumed, with a fake measuring function and clock."""

from dataclasses import replace

import pandas as pd
import pytest

from bench.analyse.stopping import Progress
from bench.tests.measure.scheduling.world import MIDDLE, NARROW, WIDE, World, go, rising


@pytest.mark.parametrize(("cells", "passes"), [(1, 9), (2, 10), (3, 10)])
def test_intervals_close_when_those_of_all_cells_can_hold_together(cells, passes):
    """In each cell there are the pair, the control and the floor. At pass n, 2 / 2^n must fit into 0.05 / (3 cells) (1 - 2 / sqrt(n)):
    0.0039 into 0.0056 for a cell and n = 9; 0.00195 into 0.0031 and 0.0020 for 2 and 3 cells and n = 10, and 0.0039 into 0.0028 not.
    """
    world = World(lambda cell, number: 1.0)
    go(world, [NARROW, MIDDLE, WIDE][:cells])
    assert len(world.visits) == cells * passes


def test_every_pass_visits_every_open_cell_once_in_an_order_of_its_own():
    world = World(lambda cell, number: 1.0)
    go(world, [NARROW, MIDDLE, WIDE])
    passes = [[cell for number, cell in world.visits if number == wanted] for wanted in range(1, 9)]
    assert all(sorted(cells, key=str) == sorted([NARROW, MIDDLE, WIDE], key=str) for cells in passes)
    assert len({tuple(cells) for cells in passes}) > 1


def test_it_stops_when_all_is_decided_and_decided_cells_leave_earlier():
    # Identical figures are decided at the tenth pass, the first that gives an interval. `other` wavers by
    # 3 % in the wide cell, and its interval never gets near.
    world = World(lambda cell, number: 1.03 ** (-1) ** number if cell is WIDE else 1.0)
    progress, _ = go(world, [NARROW, WIDE], budget_s=300)
    assert sum(cell is NARROW for _, cell in world.visits) == 10
    assert progress.decided(NARROW)
    assert not progress.decided(WIDE)
    assert world.now == 300


def test_a_clear_verdict_decides_however_wide_the_interval():
    world = World(lambda cell, number: 1.2 + number / 20)
    progress, _ = go(world, [NARROW])
    assert len(world.visits) == 9
    assert progress.ratio(NARROW, ("other", "base")) == pytest.approx((1.45, 1.25, 1.65))


def test_the_budget_ends_it_after_the_visit_in_which_it_is_spent():
    world = World(lambda cell, number: 1.0)
    go(world, [NARROW, WIDE], budget_s=45)
    assert world.now == 50


def test_cells_that_differ_in_layout_alone_are_visited_one_after_the_other_in_random_order():
    world = World(lambda cell, number: 1.0 + 0.1 * (number % 2))
    cells = [replace(cell, layout=layout) for layout in ("columns", "rows") for cell in (NARROW, MIDDLE, WIDE)]
    go(world, cells, stop_after=10 * len(cells))
    visits = [cell for _, cell in world.visits]
    pairs = [(visits[n], visits[n + 1]) for n in range(0, len(visits), 2)]
    assert all((first.width, {first.layout, second.layout}) == (second.width, {"columns", "rows"}) for first, second in pairs)
    assert {first.layout for first, _ in pairs} == {"columns", "rows"}
    assert len({tuple(first.width for first, _ in pairs[n : n + 3]) for n in range(0, 30, 3)}) > 1


def test_the_same_seed_gives_the_same_order():
    orders = []
    for _ in range(2):
        world = World(lambda cell, number: 1.0)
        go(world, [NARROW, MIDDLE, WIDE])
        orders.append(world.visits)
    assert orders[0] == orders[1]


@pytest.fixture(scope="module")
def unbroken():
    """The rows of a run of three cells that nothing has cut."""
    return go(World(rising), [NARROW, MIDDLE, WIDE])[1]


@pytest.mark.parametrize("stop_after", range(1, 30, 4))  # after each of the three visits of a pass
def test_a_run_cut_anywhere_and_resumed_is_the_unbroken_run(stop_after, unbroken):
    cells = [NARROW, MIDDLE, WIDE]
    _, before = go(World(rising), cells, stop_after=stop_after)
    resumed = Progress(["base", "other"], "base", (), 0.01, len(cells))
    resumed.add(before)
    _, after = go(World(rising), cells, resumed, before=before)
    key = ["pass", "cell", "impl", "round", "order"]
    joined = pd.concat([before, after])
    assert not joined.duplicated(key).any()
    pd.testing.assert_frame_equal(joined.sort_values(key, ignore_index=True), unbroken.sort_values(key, ignore_index=True))
