"""The pace: rounds by hand, from made-up visits."""

from __future__ import annotations

from bench.measure.timing.pace import Pace
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


def test_a_pass_has_the_fewest_rounds_while_a_cell_is_not_known():
    pace = paced(100.0)
    other = Cell("digits", 32, 4, 8, "float64", "deferred", "default")
    assert pace.rounds([SHORT, LONG, other]) == 5


def test_all_cells_have_as_many_rounds_as_the_pass_pays_for():
    """20 rounds take 0.1 s in the short cell, which has 40 anyway, and 1.0 + 15 * 0.1 in the long one."""
    assert paced(2.65).rounds([SHORT, LONG]) == 20


def test_the_start_of_interpreters_counts():
    assert paced(2.65, starts_s=0.5).rounds([SHORT, LONG]) == 15


def test_cells_that_have_left_leave_their_time():
    assert paced(2.65).rounds([LONG]) == 21


def test_there_are_5_rounds_at_least_and_60_at_most():
    assert paced(0.0).rounds([SHORT, LONG]) == 5
    assert paced(1000.0).rounds([SHORT, LONG]) == 60


def test_a_visit_that_failed_teaches_nothing():
    pace = paced(2.65)
    pace.learn(Finished(Assignment(LONG, 2, ("iterative",), "seed"), (Measurement("iterative", status="timeout"),), 0.0))
    assert pace.rounds([LONG]) == 21
