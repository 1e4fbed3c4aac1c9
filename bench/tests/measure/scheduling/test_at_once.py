"""Passes at once: how many, in which order they are told, and what becomes of them when the run ends."""

from functools import partial
from itertools import islice
from threading import Barrier
from time import sleep

import pandas as pd
import pytest

from bench.analyse.stopping import Progress
from bench.measure.scheduling.at_once import run_passes
from bench.measure.scheduling.pace import Pace
from bench.measure.scheduling.schedule import Schedule
from bench.measure.timing.passes import Finished
from bench.measure.timing.visit import Measurement
from bench.measure.workers.ask import Cancelled
from bench.record.times import passes_of
from bench.tests.measure.scheduling.judging import schedule
from bench.tests.measure.scheduling.world import MIDDLE, NARROW, WIDE, World, go, rising, table


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
