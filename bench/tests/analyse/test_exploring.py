"""What there is to look around in: points by hand, and two sources line by line."""

import math

import pandas as pd
import pytest

from bench.analyse.exploring.alignment import aligned, changed
from bench.analyse.exploring.points import points
from bench.analyse.intervals import median_interval
from bench.analyse.summary import new_summary
from bench.plan.code_text import functions_source
from bench.record.memory import MemoryTables
from bench.tests.rows import memory_table, time_rows, visit_rows
from impls import IMPLEMENTATIONS


def memory(*rows):
    """Rows of memory.csv: (implementation, meter, peak)."""
    place = ["m", "breast_cancer-b32-d4-w8-float64-deferred", "breast_cancer", 32, 4, 8, "float64", "deferred"]
    peaks = memory_table([[*place, impl, meter, peak, None, "ok"] for impl, meter, peak in rows])
    return MemoryTables(peaks, peaks[:0], peaks[:0])


def measured(passes=20):
    """Pass n takes n ns by the loop and 2 n by recursion, which faults on 3 pages."""
    cell = "breast_cancer-b32-d4-w8-float64-deferred-default"
    return time_rows(
        *(
            {**row, "pass": n, "cell": cell, "minor_faults": 3.0 if row["impl"] == "recursive" else 0.0}
            for n in range(1, passes + 1)
            for row in visit_rows({"iterative": (n, n), "recursive": (2 * n, 2 * n)})
        )
    )


@pytest.fixture(scope="module")
def found():
    times = measured()
    peaks = memory(("iterative", "heap", 400), ("recursive", "heap", 100), ("recursive", "resident", 7))
    return points(times, new_summary(times, "iterative"), peaks, "iterative").set_index(["metric", "impl"])


def test_a_time_is_the_median_over_passes_with_its_interval(found):
    point = found.loc["cpu", "recursive"]
    assert (point["value"], point["low"], point["high"]) == median_interval([2.0 * n for n in range(1, 21)])
    assert point["passes"] == 20
    assert (point["depth"], point["width"], point["allocator"]) == (4, 8, "default")


def test_a_ratio_is_that_of_the_summary_and_the_baselines_is_one(found):
    summary = new_summary(measured(), "iterative").set_index(["metric", "impl"])
    for metric in ("cpu", "wall"):
        ours = found.loc[metric, "recursive"][["ratio", "ratio_low", "ratio_high"]].tolist()
        assert ours == summary.loc[metric, "recursive"][["ratio", "low", "high"]].tolist()
        assert found.loc[metric, "iterative"]["ratio"] == 1


def test_page_faults_have_no_ratio(found):
    assert found.loc["faults", "recursive"]["value"] == 3
    assert math.isnan(found.loc["faults", "recursive"]["ratio"])
    assert math.isnan(found.loc["faults", "iterative"]["ratio"])


def test_a_peak_belongs_to_no_allocator_and_has_a_ratio_where_the_baselines_was_read(found):
    heap, resident = found.loc["heap", "recursive"], found.loc["resident", "recursive"]
    assert (heap["value"], heap["ratio"]) == (100, 0.25)
    assert pd.isna(heap["allocator"])
    assert (resident["value"], math.isnan(resident["ratio"])) == (7, True)


def test_a_run_without_memory_or_without_the_baseline_has_points_too():
    times = measured()
    alone = times[times["impl"] == "recursive"]
    found = points(alone, new_summary(alone, "iterative"), memory(), "iterative")
    assert set(found["metric"]) == {"cpu", "wall", "faults"}
    assert found["ratio"].isna().all()


def test_lines_that_differ_in_indentation_alone_are_the_same():
    assert aligned("a = 1\nb = 2", "if c:\n    a = 1\n    b = 2") == [(None, 0, "right"), (0, 1, "same"), (1, 2, "same")]


def test_docstrings_and_blank_lines_do_not_count():
    left, right = ('def f():\n    """{}"""\n    return 1{}'.format(*words) for words in (("One.", ""), ("Two,\n    three.", "\n\n")))
    rows = aligned(left, right)
    assert changed(rows) == 0
    assert {kind for *_, kind in rows} == {"same", "words"}


@pytest.mark.parametrize(("left", "right"), [("iterative", "recursive"), ("recursive", "course"), ("closures", "generators")])
def test_every_line_of_both_has_its_place_once_and_in_order(left, right):
    sources = [functions_source(IMPLEMENTATIONS[name]) for name in (left, right)]
    rows = aligned(*sources)
    for side, source in enumerate(sources):
        assert [row[side] for row in rows if row[side] is not None] == [*range(len(source.splitlines()))]


def test_the_kept_list_and_the_popped_one_differ_in_one_line():
    assert changed(aligned(*(functions_source(IMPLEMENTATIONS[name]) for name in ("iterative", "iterative_pop")))) == 1
