"""The schedule: each pass has one number, which is given again if it is lost, and counts once."""

from dataclasses import replace

from bench.tests.measure.scheduling.judging import CELLS, schedule

NARROW, WIDE = CELLS


def test_numbers_are_given_in_order_and_no_more_passes_than_are_wanted():
    plan = schedule(3)
    given = [plan.next_pass() for _ in range(4)]
    assert [each and each.number for each in given] == [1, 2, 3, None]
    assert all({visit.cell for visit in each.assignments} == {*CELLS} for each in given[:3])


def test_a_lost_pass_is_given_again_under_its_number_before_any_new_one():
    plan = schedule(5)
    for _ in range(3):
        plan.next_pass()
    assert plan.lose(2)
    assert not plan.lose(2), "it is waiting already"
    assert [plan.next_pass().number for _ in range(2)] == [2, 4]


def test_the_first_answer_of_a_number_counts_and_a_second_does_not():
    plan = schedule(5)
    plan.next_pass()
    plan.lose(1)
    assert plan.next_pass().number == 1
    assert plan.take(1), "it comes late, and all the same"
    assert not plan.take(1), "and again from whoever repeated it"
    assert not plan.lose(1)
    assert plan.next_pass().number == 2


def test_a_late_answer_takes_its_number_off_the_list():
    plan = schedule(2)
    plan.next_pass()
    plan.lose(1)
    assert plan.take(1)
    plan.judge.made.update(CELLS)
    assert plan.next_pass().number == 2
    assert plan.next_pass() is None


def test_a_resumed_run_fills_the_gaps_first_and_a_pass_that_was_cut_short_has_the_cells_that_lack_it():
    plan = schedule(4, {NARROW.id: {1, 3}, WIDE.id: {1}})
    first, second, third = (plan.next_pass() for _ in range(3))
    assert (first.number, {*first.cells}) == (2, {NARROW, WIDE})
    assert (second.number, second.cells) == (3, [WIDE])
    assert (third.number, {*third.cells}) == (4, {NARROW, WIDE})
    assert plan.next_pass() is None


def test_decided_cells_are_visited_no_more():
    plan = schedule(2)
    plan.judge.made[NARROW] = 2
    assert plan.next_pass().cells == [WIDE]
    assert not plan.finished
    plan.judge.made[WIDE] = 2
    assert plan.finished
    assert plan.next_pass() is None


def test_layouts_are_visited_one_after_the_other_as_on_one_machine():
    cells = [replace(NARROW, width=width, layout=layout) for layout in ("columns", "rows") for width in (8, 16, 32)]
    plan = schedule(10, cells=cells)
    widths = [cell.width for _ in range(10) for cell in plan.next_pass().cells]
    assert widths[::2] == widths[1::2]
    assert len({*zip(*[iter(widths[::2])] * 3, strict=True)}) > 1


def test_passes_draw_orders_of_their_own_and_the_same_again_when_repeated():
    plan = schedule(9)
    first, second = plan.next_pass(), plan.next_pass()
    assert {visit.seed for visit in first.assignments}.isdisjoint(visit.seed for visit in second.assignments)
    plan.lose(1)
    assert plan.next_pass() == first
