"""Ratios over several machines: what the interval over all of them promises, and when no one ratio holds."""

import itertools

import numpy as np
import pytest
from scipy import stats

from bench.analyse.intervals import lowest_rank
from bench.analyse.observations import compared_in
from bench.analyse.stopping import Progress
from bench.analyse.summary import summarise
from bench.plan.cells import Cell
from bench.record.machines import ALL, as_one, of_cluster
from bench.record.time_parts.rows import recorded
from bench.tests.rows import time_rows, visit_rows

CELL = Cell("breast_cancer", 32, 4, 8, "float64", "deferred", "default")


def rows(*passes, first=1):
    """Visits of (machine, ratio), numbered by machine from 1 on, so that two machines have the same numbers."""
    numbers = {}
    table = []
    for machine, ratio in passes:
        numbers[machine] = numbers.get(machine, first - 1) + 1
        place = {"machine": machine, "pass": numbers[machine], "cell": CELL.id}
        table += visit_rows({"iterative": (1e6, 1e6), "recursive": (1e6 * ratio, 1e6 * ratio)}, **place)
    return time_rows(*table)


def test_the_passes_of_all_machines_count_as_those_of_one():
    ratios = [1.01, 1.02, 1.03, 1.04, 1.05, 1.06, 1.07, 1.08, 1.09, 1.10, 1.11, 1.12]
    alone = rows(*(("a", ratio) for ratio in ratios))
    shared = rows(*zip("ab" * 6, ratios, strict=True))
    together = as_one(recorded([], shared), ["a", "b"]).whole()
    assert {*together["machine"]} == {ALL}
    assert together["pass"].nunique() == 12
    one, both = (next(summarise(table, compared_in(table, "iterative", ())).itertuples()) for table in (alone, together))
    assert (both.passes, both.ratio, both.low, both.high) == (one.passes, one.ratio, one.low, one.high)
    assert (both.metric, both.passes) == ("cpu", 12)
    assert both.ratio == pytest.approx((1.06 * 1.07) ** 0.5)


def test_rows_of_machines_that_take_no_part_are_left_out_and_one_machine_keeps_its_name():
    table = rows(("a", 1.0), ("b", 1.0), ("c", 1.0), ("b", 1.0))
    assert len(as_one(recorded([], table), ["a", "b"])) == 3 * 4
    alone = as_one(recorded([], table), ["b"]).whole()
    assert {*alone["machine"]} == {"b"}
    assert {*alone["pass"]} == {1, 2}
    assert of_cluster({"machine": "a"}) == []


@pytest.mark.parametrize(("n", "alpha"), [(12, 0.05), (20, 0.05), (40, 0.05), (40, 0.05 / 18), (101, 0.05)])
def test_at_any_number_of_passes_the_interval_holds_the_median_of_the_mixture_however_much_machines_differ(n, alpha):
    """Hoeffding (1956): of all ways to share n / 2 expected successes among n trials, equal shares have the heaviest tails. Worked out for
    two machines: share passes of which a share p lie below theta on the first, and as many on the second that theta is the median of
    all; the interval misses theta if fewer than r passes lie below it, or above.
    """
    rank = lowest_rank(n, alpha)
    worst = 0.0
    for first, p in itertools.product(range(n + 1), np.linspace(0, 1, 21)):
        second = n - first
        q = (n / 2 - first * p) / second if second else 0.5
        if (second == 0 and p != 0.5) or not 0 <= q <= 1:
            continue
        below = np.convolve(stats.binom.pmf(range(first + 1), first, p), stats.binom.pmf(range(second + 1), second, q))
        worst = max(worst, below[:rank].sum() + below[n - rank + 1 :].sum())
    fair = 2 * stats.binom.cdf(rank - 1, n, 0.5)
    assert worst == pytest.approx(fair)
    assert fair <= alpha


def test_where_machines_share_a_median_it_is_held_at_every_number_of_passes_whoever_makes_them():
    """Spread differs tenfold between the machines, and the one that is faster on average gets four passes of five, in runs."""
    rng = np.random.default_rng(5)
    missed, sequences, longest = 0, 1000, 60
    ranks = [lowest_rank(n, 0.05) for n in range(longest + 1)]
    for _ in range(sequences):
        stays = np.cumsum(rng.random(longest) < 0.2) % 2
        below = np.cumsum(rng.standard_t(2, longest) * np.where(stays, 10.0, 1.0) < 0)
        missed += any(not rank <= k <= n - rank for n, (rank, k) in enumerate(zip(ranks[1:], below, strict=True), start=1) if rank)
    assert missed / sequences <= 0.05 + 3 * (0.05 * 0.95 / sequences) ** 0.5


def test_a_ratio_that_differs_between_machines_is_settled_since_more_passes_would_not_narrow_it():
    progress = Progress(["iterative", "recursive"], "iterative", (), 0.01)
    same = [1.0 + 0.001 * number for number in range(-5, 5)]
    progress.add(rows(*(("a", ratio) for ratio in same[:7]), *(("b", 1.1 * ratio) for ratio in same[:7])))
    assert not progress.decided(CELL)
    assert progress.differing([CELL]) == []
    progress.add(rows(*(("a", ratio) for ratio in same[7:]), *(("b", 1.1 * ratio) for ratio in same[7:]), first=8))
    assert progress.differing([CELL]) == [(CELL, ("recursive", "iterative"))]
    assert progress.decided(CELL)
    ratio, low, high = progress.ratio(CELL, ("recursive", "iterative"))
    assert low < 1.01 < ratio < 1.09 < high


def test_passes_that_are_under_way_count_where_a_number_of_passes_is_asked_for():
    progress = Progress(["iterative", "recursive"], "iterative", (), 0.01, fewest=12)
    progress.add(rows(*(("a", 1.0) for _ in range(10))))
    assert not progress.decided(CELL)
    assert not progress.decided(CELL, under_way=1)
    assert progress.decided(CELL, under_way=2)
    assert Progress(["iterative", "recursive"], "iterative", (), 0.01).decided(CELL, under_way=50) is False
