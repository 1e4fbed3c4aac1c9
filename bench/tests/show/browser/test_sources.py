"""Two sources side by side in a browser: any pair, aligned, with their differences marked and their figures."""

import json
import re

import pandas as pd
import pytest

from bench.cli import main
from bench.plan.code_text import functions_source
from bench.record.problems import LONGEST_SOURCE
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
    figures = pd.read_csv(report_folder / "clarity.csv").set_index("impl").drop(columns="problem").round(0)
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


TINY = "depth = 1\nwidth = 2\nbatch = 4\nimpls = ['recursive']\nprecision = 0.9\nbudget_s = 0.1\n"
MINE = """
from impls import IMPLEMENTATIONS, Implementation

def backprop(network, X, Y, emit):
    words = "</script><b>mine</b> & <i>"
    return IMPLEMENTATIONS["iterative"].backprop(network, X, Y, emit)

mine = Implementation("mine", "my </script><b>list", "a <i>list</i>", "loop", backprop)
"""
LONG = """
from impls import IMPLEMENTATIONS, Implementation

def backprop(network, X, Y, emit):
    return IMPLEMENTATIONS["iterative"].backprop(network, X, Y, emit)
    {}

long = Implementation("long", "long", "a list", "loop", backprop)
"""


@pytest.fixture(scope="module")
def with_mine(tmp_path_factory):
    """A real run with two files of the user's own, which are gone when the report is written."""
    home = tmp_path_factory.mktemp("with_mine")
    files = [home / "mine.py", home / "long.py"]
    files[0].write_text(MINE)
    files[1].write_text(LONG.format("\n    ".join(["x = 0"] * (LONGEST_SOURCE // 9))))
    (home / "tiny.toml").write_text(TINY)
    options = [word for file in files for word in ("--with", str(file))]
    assert main(["run", "--only", "time", "--sweep", str(home / "tiny.toml"), "--results", str(home / "results"), *options]) == 0
    for file in files:
        file.unlink()
    assert main(["report", "--results", str(home / "results")]) == 0
    return home / "results"


@pytest.mark.parametrize("width", [375, 1400])
def test_an_implementation_of_ones_own_stands_beside_any_other_though_its_file_is_gone(visits, with_mine, width):
    page = visits.open(with_mine / "report.html", width=width)
    names = page.locator('#sources-form [name="left"] option').evaluate_all("every => every.map(each => each.value)")
    assert names == ["iterative", "recursive", "mine"]
    pair(page, "iterative", "mine")
    shown = [row[2].strip() for row in rows(page) if row[2].strip()]
    assert shown == [line.strip() for line in MINE.splitlines()[3:6]]
    assert page.locator("#sources-table thead th").nth(2).inner_text().startswith("my </script><b>list")
    assert page.locator("#sources-table thead th").nth(2).inner_text().endswith("cache in a <i>list</i>")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_source_that_is_too_long_to_be_recorded_is_told_of(visits, with_mine):
    page = visits.open(with_mine / "report.html")
    words = page.locator("#sources").inner_text().replace("\u00a0", " ")
    why = "none was recorded when it was measured, or it is longer than 50 000 characters"
    assert f"There is no source of long to read here: {why}." in words


def test_what_was_measured_is_shown_and_not_what_is_here_now(visits, with_mine, tmp_path):
    record = json.loads((with_mine / "machine.json").read_text())
    told = record["problems"]["backpropagation"]["implementations"]
    assert told["iterative"]["source"] == functions_source(IMPLEMENTATIONS["iterative"])
    told["iterative"]["source"] = "def of_an_earlier_version():\n    return 1"
    (tmp_path / "machine.json").write_text(json.dumps(record))
    for name in ("time.csv", "clarity.csv"):
        (tmp_path / name).write_bytes((with_mine / name).read_bytes())
    assert main(["report", "--results", str(tmp_path)]) == 0
    page = visits.open(tmp_path / "report.html")
    assert [row[1] for row in rows(page)][:2] == ["def of_an_earlier_version():", "    return 1"]
