"""Layouts beside each other: rows over columns pass by pass, the width from which rows are faster, and what is said of it."""

from dataclasses import replace

import pandas as pd
import pytest

from bench.analyse.advice.facts import usual_slice
from bench.analyse.between.layouts import fast_from, layouts
from bench.analyse.slices import slices
from bench.analyse.summary import summarise
from bench.plan.cells import Cell
from bench.record.results import read_results
from bench.record.times import cell_facts
from bench.show.answers import TOO_FEW
from bench.show.answers.axes.layouts import MATTERS, WIDTH, layouts_answers
from bench.show.report.back.layouts import by_layout
from bench.tests.rows import time_rows, visit_rows, write_results

PASSES = 20
COLUMNS = Cell("breast_cancer", 32, 4, 8, "float64", "deferred", "default")


def rows(factors, passes=PASSES, batch=32, floor=1.0):
    """With rows, `iterative` takes `factors[width]` times as long as with columns, `recursive` the same, and the floor `floor` times."""
    visits = []
    for number in range(1, passes + 1):
        for width, factor in factors.items():
            cell = replace(COLUMNS, width=width, batch=batch)
            ns = 1000.0 * number * width
            for layout, times in (("rows", factor), ("columns", 1.0)):
                each = {
                    "iterative": ns * times,
                    "recursive": ns * times,
                    "control": ns * times,
                    "floor": ns * (floor if times != 1 else 1) / 2,
                }
                facts = cell_facts(replace(cell, layout=layout)) | {"pass": number}
                visits += visit_rows({name: (ns, ns) for name, ns in each.items()}, **facts)
    return time_rows(*visits)


def test_each_is_beside_itself_with_columns_and_the_control_is_not_among_them():
    [found] = layouts(rows({8: 1.25, 1024: 0.8}, floor=0.5))
    assert {(row.impl, row.cell.width): row.ratio for row in found.ratios} == {
        ("iterative", 8): pytest.approx(1.25),
        ("recursive", 8): pytest.approx(1.25),
        ("iterative", 1024): pytest.approx(0.8),
        ("recursive", 1024): pytest.approx(0.8),
    }
    assert [row.ratio for row in found.floors] == [pytest.approx(0.5)] * 2
    assert {(row.value, row.other) for row in found.ratios} == {("rows", "columns")}
    assert [row.verdict for row in found.of("iterative")] == ["slower", "faster"]
    assert found.words == "breast_cancer, batch 32, float64, deferred update, default allocator"


def test_one_layout_is_no_comparison_and_each_batch_is_one():
    both = rows({8: 1.25})
    assert layouts(both[both["layout"] == "columns"]) == []
    assert layouts(both[both["layout"] == "rows"]) == []
    assert [found.words.split(", ")[1] for found in layouts(pd.concat([both, rows({8: 0.9}, batch=128)]))] == ["batch 32", "batch 128"]


@pytest.mark.parametrize(
    ("factors", "width"),
    [
        ({8: 1.2, 64: 0.9, 256: 0.9}, 64),
        ({8: 0.9, 64: 1.2, 256: 0.9}, 256),
        ({8: 0.9, 64: 0.9}, 8),
        ({8: 0.9, 64: 1.2}, None),
        ({8: 0.9, 64: 1.0}, None),
    ],
)
def test_the_width_from_which_on_rows_are_faster(factors, width):
    [found] = layouts(rows(factors))
    assert fast_from(found.of("iterative")) == width


@pytest.mark.parametrize(
    ("factors", "matters", "from_width"),
    [
        (
            {8: 1.25, 64: 1.0, 1024: 0.8},
            "Yes: with rows, a step takes 20 % less CPU time at width 1 024 and 25 % more CPU time at width 8.",
            "1 024, the widest that was measured: there rows are faster, and not for certain below.",
        ),
        ({8: 1.0, 64: 1.0}, "No: with rows, the time of the kept list, ", "No width: rows are not faster for certain at 64"),
        (
            {8: 1.2, 64: 0.9, 256: 0.9},
            "Yes: with rows, a step takes 10 % less CPU time at width 64 and 20 % more CPU time at width 8.",
            "64: rows are faster from there up to 256, the widest that was measured, and not for certain at every width below.",
        ),
        ({8: 0.9, 64: 0.5}, "Yes: with rows, a step takes 50 % less CPU time at width 64.", "8: rows are faster from there up to 64"),
    ],
)
def test_the_answers_begin_with_yes_no_or_a_number(factors, matters, from_width):
    first, second = layouts_answers(layouts(rows(factors, floor=0.5)), "iterative")
    assert (first.question, second.question) == (MATTERS, WIDTH)
    assert first.text.replace("\u00a0", " ").startswith(matters)
    assert second.text.replace("\u00a0", " ").startswith(from_width)
    assert len(first.items) == len(factors)
    assert first.items[0].startswith("depth 4, width 8: ")


def test_few_passes_are_no_answer_and_one_width_is_asked_one_question():
    assert [answer.text for answer in layouts_answers(layouts(rows({8: 0.8}, passes=3)), "iterative")] == [TOO_FEW]
    assert [answer.question for answer in layouts_answers(layouts(rows({8: 0.8})), "iterative")] == [MATTERS]


def test_the_answer_of_a_folder_is_about_columns_where_both_were_measured():
    times = rows({8: 1.25})
    parts = [*slices(summarise(times, [("recursive", "iterative")]), times)]
    assert "examples as rows" in parts[0].words, "rows were recorded first"
    assert usual_slice(parts) == parts[1]
    assert usual_slice(parts[:1]) == parts[0]


def test_a_folder_without_the_column_has_no_such_topic(tmp_path):
    folder = write_results(tmp_path / "results", lambda cell: 1.1, passes=9)
    path = folder / "time.csv"
    pd.read_csv(path, dtype=str).drop(columns="layout").to_csv(path, index=False)
    [results] = read_results(folder, pytest.fail)
    assert by_layout(results) is None
    assert {*results.times["layout"].unique()} == {"columns"}
