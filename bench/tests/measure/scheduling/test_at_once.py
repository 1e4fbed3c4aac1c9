"""Scheduling, stopping and resuming, with a fake measuring function and a clock that is moved by hand."""

from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from threading import Barrier
from time import sleep

import pandas as pd
import pytest

from bench.analyse.observations import ALPHA, joint_alpha
from bench.analyse.stopping import OpenComparison, Progress
from bench.measure.scheduling.at_once import run_passes
from bench.measure.scheduling.pace import Pace
from bench.measure.scheduling.schedule import Schedule
from bench.measure.timing.passes import Assignment, Finished
from bench.measure.timing.visit import Measurement
from bench.measure.workers.ask import Cancelled
from bench.plan.cells import Cell
from bench.record.schemas import SCHEMAS
from bench.record.times import passes_of, time_rows
from bench.tests.measure.scheduling.judging import schedule

NARROW, MIDDLE, WIDE = (Cell("breast_cancer", 32, 4, width, "float64", "deferred", "default") for width in (8, 32, 128))
VISIT_S = 10.0
FIRST_VISIT = Assignment(NARROW, 1, (), "")


@dataclass
class World:
    """A measuring function whose visits take 10 s each, and in which `other` takes ratio(cell, pass) times as long as `base`.

    `more` has the same function for further contenders, and `faults(impl, pass)` says how many page faults a step has.
    """

    ratio: object
    more: dict = field(default_factory=dict)
    faults: object = lambda impl, number: 0.0
    now: float = 0.0
    visits: list = field(default_factory=list)
    timed: list = field(default_factory=list)

    def measure(self, assignments, cancelled):
        for one in assignments:
            self.now += VISIT_S
            self.visits.append((one.pass_number, one.cell))
            self.timed.append(one.contenders)
            yield Finished(one, tuple(self._rows(one)), VISIT_S, VISIT_S / 2)

    def _rows(self, one):
        ratios = {"base": lambda *_: 1.0, "other": self.ratio, **self.more}
        for name in one.contenders:
            ns = 1e6 * ratios[name](one.cell, one.pass_number)
            for order in (0, 1):
                yield Measurement(name, 0, order, 1, ns, ns, self.faults(name, one.pass_number))

    def clock(self):
        return self.now


def table(finished):
    return pd.DataFrame(time_rows("run", "machine", finished), columns=list(SCHEMAS["time.csv"])).astype(SCHEMAS["time.csv"])


def go(world, cells, progress=None, budget_s=1e9, stop_after=None, before=None, at_once=1):
    """Run passes as the command does; return what is known and the recorded rows. `before` are rows of an earlier run."""
    progress = progress or Progress(["base", "other"], "base", (), 0.01, len(cells))
    schedule = Schedule(cells, progress, 0, {} if before is None else passes_of(before))
    recorded = []
    for finished in run_passes(schedule, world.measure, Pace(), budget_s, world.clock, at_once):
        recorded.append(table(finished))
        progress.add(recorded[-1])
        if stop_after and len(recorded) == stop_after:
            break
    return progress, pd.concat(recorded)


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


def rising(cell, number):
    return 1 + number * cell.width / 1e5


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


@pytest.mark.parametrize("stop_after", range(1, 30, 4))
def test_a_run_of_two_passes_at_once_that_is_cut_anywhere_and_resumed_has_every_visit_once(stop_after):
    cells = [NARROW, MIDDLE, WIDE]
    _, before = go(World(rising), cells, stop_after=stop_after, at_once=2)
    resumed = Progress(["base", "other"], "base", (), 0.01, len(cells))
    resumed.add(before)
    _, after = go(World(rising), cells, resumed, before=before, at_once=2)
    joined = pd.concat([before, after])
    assert not joined.duplicated(["pass", "cell", "impl", "round", "order"]).any()
    assert all(len(numbers) >= 10 for numbers in passes_of(joined).values()), "the tenth gives the first interval"


def in_company(assignments, cancelled, meet):
    """Visits that are made once two passes have met; those of the first pass meet nobody."""
    for one in assignments:
        if one.pass_number > 1:
            meet.wait(timeout=60)
        yield Finished(one, (), 1.0)


def test_so_many_passes_are_made_at_once():
    """A visit here needs another to be made at the same time: the barrier breaks, and raises, where there is none."""
    meet = Barrier(2)
    visits = run_passes(schedule(4), partial(in_company, meet=meet), Pace(), 1e9, lambda: 0.0, at_once=2)
    met = [visit.assignment.pass_number for visit in islice(visits, 6)]
    visits.close()
    assert met[:2] == [1, 1]
    assert sorted(met[2:]) == [2, 2, 3, 3]


def test_the_first_pass_is_alone_so_that_what_fails_is_known_before_another_begins():
    """`other` fails in the first pass, and is in no later one."""
    begun = []

    def measure(assignments, cancelled):
        begun.append([one.contenders for one in assignments])
        yield from (Finished(one, tuple(Measurement(name, status="error") for name in one.contenders[1:]), 1.0) for one in assignments)

    progress = Progress(["base", "other", "third"], "base", (), 0.01)
    for visit in run_passes(Schedule([NARROW], progress, 0), measure, Pace(), 1e9, lambda: 0.0, at_once=2):
        progress.add(table(visit))
    assert begun == [[("base", "other", "third")]]


def test_a_lane_waits_until_its_visit_is_recorded():
    """Two passes of two cells: before the fifth visit no more than one further visit of each may have been begun."""
    begun = []

    def measure(assignments, cancelled):
        for one in assignments:
            begun.append(one)
            yield Finished(one, (), 1.0)

    visits = run_passes(schedule(9), measure, Pace(), 1e9, lambda: 0.0, at_once=2)
    for number, _ in enumerate(visits, 1):
        assert len(begun) <= number + 1
        if number == 6:
            break
    visits.close()


def test_whatever_is_under_way_is_cancelled_and_over_when_the_run_ends():
    over = []

    def measure(assignments, cancelled):
        try:
            yield Finished(assignments[0], (), 1.0)
            while not cancelled() and assignments[0].pass_number > 1:
                sleep(0.001)
            if cancelled():
                raise Cancelled
        finally:
            over.append(assignments[0].pass_number)

    plan = schedule(9)
    visits = run_passes(plan, measure, Pace(), 1e9, lambda: 0.0, at_once=2)
    assert {next(visits).assignment.pass_number for _ in range(3)} == {1, 2, 3}
    visits.close()
    assert sorted(over) == [1, 2, 3]
    again = plan.next_pass()
    assert (again.number, len(again.cells)) == (2, 1), "the cell that was visited is not visited again under that number"


@pytest.mark.parametrize("at_once", [1, 2])
def test_what_ends_a_pass_is_raised_and_ends_the_run(at_once):
    def measure(assignments, cancelled):
        yield Finished(assignments[0], (), 1.0)
        raise OSError("no more processes")

    with pytest.raises(OSError, match="no more processes"):
        [*run_passes(schedule(3), measure, Pace(), 1e9, lambda: 0.0, at_once)]


def test_what_a_pass_takes_beside_its_visits_is_learnt_without_its_waiting():
    """Two visits of 3 s that have waited 5 s each, in a pass of 20 s: 4 s are for the start of interpreters."""
    now = [0.0]

    def measure(assignments, cancelled):
        now[0] += 20.0
        yield from (Finished(one, (), 3.0, waited_s=5.0) for one in assignments)

    pace = Pace()
    [*islice(run_passes(schedule(2), measure, pace, 1e9, lambda: now[0]), 3)]
    assert pace.starts_s == 4.0


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
