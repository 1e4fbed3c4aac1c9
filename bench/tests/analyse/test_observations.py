"""Rounds become observations as the definition says, worked out by hand."""

import math
import random
import statistics

import pytest

from bench.analyse.observations import alpha_of, comparisons, joint_alpha, observe
from bench.analyse.summary import summarise
from bench.tests.rows import time_rows, visit_rows


def rounds(ratios, number=1):
    """A visit in which `other` takes ratio times the 100 ns of `base`, round by round."""
    rows = []
    for round_number, ratio in enumerate(ratios):
        for order, (impl, ns) in enumerate([("base", 100), ("other", 110 * ratio), ("other", 100 * ratio), ("base", 140)]):
            rows.append({"impl": impl, "round": round_number, "order": order, "cpu_ns": ns, "wall_ns": ns, "pass": number})
    return rows


def test_a_round_has_the_shorter_of_two_turns_and_the_median_is_taken_over_rounds():
    [row] = observe(time_rows(*rounds([1.1, 3.0, 1.2])), [("other", "base")]).itertuples()
    assert row.log_ratio == pytest.approx(math.log(1.2))


@pytest.mark.parametrize(("faults", "ratio"), [((0.0, 15.0), 1.0), ((0.0, 16.0), 1.5), ((40.0, 20.0), 1.5), ((None, None), 1.0)])
def test_turns_of_which_one_has_notably_more_page_faults_count_both(faults, ratio):
    """100 and 200 ns beside 100: the shorter is as long, and the mean takes 1.5 times the time."""
    rows = visit_rows({"base": (100, 100), "other": (100, 200)}, minor_faults=3.0)
    for row, count in zip([row for row in rows if row["impl"] == "other"], faults, strict=True):
        row["minor_faults"] = count
    [row] = observe(time_rows(*rows), [("other", "base")]).itertuples()
    assert (math.exp(row.log_ratio), math.exp(row.mean_log_ratio)) == pytest.approx((ratio, ratio))


def test_one_start_of_five_that_straddles_is_seen_by_the_mean_and_not_by_the_median():
    """Five starts, one of which takes `other` twice the time: the typical ratio is 1, the ratio of mean times 6 / 5."""
    starts = [visit_rows({"base": (100, 100), "other": (100 * t, 100 * t)}, round=number) for number, t in enumerate([1, 1, 2, 1, 1])]
    table = time_rows(*(row for start in starts for row in start))
    [row, turned] = observe(table, [("other", "base"), ("base", "other")]).itertuples()
    assert (math.exp(row.log_ratio), math.exp(row.mean_log_ratio)) == pytest.approx((1.0, 1.2))
    assert (turned.log_ratio, turned.mean_log_ratio) == pytest.approx((-row.log_ratio, -row.mean_log_ratio))


def test_noise_that_meets_one_of_two_turns_is_left_out():
    rows = [*visit_rows({"base": (100, 100), "other": (100, 100)}), *visit_rows({"base": (100, 100), "other": (100, 900)}, round=1)]
    [row] = observe(time_rows(*rows), [("other", "base")]).itertuples()
    assert (row.log_ratio, row.mean_log_ratio) == (0, 0)


def test_the_difference_of_page_faults_is_the_median_over_rounds():
    rows = [
        row
        for number, faults in enumerate([900.0, 0.0, 800.0])
        for row in (
            *visit_rows({"base": (1, 1)}, round=number, minor_faults=3.0),
            *visit_rows({"other": (1, 1)}, round=number, minor_faults=faults),
        )
    ]
    [row] = observe(time_rows(*rows), [("other", "base")]).itertuples()
    assert row.fault_difference == 797


@pytest.mark.parametrize(("cells", "implementations", "intervals"), [(1, 2, 3), (18, 3, 90), (4, 9, 152), (1, 1, 2)])
def test_the_five_per_cent_are_shared_by_all_pairs_the_controls_and_the_floors(cells, implementations, intervals):
    assert joint_alpha(cells, implementations) == pytest.approx(0.05 / intervals)


def test_the_intervals_of_a_folder_are_counted_from_its_rows():
    """Two cells with times of three implementations, and a third cell that was skipped."""
    timed = visit_rows({"a": (1, 1), "b": (1, 1), "c": (1, 1), "control": (1, 1), "floor": (1, 1)})
    rows = [{**row, "cell": cell} for row in timed for cell in ("first", "second")]
    assert alpha_of(time_rows(*rows, {"cell": "third", "impl": "d", "status": "skipped"})) == pytest.approx(0.05 / (2 * (3 + 2)))


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


def test_summary_of_nine_passes_by_hand():
    """There are three intervals, the control's and the floor's among them: they close at the ninth pass, at the extremes."""
    ratios = [1.05, 1.02, 1.03, 1.08, 1.04, 1.06, 1.07, 1.09, 1.06]
    table = time_rows(*(row for number, ratio in enumerate(ratios) for row in rounds([ratio], number)))
    cpu, wall = summarise(table, [("other", "base")]).itertuples()
    assert (cpu.metric, wall.metric) == ("cpu", "wall")
    assert (cpu.impl, cpu.baseline, cpu.passes, cpu.verdict, cpu.depth) == ("other", "base", 9, "slower", 4)
    assert cpu.ratio == pytest.approx(1.06)
    assert (cpu.low, cpu.high) == (pytest.approx(1.02), pytest.approx(1.09))
    assert (cpu.mean_ratio, cpu.mean_low, cpu.mean_high) == pytest.approx((1.06, 1.02, 1.09))
    assert cpu.faulting_share is None


def test_eight_passes_leave_the_summary_open():
    table = time_rows(*(row for number in range(8) for row in rounds([1.5], number)))
    cpu = next(summarise(table, [("other", "base")]).itertuples())
    assert (cpu.low, cpu.high, cpu.verdict) == (0, math.inf, "undecided")


def test_all_comparisons_at_once_are_each_alone_whatever_a_round_lacks():
    """Rounds in which an implementation is missing, visits in which it is, and cells and passes in any order."""
    rng = random.Random(4)
    rows = []
    for number in (2, 1, 3):
        for cell in ("x", "c"):
            for turn in range(6):
                for impl in ("a", "b", "base"):
                    if rng.random() < 0.8 and not (impl == "b" and number == 1):
                        rows += visit_rows({impl: (rng.uniform(1, 9), rng.uniform(1, 9))}, round=turn, cell=cell, **{"pass": number})
    table = time_rows(*rows)
    compared = [("a", "base"), ("b", "base"), ("a", "b")]
    for row in observe(table, compared).rename(columns={"pass": "number"}).itertuples():
        visit = table[(table["cell"] == row.cell) & (table["pass"] == row.number)]
        least = {impl: dict(of.groupby("round")["cpu_ns"].min()) for impl, of in visit.groupby("impl", observed=True)}
        both = least[row.impl].keys() & least[row.baseline].keys()
        assert row.log_ratio == pytest.approx(statistics.median(math.log(least[row.impl][n] / least[row.baseline][n]) for n in both))
        means = (statistics.fmean(least[impl][n] for n in both) for impl in (row.impl, row.baseline))
        assert math.exp(row.mean_log_ratio) == pytest.approx(next(means) / next(means))
    found = observe(table, compared)
    assert found.groupby(["impl", "baseline"]).size().to_dict() == {("a", "base"): 6, ("b", "base"): 4, ("a", "b"): 4}
    assert found["pass"].drop_duplicates().tolist() == [2, 1, 3], "the order recorded"
