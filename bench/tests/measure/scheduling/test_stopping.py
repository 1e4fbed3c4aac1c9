"""Who leaves a run and when, and what it says when it ends, with a fake measuring function and clock."""

import pandas as pd
import pytest

from bench.analyse.observations import ALPHA, joint_alpha
from bench.analyse.stopping import OpenComparison, Progress
from bench.measure.timing.passes import Finished
from bench.measure.timing.visit import Measurement
from bench.tests.measure.scheduling.world import FIRST_VISIT, NARROW, WIDE, World, go, table


def test_a_contender_that_fails_is_left_out_and_the_rest_goes_on():
    progress = Progress(["base", "other", "third"], "base", (), precision=0.01)
    failed = Finished(FIRST_VISIT, (Measurement("third", status="segfault"),), 0.0)
    progress.add(table(failed))
    assert progress.runnable(NARROW) == ["base", "other"]
    assert progress.passes(NARROW) == 0, "a visit without a timed row is no visit"
    assert not progress.decided(NARROW)
    world = World(lambda cell, number: 1.0)
    go(world, [NARROW], progress)
    assert progress.decided(NARROW)


def test_a_cell_whose_baseline_fails_is_over():
    progress = Progress(["base", "other"], "base", (), precision=0.01)
    progress.add(table(Finished(FIRST_VISIT, (Measurement("base", status="error"),), 0.0)))
    assert progress.decided(NARROW)


THREE = ["base", "other", "third", "control", "floor"]


def wavering(cell, number):
    return 1.03 ** (-1) ** number


def of_three(other, third, budget_s=200):
    """A run of one cell with three implementations, the control and the floor."""
    more = {"third": third, "control": lambda cell, number: 1.0, "floor": wavering}
    world = World(other, more)
    return world, *go(world, [NARROW], Progress(THREE, "base", (), 0.01), budget_s)


def test_a_contender_that_is_settled_leaves_and_another_stays():
    """Three pairs, the control and the floor: 2 / 2^10 fits into 0.05 / 5 (1 - 2 / sqrt(10)), and 2 / 2^9 not into its own."""
    world, progress, rows = of_three(lambda cell, number: 1.2, wavering)
    assert world.timed == [tuple(THREE)] * 10 + [("base", "third", "control")] * 10
    assert progress.open_comparisons(NARROW) == [("third", "base")]
    assert progress.ratio(NARROW, ("other", "base")) == pytest.approx((1.2, 1.2, 1.2))
    _, beside, its_rows = of_three(wavering, wavering)  # now `other` stays
    assert beside.ratio(NARROW, ("third", "base")) == progress.ratio(NARROW, ("third", "base"))
    of_third = [table[table["impl"] == "third"].reset_index(drop=True) for table in (rows, its_rows)]
    pd.testing.assert_frame_equal(*of_third)


def test_a_contender_stays_while_a_pair_of_it_is_open():
    """`other` and `third` are clear against `base`, which leaves, and not against one another."""
    world = World(lambda cell, number: 2.0, {"third": lambda cell, number: 2.0 * wavering(cell, number)})
    progress, _ = go(world, [NARROW], Progress(["base", "other", "third"], "base", [("third", "other")], 0.01), 200)
    assert progress.open_comparisons(NARROW) == [("third", "other")]
    first, last = ("base", "other", "third"), ("other", "third")
    assert world.timed == [first] * world.timed.count(first) + [last] * world.timed.count(last)
    assert world.timed.count(first) == 10


def test_nobody_waits_for_the_control_and_the_floor():
    more = {"control": wavering, "floor": wavering}
    world = World(lambda cell, number: 1.0, more)
    progress, _ = go(world, [NARROW], Progress(["base", "other", "control", "floor"], "base", (), 0.01))
    assert len(world.visits) == 9
    assert progress.end([NARROW]).by == "precision"
    low, high = progress.ratio(NARROW, ("control", "base"))[1:]
    assert (low, high) == pytest.approx((1 / 1.03, 1.03), abs=1e-5)


def test_a_ratio_that_depends_on_heap_history_is_not_waited_for():
    """In every third pass `other` faults its memory in and takes 1.1 times as long: more passes do not narrow that."""
    world = World(lambda cell, number: 1.0 if number % 3 else 1.1, faults=lambda impl, number: 900.0 * (impl == "other" and not number % 3))
    progress, _ = go(world, [NARROW])
    assert len(world.visits) == 24
    assert progress.end([NARROW]).settled == 1


def test_a_run_that_everything_is_settled_in_ends_by_precision():
    progress, _ = go(World(lambda cell, number: 1.2), [NARROW, WIDE])
    end = progress.end([NARROW, WIDE])
    assert (end.by, end.comparisons, end.settled, end.open) == ("precision", 2, 2, ())


@pytest.mark.parametrize(("interrupted", "by"), [(False, "budget"), (True, "interruption")])
def test_a_run_that_is_cut_short_says_what_is_open_and_how_wide_it_is(interrupted, by):
    world = World(lambda cell, number: wavering(cell, number) if cell is WIDE else 1.2)
    progress, _ = go(world, [NARROW, WIDE], budget_s=240)
    end = progress.end([NARROW, WIDE], interrupted)
    assert (end.by, end.comparisons, end.settled) == (by, 2, 1)
    assert end.open == (OpenComparison(WIDE.id, "other", "base", 0.03, WIDE.problem),)


def test_what_has_no_interval_yet_is_open_without_a_width():
    progress, _ = go(World(lambda cell, number: 1.2), [NARROW], budget_s=50)
    assert progress.end([NARROW]).open == (OpenComparison(NARROW.id, "other", "base", None, NARROW.problem),)


def test_what_has_failed_is_no_comparison():
    progress = Progress(["base", "other", "third"], "base", (), 0.01)
    progress.add(table(Finished(FIRST_VISIT, (Measurement("third", status="segfault"),), 0.0)))
    assert progress.end([NARROW]).comparisons == 1


def test_all_intervals_share_the_five_per_cent():
    """`quick` has 18 cells; in each, 3 pairs of 3 implementations, the control and the floor."""
    assert ALPHA / joint_alpha(18, 3) == pytest.approx(18 * 5)


def test_no_comparison_leaves_before_the_passes_that_are_asked_for():
    world = World(lambda cell, number: 1.2)
    go(world, [NARROW], Progress(["base", "other"], "base", (), 0.01, fewest=16))
    assert len(world.visits) == 16
