"""Rounds become observations as the definition says, worked out by hand."""

import math

import pytest

from bench.analyse.observations import comparisons, observe
from bench.analyse.summary import summarise
from bench.tests.rows import time_rows, visit_rows


def rounds(ratios, number=1):
    """A visit in which `other` takes ratio times the 100 ns of `base`, round by round."""
    rows = []
    for round_number, ratio in enumerate(ratios):
        for order, (impl, ns) in enumerate([("base", 60), ("other", 90 * ratio), ("other", 110 * ratio), ("base", 140)]):
            rows.append({"impl": impl, "round": round_number, "order": order, "cpu_ns": ns, "wall_ns": ns, "pass": number})
    return rows


def test_the_two_runs_of_a_round_are_summed_and_the_median_taken_over_rounds():
    [row] = observe(time_rows(*rounds([1.1, 3.0, 1.2])), [("other", "base")]).itertuples()
    assert row.log_ratio == pytest.approx(math.log(1.2))
    assert row.rounds == 3
    # distances of log 1.1, log 3, log 1.2 from their median: .087, .916, 0; their median, over that of a normal's
    assert row.deviation == pytest.approx(math.log(1.2 / 1.1) / 0.6744897501960817)


def test_each_visit_and_metric_has_its_own():
    table = time_rows(*rounds([2.0]), *rounds([4.0], number=2))
    found = observe(table, [("other", "base")], ("cpu", "wall"))
    assert list(zip(found["metric"], found["pass"], found["log_ratio"].round(6), strict=True)) == [
        ("cpu", 1, round(math.log(2), 6)),
        ("cpu", 2, round(math.log(4), 6)),
        ("wall", 1, round(math.log(2), 6)),
        ("wall", 2, round(math.log(4), 6)),
    ]


def test_failed_rows_and_absent_implementations_are_no_observations():
    table = time_rows(*visit_rows({"base": (1, 1)}), {"impl": "other", "status": "error"})
    assert observe(table, [("other", "base"), ("nobody", "base")]).empty


def test_comparisons_have_everybody_against_the_baseline_and_the_pairs_that_are_there():
    assert comparisons(["a", "b", "c"], "a", [("c", "b"), ("b", "a"), ("d", "b")]) == [("b", "a"), ("c", "a"), ("c", "b")]


def test_summary_of_eight_passes_by_hand():
    ratios = [1.05, 1.02, 1.03, 1.08, 1.04, 1.06, 1.07, 1.09]
    table = time_rows(*(row for number, ratio in enumerate(ratios) for row in rounds([ratio], number)))
    cpu, wall = summarise(table, [("other", "base")]).itertuples()
    assert (cpu.metric, wall.metric) == ("cpu", "wall")
    assert (cpu.impl, cpu.baseline, cpu.passes, cpu.verdict, cpu.depth) == ("other", "base", 8, "slower", 4)
    assert cpu.ratio == pytest.approx(math.sqrt(1.05 * 1.06))  # the median of an even number of logs
    assert (cpu.low, cpu.high) == (pytest.approx(1.02), pytest.approx(1.09))


def test_seven_passes_leave_the_summary_open():
    table = time_rows(*(row for number in range(7) for row in rounds([1.5], number)))
    cpu = next(summarise(table, [("other", "base")]).itertuples())
    assert (cpu.low, cpu.high, cpu.verdict) == (0, math.inf, "undecided")
