"""The self-check keeps quiet where promises are kept, and tells where they are not."""

import math
import random
from dataclasses import replace

import pandas as pd
import pytest

from bench.analyse.selfcheck.checks import alike, checks, floor_in_any_order, known_differences
from bench.analyse.selfcheck.runs import tool_runs
from bench.measure.other_tools.meter_pairs import MeterPair
from bench.measure.other_tools.sessions import Sample, Session
from bench.plan import selfcheck as plan
from bench.record.schemas import SCHEMAS
from bench.record.selfcheck import Evidence, meter_rows, session_rows
from bench.show.answers.selfcheck import check_rows
from bench.show.figures.selfcheck import selfcheck_pictures
from bench.tests.rows import time_rows, visit_rows

ALIKE = ("control", "renamed")


def frame(name, rows):
    return pd.DataFrame(rows, columns=list(SCHEMAS[name])).astype(SCHEMAS[name])


def passes(rng, cell, baseline, ratios, count, spread, drift=lambda number: 0.0):
    """Passes with those ratios to the baseline; `drift` is what is added to log-ratios in a pass, by its number from 1."""
    rows = []
    for number in range(1, count + 1):
        noise = {impl: rng.gauss(0, spread) + (drift(number) if impl not in ALIKE else 0.0) for impl in ratios}
        times = {baseline: 3e6} | {impl: 3e6 * ratio * math.exp(noise[impl]) for impl, ratio in ratios.items()}
        rows += visit_rows({impl: (ns, ns) for impl, ns in times.items()}, **{"pass": number, "cell": cell.id})
    return rows


def sessions(rng, tool, bias=0.0, count=8, each=10):
    """Readings in which a session has a mood of its own for each function, which is what makes a tool raise false alarms."""
    rows = []
    for number in range(1, count + 1):
        samples = []
        for subject, ratio in (("first", 1.0), ("again", 1.0), ("more", 1.02)):
            mood = rng.gauss(0, bias)
            samples += [Sample(subject, process, 0.003 * ratio * math.exp(mood + rng.gauss(0, 0.002))) for process in range(each)]
        rows += session_rows(number, Session(tool, tuple(samples), 5.0))
    return rows


def part_rows(rng, name, ratios, count, spread, drift=lambda number: 0.0):
    part = plan.PARTS[name]
    return [row for cell in part.cells for row in passes(rng, cell, part.baseline, ratios, count, spread, drift)]


def a_run(rng, ratio=1.0, count=24, spread=0.004):
    """The times of a whole run in two cells."""
    cells = [replace(plan.TRIO, depth=depth) for depth in (16, 64)]
    return time_rows(*(row for cell in cells for row in passes(rng, cell, "iterative", {"recursive": ratio}, count, spread)))


def evidence(
    control=1.0,
    renamed=1.0,
    more=plan.TRUTH,
    ours=50e6,
    bias=0.0,
    spread=0.003,
    count=200,
    trio_s=120.0,
    drift=lambda number: 0.0,
    busy=1.0,
):
    rng = random.Random(4)
    rows = part_rows(rng, "grid", {"control": control, "renamed": renamed, "floor": 0.4}, 36, spread)
    rows += part_rows(rng, "deep", {"control": control, "iterative_pop": 0.95, "iterative": 1.0}, 36, spread, drift or (lambda number: 0.0))
    rows += part_rows(rng, "wide", {"control": control}, 20, spread)
    rows += part_rows(rng, "trio", {"control": control, "more_2": more["more_2"]}, count, spread)
    rows += part_rows(rng, "known", {name: more[name] for name in ("more_1", "more_5", "more_10")}, 60, spread)
    readings = [*sessions(rng, "pytest-benchmark", bias), *sessions(rng, "pyperf", bias), *sessions(rng, "timeit", bias, each=5)]
    heap = MeterPair("heap", "memray", "iterative", "bytes", ours, 50.1e6, 1e6)
    pairs = [heap, MeterPair("cpu", "x", "y", "s", detail="is not there")]
    tables = frame("others.csv", readings), frame("meters.csv", meter_rows(pairs)), frame("checks.csv", [])
    return Evidence(time_rows(*rows), trio_s, 30.0, *tables, runs={"quiet": a_run(rng), "busy": a_run(rng, busy)})


def test_no_two_parts_share_a_cell():
    cells = [cell for part in plan.PARTS.values() for cell in part.cells]
    assert len({cell.id for cell in cells}) == len(cells)


def verdicts(one):
    return {found.check: found.status for found in check_rows(checks(one))}


def test_all_is_well_where_promises_are_kept():
    found = verdicts(evidence(bias=0.01))
    skipped = {name for name, status in found.items() if status == "skipped"}
    assert skipped == {"the cpu meter beside x"}
    assert found.pop("an interval of ±1 %") == "undecided"  # nobody else has a valid one
    assert {status for name, status in found.items() if name not in skipped} == {"ok"}
    assert len(found) == 18


def test_a_biased_control_is_told():
    found = verdicts(evidence(control=1.01))
    assert found["A against A, in blocks"] == "failed"
    assert found["false alarms beside other tools"] == "failed"
    assert found["A against A, resampled"] == "failed"
    assert found["A against A, cell by cell"] == "failed"


def test_a_renamed_copy_that_takes_longer_is_told():
    found = verdicts(evidence(renamed=1.01))
    assert found["a renamed copy of the source"] == "failed"
    assert found["A against A, in blocks"] == "ok"


SUBJECTS = {"deep": "recursion against itself", "wide": "single large steps against themselves", "grid": "a renamed copy of the source"}


@pytest.mark.parametrize("name", SUBJECTS)
def test_a_bias_is_told_where_it_is(name):
    whole = evidence()
    others = whole.times[~whole.times["cell"].isin([cell.id for cell in plan.PARTS[name].cells])]
    biased = time_rows(*part_rows(random.Random(5), name, {"control": 1.0, "renamed": 1.0} | {ODD[name]: 1.005}, 36, 0.003))
    found = verdicts(replace(whole, times=pd.concat([others, biased], ignore_index=True)))
    assert {subject for subject in SUBJECTS.values() if found[subject] == "failed"} == {SUBJECTS[name]}


ODD = {"deep": "control", "wide": "control", "grid": "renamed"}


def test_cells_whose_biases_cancel_are_told_by_their_intervals():
    rng, rows = random.Random(5), []
    for number, cell in enumerate(plan.GRID.cells()):
        rows += passes(rng, cell, "iterative", {"renamed": 1.01 if number % 2 else 0.99}, 36, 0.003)
    [result] = [result for result in alike(time_rows(*rows)) if result.name == SUBJECTS["grid"]]
    assert result.status == "failed"
    assert result.figures["interval"][1] < 1 < result.figures["interval"][2]
    assert result.figures["misses"] == 16


def test_few_passes_are_not_drawn_from_again():
    """Twelve of thirteen would have the median of these thirteen, which is not quite 1."""
    whole = evidence()
    few = whole.times[whole.times["pass"].le(13) & whole.times["cell"].eq(plan.TRIO.id)]
    assert verdicts(replace(whole, times=few))["A against A, resampled"] == "undecided"


@pytest.mark.parametrize(
    ("drift", "failed"),
    [
        (lambda number: 0.0, set()),
        (lambda number: 0.01 * (number > 18), {"contrasts, first half against second half", "contrasts, pass after pass"}),
        (lambda number: 0.01 * (number // 5 % 2), {"contrasts, pass after pass"}),  # slow spells of five passes
        (lambda number: 0.01 * (number % 2), set()),  # up and down: intervals are too wide then, which harms nobody
    ],
)
def test_passes_that_could_not_have_come_in_any_order_are_told(drift, failed):
    found = verdicts(evidence(bias=0.01, drift=drift))
    assert {name for name, status in found.items() if status == "failed"} == failed


def test_two_runs_that_differ_are_told():
    name = "two runs, one beside a busy neighbour"
    same, other = ({row.check: row for row in check_rows(checks(evidence(busy=ratio)))}[name] for ratio in (1.0, 1.1))
    assert (same.status, other.status) == ("ok", "failed")
    assert same.answer.startswith("No, none of 2 comparisons changed for certain, after 24 passes in the quiet one and 24 ")
    assert other.answer.startswith("Yes, 2 of 2 comparisons changed for certain")


def test_runs_that_failed_or_are_short_are_no_failure():
    whole, name = evidence(), "two runs, one beside a busy neighbour"
    assert verdicts(replace(whole, runs={}))[name] == "skipped"
    short = {run: rows[rows["pass"] <= 5] for run, rows in whole.runs.items()}
    [row] = [row for row in check_rows(checks(replace(whole, runs=short))) if row.check == name]
    assert (row.status, row.answer) == ("undecided", "Too few passes to tell: 5 passes in the quiet one and 5 passes in the busy one.")


def test_a_floor_that_follows_the_machines_speed_is_no_failure():
    """Slow spells of four passes, in which a step takes 20 % more and the floor 10 %."""
    rng, rows = random.Random(6), []
    for cell in plan.GRID.cells():
        for number in range(1, 37):
            slow = number // 4 % 2
            step, floor = (ns * (1 + share * slow) * math.exp(rng.gauss(0, 0.003)) for ns, share in ((3e6, 0.2), (1e6, 0.1)))
            rows += visit_rows({"iterative": (step, step), "floor": (floor, floor)}, **{"pass": number, "cell": cell.id})
    result = floor_in_any_order(time_rows(*rows))
    assert result.status == "ok"
    assert result.figures["as_it_is"].chance < plan.CERTAIN < result.figures["tested"].chance


def test_an_interval_that_leaves_the_truth_out_is_told():
    found = verdicts(evidence(more={**plan.TRUTH, "more_5": 1.04}))
    assert found["a difference of 5 %"] == "failed"
    assert found["a difference of 10 %"] == "ok"


def test_passes_until_a_difference_is_told_are_counted():
    found = {result.name.removeprefix("a difference of "): result.figures for result in known_differences(evidence())}
    assert found["10 %"]["slower_after"] == 8  # thirty deviations: as soon as there is an interval
    assert found["10 %"]["pass_s"] == pytest.approx(30.0 / 60)
    assert found["1 %"]["slower_after"] >= 8
    assert not any(figures["missed"] for figures in found.values())


def test_a_meter_that_reads_otherwise_is_told():
    assert verdicts(evidence(ours=53e6))["the heap meter beside memray"] == "failed"


def test_two_minutes_that_are_not_fine_enough_are_told():
    name = "an interval of ±0.2 %"
    assert verdicts(evidence(spread=0.02))[name] == "failed"
    assert verdicts(evidence(spread=0.02, trio_s=60.0))[name] == "undecided"


def test_a_valid_tool_that_is_nearly_as_fast_breaks_the_promise():
    """Without moods all tools are valid, and z-tests of ten readings a session have ±1 % at once."""
    answer = {one.check: one for one in check_rows(checks(evidence(bias=0.0)))}["an interval of ±1 %"]
    assert answer.status == "failed"
    moody = {one.check: one for one in check_rows(checks(evidence(bias=0.02)))}["an interval of ±1 %"]
    assert moody.status == "undecided"
    assert "pytest-benchmark" in moody.answer
    assert "do not count" in moody.answer


def test_what_an_interrupted_one_left_is_no_figure_and_no_section():
    cut = replace(evidence(), trio_s=0.0, known_s=0.0)
    assert selfcheck_pictures(cut) == []
    assert list(cut.checks["check"]) == []
    part = cut.others[cut.others["subject"] == "first"]
    assert tool_runs(replace(cut, others=part)) == []


def test_too_little_is_undecided_and_no_failure():
    full = evidence()
    few = full.times[full.times["pass"] <= 3]
    found = verdicts(replace(full, times=few, trio_s=2.0))
    assert found["A against A, resampled"] == found["a difference of 2 %"] == found["an interval of ±1 %"] == "undecided"
    assert "failed" not in found.values()


def test_readings_of_one_session_stand_beside_one_another():
    """Two sessions on a machine that was half as fast in the second, with unequal numbers of rounds."""
    rows_of = []
    for number, (first, again, more) in enumerate((([1, 1, 1], [1, 1], [1, 1, 1]), ([2], [2, 2], [2, 2])), 1):
        named = zip(("first", "again", "more"), (first, again, more), strict=True)
        samples = [Sample(subject, 0, float(value)) for subject, values in named for value in values]
        rows_of += session_rows(number, Session("pytest-benchmark", tuple(samples), 3.0))
    [row] = tool_runs(replace(evidence(), trio_s=0.0, others=frame("others.csv", rows_of)))
    assert list(row.first) == list(row.again) == list(row.more) == [(1.0,), (1.0,), (2.0,)]
    assert row.unit_s == 6.0 / 3
