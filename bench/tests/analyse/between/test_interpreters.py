"""Interpreters beside each other: one observation a pass, each beside the oldest, with intervals that hold together."""

from math import exp, inf

import pandas as pd
import pytest

from bench.analyse.between.interpreters import interpreters
from bench.analyse.intervals import median_interval
from bench.analyse.summary import new_summary
from bench.plan.cells import Cell
from bench.record.schemas import SCHEMAS
from bench.tests.rows import time_rows, visit_rows

PASSES = 20
NO_LIMITS = pd.DataFrame(columns=list(SCHEMAS["limits.csv"])).astype(SCHEMAS["limits.csv"])


def rows(*pythons, passes=PASSES):
    """`recursive` takes 1.5 times as long as `iterative` on each; both take half as long on each later Python."""
    visits = []
    for number in range(1, passes + 1):
        for age, python in enumerate(pythons):
            cell = Cell.of_problem("tree_sum", 8, 2, "default", python)
            place = {"cell": cell.id, "pass": number, "problem": "tree_sum", "python": python, "depth": 8, "width": 2}
            place |= dict.fromkeys(("dataset", "batch", "dtype", "update"))
            ns = 1000.0 * number / 2**age
            visits += visit_rows({"iterative": (ns, ns), "recursive": (1.5 * ns, 1.5 * ns)}, **place)
    return time_rows(*visits)


def found(*pythons, **more):
    times = rows(*pythons, **more)
    return interpreters(times, new_summary(times, "iterative"), "iterative", NO_LIMITS)


def test_within_an_interpreter_it_is_the_ratio_to_the_baseline():
    there = found("3.9.18", "3.13.0")
    assert there.pythons == ("3.9.18", "3.13.0")
    assert {(each.value, each.impl, each.other): each.ratio for each in there.within} == {
        ("3.9.18", "recursive", "iterative"): pytest.approx(1.5),
        ("3.13.0", "recursive", "iterative"): pytest.approx(1.5),
    }
    assert {each.place for each in there.within} == {"tree_sum-d8-w2-default"}


def test_across_interpreters_each_is_beside_the_oldest_pass_by_pass():
    there = found("3.13.0", "3.9.18", "3.11.7")
    assert {(each.value, each.impl, each.other): each.ratio for each in there.across} == {
        ("3.11.7", "iterative", "3.9.18"): pytest.approx(0.25 / 0.5),
        ("3.11.7", "recursive", "3.9.18"): pytest.approx(0.25 / 0.5),
        ("3.13.0", "iterative", "3.9.18"): pytest.approx(1 / 0.5),
        ("3.13.0", "recursive", "3.9.18"): pytest.approx(1 / 0.5),
    }
    _, low, high = median_interval([0.0] * PASSES, 0.05 / 4)
    assert (exp(low), exp(high)) == (1, 1)
    assert {each.verdict for each in there.across if each.value == "3.13.0"} == {"slower"}


def test_few_passes_leave_the_bounds_open():
    assert {(each.low, each.high) for each in found("3.9.18", "3.13.0", passes=3).across} == {(0.0, inf)}


def test_one_interpreter_is_no_comparison():
    assert found("3.13.0") is None
    times = rows("")
    assert interpreters(times, new_summary(times, "iterative"), "iterative", NO_LIMITS) is None
