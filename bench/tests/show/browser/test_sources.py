"""Two sources side by side in a browser: any pair, aligned, with their differences marked and their figures."""

import re

import pandas as pd
import pytest

from bench.plan.code_text import functions_source
from impls import IMPLEMENTATIONS


def pair(page, left, right):
    page.locator('#sources-form [name="left"]').select_option(left)
    page.locator('#sources-form [name="right"]').select_option(right)


def rows(page):
    """What stands in each row: its mark, the left line and the right one."""
    return page.locator("#sources-table tbody tr").evaluate_all("rows => rows.map(row => [...row.cells].map(cell => cell.textContent))")


def test_it_begins_with_the_loop_beside_the_recursion(visits, report_path):
    page = visits.open(report_path)
    assert [page.locator(f'#sources-form [name="{side}"]').input_value() for side in ("left", "right")] == ["iterative", "recursive"]


def test_from_the_kept_list_to_the_popped_list_is_one_line(visits, report_path):
    page = visits.open(report_path)
    pair(page, "iterative", "iterative_pop")
    marked = [row for row in rows(page) if row[0]]
    assert [[line.strip() for line in row[1:]] for row in marked] == [
        ["A_prev, A = activations[l], activations[l + 1]", "A, A_prev = activations.pop(), activations[-1]"]
    ]
    assert page.locator("#sources-note").inner_text().startswith("One line differs, and it is the lesson")


def test_every_pair_shows_both_sources_whole(visits, report_path):
    page = visits.open(report_path)
    names = page.locator('#sources-form [name="left"] option').evaluate_all("every => every.map(each => each.value)")
    assert set(names) >= {"iterative", "iterative_pop", "recursive"}
    for left in names:
        for right in names:
            pair(page, left, right)
            for column, name in ((1, left), (2, right)):
                shown = [row[column].strip() for row in rows(page)]
                source = [line.strip() for line in functions_source(IMPLEMENTATIONS[name]).splitlines()]
                assert [line for line in shown if line] == [line for line in source if line]


def test_where_figures_tie_it_says_so(visits, report_path, report_folder):
    page = visits.open(report_path)
    figures = pd.read_csv(report_folder / "clarity.csv").set_index("impl").round(0)
    ties = int((figures.loc["iterative"] == figures.loc["recursive"]).sum())
    assert page.locator("#sources-figures tbody td", has_text=re.compile("^a tie$")).count() == ties > 0
    pair(page, "iterative", "iterative")
    assert page.locator("#sources-ties").inner_text().startswith("They tie in every figure")


@pytest.mark.parametrize("width", [375, 1400])
def test_differences_are_told_by_marks_and_not_by_colour_alone(visits, report_path, width):
    page = visits.open(report_path, width=width)
    marks = page.evaluate(
        """() => [...document.querySelectorAll("#sources-table tr.is-changed")].map(({ cells }) => cells[0].textContent
            + [1, 2].map((side) => getComputedStyle(cells[side], "::before").content).join(""))"""
    )
    assert len(marks) > 1
    assert all("differs" in mark for mark in marks)
    assert all(("−" in mark and "+" in mark) == (width == 375) for mark in marks)


def test_without_scripts_the_two_stand_one_beside_the_other(visits, report_path):
    page = visits.open(report_path, java_script_enabled=False)
    assert "def recurse(" in page.locator("#sources noscript").inner_text()
