"""Scheduling, stopping and resuming, with a fake measuring function and a clock that is moved by hand."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest

from bench.analyse.progress import FEWEST_ROUNDS, FIRST_ROUNDS, MOST_ROUNDS, Progress
from bench.measure.timing.passes import Assignment, Finished, run_passes
from bench.measure.timing.visit import Measurement
from bench.plan.cells import Cell
from bench.record.schemas import SCHEMAS
from bench.record.times import time_rows
from bench.tests.rows import time_rows as rows_of

NARROW, MIDDLE, WIDE = (Cell("breast_cancer", 32, 4, width, "float64", "deferred", "default") for width in (8, 32, 128))
VISIT_S = 10.0
FIRST_VISIT = Assignment(NARROW, 1, (), 1, "")


@dataclass
class World:
    """A measuring function whose visits take 10 s each, and in which `other` takes ratio(cell, pass) times as long."""

    ratio: object
    now: float = 0.0
    visits: list = field(default_factory=list)

    def measure(self, assignments):
        for one in assignments:
            self.now += VISIT_S
            self.visits.append((one.pass_number, one.cell))
            yield Finished(one, tuple(self._rows(one)), VISIT_S)

    def _rows(self, one):
        times = {"base": 1000.0, "other": 1000.0 * self.ratio(one.cell, one.pass_number)}
        for name in one.contenders:
            for order in (0, 1):
                yield Measurement(name, 0, order, 1, times[name], times[name], 0.0)

    def clock(self):
        return self.now


def table(finished):
    return pd.DataFrame(time_rows("run", "machine", finished), columns=list(SCHEMAS["time.csv"])).astype(SCHEMAS["time.csv"])


def go(world, cells, progress=None, budget_s=1e9, stop_after=None):
    """Run passes as the command does; return what is known and the recorded rows."""
    progress = progress or Progress(["base", "other"], "base", (), precision=0.01)
    recorded = []
    for finished in run_passes(cells, progress, world.measure, 0, budget_s, world.clock):
        recorded.append(table(finished))
        progress.add(recorded[-1])
        if stop_after and len(recorded) == stop_after:
            break
    return progress, pd.concat(recorded)


def test_every_pass_visits_every_open_cell_once_in_an_order_of_its_own():
    world = World(lambda cell, number: 1.0)
    go(world, [NARROW, MIDDLE, WIDE])
    passes = [[cell for number, cell in world.visits if number == wanted] for wanted in range(1, 9)]
    assert all(sorted(cells, key=str) == sorted([NARROW, MIDDLE, WIDE], key=str) for cells in passes)
    assert len({tuple(cells) for cells in passes}) > 1


def test_it_stops_when_all_is_decided_and_decided_cells_leave_earlier():
    # Identical figures are decided at the eighth pass, the first that gives an interval. `other` wavers by
    # 3 % in the wide cell, and its interval, the extremes until pass 11, never gets near.
    world = World(lambda cell, number: 1.03 ** (-1) ** number if cell is WIDE else 1.0)
    progress, _ = go(world, [NARROW, WIDE], budget_s=200)
    assert sum(cell is NARROW for _, cell in world.visits) == 8
    assert progress.decided(NARROW)
    assert not progress.decided(WIDE)
    assert world.now == 200


def test_a_clear_verdict_decides_however_wide_the_interval():
    world = World(lambda cell, number: 1.2 + number / 20)
    progress, _ = go(world, [NARROW])
    assert len(world.visits) == 8
    ratio, low, high = progress.ratio(NARROW, ("other", "base"))
    assert (ratio, low, high) == (pytest.approx((1.4 * 1.45) ** 0.5), pytest.approx(1.25), pytest.approx(1.6))


def test_the_budget_ends_it_after_the_visit_in_which_it_is_spent():
    world = World(lambda cell, number: 1.0)
    go(world, [NARROW, WIDE], budget_s=45)
    assert world.now == 50


def test_the_same_seed_gives_the_same_order():
    orders = []
    for _ in range(2):
        world = World(lambda cell, number: 1.0)
        go(world, [NARROW, MIDDLE, WIDE])
        orders.append(world.visits)
    assert orders[0] == orders[1]


@pytest.mark.parametrize("stop_after", range(1, 24))
def test_a_run_cut_anywhere_and_resumed_is_the_unbroken_run(stop_after):
    def ratio(cell, number):
        return 1 + number * cell.width / 1e5

    cells = [NARROW, MIDDLE, WIDE]
    _, unbroken = go(World(ratio), cells)
    _, before = go(World(ratio), cells, stop_after=stop_after)
    resumed = Progress(["base", "other"], "base", (), precision=0.01)
    resumed.add(before)
    _, after = go(World(ratio), cells, resumed)
    key = ["pass", "cell", "impl", "round", "order"]
    joined = pd.concat([before, after])
    assert not joined.duplicated(key).any()
    pd.testing.assert_frame_equal(joined.sort_values(key, ignore_index=True), unbroken.sort_values(key, ignore_index=True))


def test_a_contender_that_fails_is_left_out_and_the_rest_goes_on():
    progress = Progress(["base", "other", "third"], "base", (), precision=0.01)
    failed = Finished(FIRST_VISIT, (Measurement("third", status="segfault"),), 0.0)
    progress.add(table(failed))
    assert progress.runnable(NARROW) == ["base", "other"]
    assert progress.last_pass(NARROW) == 0, "a visit without a timed row is no visit"
    assert not progress.decided(NARROW)
    world = World(lambda cell, number: 1.0)
    go(world, [NARROW], progress)
    assert progress.decided(NARROW)


def test_a_cell_whose_baseline_fails_is_over():
    progress = Progress(["base", "other"], "base", (), precision=0.01)
    progress.add(table(Finished(FIRST_VISIT, (Measurement("base", status="error"),), 0.0)))
    assert progress.decided(NARROW)


def spread_rows(within, between, passes):
    """Rows whose rounds scatter by `within` and whose passes scatter by `between`, both as logs."""
    rng = np.random.default_rng(0)
    rows = []
    for number in range(1, passes + 1):
        shift = between * rng.standard_normal()
        for round_number in range(10):
            ratio = np.exp(shift + within * rng.standard_normal())
            rows += [
                {"impl": "base", "round": round_number, "order": 0, "cpu_ns": 1000.0, "pass": number, "cell": NARROW.id},
                {"impl": "other", "round": round_number, "order": 1, "cpu_ns": 1000.0 * ratio, "pass": number, "cell": NARROW.id},
            ]
    return rows_of(*rows)


@pytest.mark.parametrize(
    ("within", "between", "passes", "low", "high"),
    [
        (0.01, 0.01, 7, FIRST_ROUNDS, FIRST_ROUNDS),  # too few passes to judge
        (0.01, 0.0, 200, MOST_ROUNDS, MOST_ROUNDS),  # nothing but rounds to average over
        (0.001, 0.05, 200, FEWEST_ROUNDS, FEWEST_ROUNDS),  # rounds do not help
        (0.03, 0.01, 400, 11, 17),  # pi / 2 * 3^2 = 14.1
    ],
)
def test_rounds_bring_the_spread_within_down_to_that_between(within, between, passes, low, high):
    progress = Progress(["base", "other"], "base", (), precision=0.01)
    progress.add(spread_rows(within, between, passes))
    assert low <= progress.rounds(NARROW) <= high


def test_no_cell_leaves_before_the_passes_that_are_asked_for():
    world = World(lambda cell, number: 1.0)
    go(world, [NARROW], Progress(["base", "other"], "base", (), precision=0.01, fewest_passes=13))
    assert len(world.visits) == 13
