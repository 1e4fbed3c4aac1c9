"""The pace: rounds by hand, from made-up visits."""

from __future__ import annotations

from dataclasses import replace
from math import exp

import pytest

from bench.measure.scheduling.pace import Pace, scatter
from bench.measure.timing.passes import Assignment, Finished
from bench.measure.timing.visit import Measurement
from bench.plan.cells import Cell

SHORT, LONG = (Cell("breast_cancer", 32, 4, width, "float64", "deferred", "steady") for width in (8, 128))
OTHER = Cell("digits", 32, 4, 8, "float64", "deferred", "steady")


def visit(cell: Cell, rounds: int, round_s: float, other_s: float, strays: float) -> Finished:
    """A third of the rounds each with the log-ratio 0.5, and `strays` to either side of it: the median distance is `strays`."""
    rows = [
        Measurement(impl, number, order, 1, ns, ns, 0.0)
        for number in range(rounds)
        for order, (impl, ns) in enumerate([("a", 100.0), ("b", 100 * exp(0.5 + strays * (number % 3 - 1)))])
    ]
    return Finished(Assignment(cell, 1, ("a", "b"), "seed"), tuple(rows), rounds * round_s + other_s, rounds * round_s)


def paced(pass_s: float, precision: float = 0.0, starts_s: float = 0.0) -> Pace:
    """Rounds of the short cell take 1 ms and stray by 1 %, those of the long one 100 ms and 4 %; the rest takes 0.1 and 2.05 s."""
    pace = Pace(pass_s, precision, starts_s)
    pace.learn(visit(SHORT, 30, 0.001, 0.1, 0.01))
    pace.learn(visit(LONG, 6, 0.1, 2.05, 0.04))
    return pace


def test_scatter_is_that_of_the_shorter_turns_and_the_floor_is_not_asked():
    """Logs of b / a are 0, 0.1 and 0.3: they are 0.1, 0 and 0.2 from their median."""
    logs = [0.0, 0.1, 0.3]
    rows = [
        Measurement(impl, number, order, 1, ns)
        for number, log in enumerate(logs)
        for order, (impl, ns) in enumerate([("a", 1.0), ("b", 9 * exp(log)), ("floor", 7.0 ** (1 + number)), ("b", exp(log)), ("a", 5.0)])
    ]
    assert scatter([*rows, Measurement("c", status="error")]) == pytest.approx(1.4826 * 0.1)
    assert scatter(rows[:1]) == 0


def test_nothing_is_asked_while_a_cell_is_not_known():
    assert paced(100.0).rounds([SHORT, LONG, OTHER]) == {}
    alike = [Assignment(cell, 2, ("a",), "seed") for cell in (SHORT, OTHER)]
    assert paced(100.0).with_rounds(alike) == alike


def test_all_cells_are_brought_down_to_the_same_noise():
    """For a standard error of 2 % the long cell needs pi / 2 * (1.4826 * 4 / 2)^2 = 14 rounds, 1.4 s, and the short one 5 at least."""
    rounds = paced(1.4 + 0.005 + 2.15 + 0.05).rounds([SHORT, LONG])
    assert rounds[SHORT] == 5
    assert 13 <= rounds[LONG] <= 14  # the ladder has steps of a twentieth


def test_no_cell_has_more_rounds_than_the_precision_needs():
    """A standard error of a third of 6 % is enough, however long the pass may last."""
    assert paced(1e9, precision=0.06).rounds([SHORT, LONG]) == {SHORT: 5, LONG: 14}
    assert paced(1e9).rounds([SHORT, LONG]) == {SHORT: 60, LONG: 60}


def test_the_start_of_interpreters_counts():
    assert paced(5.2, starts_s=1.0).rounds([LONG])[LONG] < paced(5.2).rounds([LONG])[LONG] - 5


def test_rounds_take_three_times_what_surrounds_them_at_most():
    """The rest of the visit and its half of the start take 0.51 s here, so rounds of 100 ms may take 1.53 s."""
    pace = Pace(1e9, starts_s=0.82)
    for cell in (LONG, OTHER):
        pace.learn(visit(cell, 6, 0.1, 0.1, 0.04))
    assert pace.rounds([LONG, OTHER]) == {LONG: 15, OTHER: 15}
    assert pace.rounds([LONG]) == {LONG: 27}


def test_cells_that_have_left_leave_their_time():
    """Each of the three others takes 0.6 s at least; 4.4 s are 23 rounds of the long cell alone."""
    pace = paced(4.4)
    others = [Cell("digits", 32, depth, 8, "float64", "deferred", "steady") for depth in range(4, 7)]
    for cell in others:
        pace.learn(visit(cell, 6, 0.1, 0.1, 0.04))
    assert pace.rounds([LONG, *others])[LONG] == 5
    assert 22 <= pace.rounds([LONG])[LONG] <= 24


def test_many_start_depths_are_visited_where_time_depends_on_them():
    """Twenty, or as many as take half a second; under `steady`, which keeps the pages of frames, the start depth makes no difference."""
    pace = Pace(1e9, precision=1.0)
    cells = {replace(SHORT, width=width, allocator="default"): s for width, s in ((1, 0.001), (2, 0.05), (3, 0.2))}
    for cell, round_s in cells.items():
        pace.learn(visit(cell, 30, round_s, 0.01, 0.01))
        pace.learn(visit(replace(cell, allocator="steady"), 30, round_s, 0.01, 0.01))
    assert [*pace.rounds(cells).values()] == [20, 10, 5]
    assert {*pace.rounds([replace(cell, allocator="steady") for cell in cells]).values()} == {5}


def test_a_pass_that_takes_too_long_has_the_fewest_rounds_and_all_start_depths():
    pace = paced(0.0)
    assert pace.rounds([SHORT, LONG]) == {SHORT: 5, LONG: 5}
    default = replace(SHORT, allocator="default")
    pace.learn(visit(default, 30, 0.001, 0.1, 0.01))
    assert pace.rounds([SHORT, LONG, default]) == {SHORT: 5, LONG: 5, default: 20}


def test_one_odd_visit_of_three_changes_little():
    pace = paced(1e9, precision=0.06)
    for strays in (0.9, 0.04):
        pace.learn(visit(LONG, 6, 0.1, 2.05, strays))
    assert pace.rounds([LONG]) == {LONG: 14}


def test_a_visit_that_failed_teaches_nothing():
    pace = paced(1e9, precision=0.06)
    pace.learn(Finished(Assignment(LONG, 2, ("a",), "seed"), (Measurement("a", status="timeout"),), 0.0))
    assert pace.rounds([LONG]) == {LONG: 14}


def test_assignments_say_how_many_rounds_and_these_take_their_time():
    pace = paced(1e9, precision=0.06)
    [long] = pace.with_rounds([Assignment(LONG, 2, ("a",), "seed")])
    assert long == Assignment(LONG, 2, ("a",), "seed", 14)
    assert pace.rounds_s(long) == pytest.approx(1.4)
    assert pace.rounds_s(Assignment(OTHER, 2, ("a",), "seed", 14)) == 0
