"""The pace: seconds by hand, from made-up visits."""

from __future__ import annotations

from bench.measure.timing.pace import LADDER_S, Pace
from bench.measure.timing.passes import Assignment, Finished
from bench.measure.timing.visit import Measurement
from bench.plan.cells import Cell

SHORT, LONG = (Cell("breast_cancer", 32, 4, width, "float64", "deferred", "default") for width in (8, 128))


def visit(cell: Cell, rounds: int, rounds_s: float, wall_s: float) -> Finished:
    rows = tuple(Measurement("iterative", number, 0, 1, 1.0, 1.0, 0.0) for number in range(rounds))
    return Finished(Assignment(cell, 1, ("iterative",), "seed"), rows, wall_s, rounds_s)


def paced(pass_s: float, starts_s: float = 0.0) -> Pace:
    """The short cell has had 40 rounds of 1 ms, the long one 5 of 100 ms and half a second of other things."""
    pace = Pace(pass_s, starts_s)
    pace.learn(visit(SHORT, 40, 0.04, 0.1))
    pace.learn(visit(LONG, 5, 0.5, 1.0))
    return pace


def rounds_in(visit_s: float, round_s: float) -> int:
    return max(5, min(60, int(visit_s / round_s)))


def test_nothing_is_added_while_a_cell_is_not_known():
    other = Cell("digits", 32, 4, 8, "float64", "deferred", "default")
    assert paced(100.0).visit_s([SHORT, LONG, other]) == 0


def test_all_visits_may_take_as_long_as_the_pass_pays_for():
    """60 rounds take 0.12 s in the short cell, whose other things take 0.06; 20 take 2 s in the long one, whose take 0.5: 2.62 s."""
    pace = paced(2.65)
    seconds = pace.visit_s([SHORT, LONG])
    assert rounds_in(seconds, 0.001) == 60
    assert 18 <= rounds_in(seconds, 0.1) <= 20  # the ladder has steps of a tenth


def test_the_start_of_interpreters_counts():
    assert paced(2.65, starts_s=0.5).visit_s([SHORT, LONG]) < paced(2.65).visit_s([SHORT, LONG]) - 0.3


def test_cells_that_have_left_leave_their_time():
    pace = Pace(4.0)
    others = [Cell("digits", 32, depth, 8, "float64", "deferred", "default") for depth in range(4, 8)]
    for cell in (LONG, *others):
        pace.learn(visit(cell, 5, 0.5, 0.5))
    assert 0.7 < pace.visit_s([LONG, *others]) <= 0.8 + 0.1  # 4 s for five
    assert 3.5 < pace.visit_s([LONG]) <= 4.0 + 0.1


def test_what_no_visit_can_use_makes_no_pass_longer():
    """60 rounds are the most: 0.06 + 0.06 s."""
    assert paced(0.2).visit_s([SHORT]) == LADDER_S[-1]
    assert paced(0.0).visit_s([SHORT, LONG]) == 0


def test_a_visit_that_failed_teaches_nothing():
    pace = paced(2.65)
    pace.learn(Finished(Assignment(LONG, 2, ("iterative",), "seed"), (Measurement("iterative", status="timeout"),), 0.0))
    assert 1.9 < pace.visit_s([LONG]) < 2.3
