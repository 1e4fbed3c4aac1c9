"""One ratio has one interval: summary.csv, tables, answers and the frontier give the same figures for the same pair."""

import math
import random
import re
from html import unescape

import pandas as pd
import pytest

from bench.analyse.observations import compared_in
from bench.analyse.summary import summarise
from bench.cli import main
from bench.plan.cells import Cell
from bench.record.folder import write_machine
from bench.record.schemas import SCHEMAS
from bench.record.tables import Table, as_rows
from bench.tests.rows import memory_table, time_rows, visit_rows
from impls import IMPLEMENTATIONS, PAIRS

PASSES, MIB = 30, 2**20
CELLS = [Cell("breast_cancer", 32, depth, width, "float64", "deferred", allocator)
         for depth in (4, 64) for width in (8, 64) for allocator in ("default", "steady")]  # fmt: skip
TIMES = {"iterative": 1.0, "iterative_pop": 0.9, "recursive": 0.95, "control": 1.0, "floor": 0.3}
PEAKS = {"iterative": 4 * MIB, "iterative_pop": 2 * MIB, "recursive": 2 * MIB + 9_000}
FIGURE = re.compile(r"(\d+\.\d{3}) \[(\d+\.\d{3}), (\d+\.\d{3})\]")
NAMES = {**{name: implementation.title for name, implementation in IMPLEMENTATIONS.items()}, "control": "control", "floor": "floor"}


def visits(rng):
    """Times that scatter over passes, with a heavy start in every fifth round of recursion, and page faults in some passes."""
    for number in range(1, PASSES + 1):
        for cell in CELLS:
            place = {"pass": number, "cell": cell.id, "depth": cell.depth, "width": cell.width, "allocator": cell.allocator}
            faults = cell.allocator == "default" and rng.random() < 0.4
            pass_ns = {impl: 1e6 * ratio * math.exp(rng.gauss(0, 0.01)) for impl, ratio in TIMES.items()}
            for start in range(5):
                slow = {"recursive": 1.4 if start == 2 else 1.0, "iterative": 1.15 if faults else 1.0}
                ns = {impl: ns * slow.get(impl, 1.0) * math.exp(rng.gauss(0, 0.002)) for impl, ns in pass_ns.items()}
                for impl in ns:
                    more = 900.0 if faults and impl == "iterative" else 0.0
                    yield from visit_rows({impl: (ns[impl], ns[impl])}, round=start, start_depth=27 * start, minor_faults=more, **place)


def peaks():
    places = {cell.memory_id: cell for cell in CELLS}
    return [
        ["m", place, cell.dataset, cell.batch, cell.depth, cell.width, cell.dtype, cell.update, impl, "heap", peak, None, "ok", None]
        for place, cell in places.items()
        for impl, peak in PEAKS.items()
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A results folder as a run leaves it, and its report."""
    results = tmp_path_factory.mktemp("results")
    times = time_rows(*visits(random.Random(3)))
    Table(results, "time.csv").replace(as_rows(times))
    compared = compared_in(times, "iterative", [pair.names for pair in PAIRS])
    Table(results, "summary.csv").replace(as_rows(summarise(times, compared).astype(SCHEMAS["summary.csv"])))
    memory = memory_table(peaks())
    Table(results, "memory.csv").replace(as_rows(memory))
    write_machine(results, {"machine": "m", "settings": {"baseline": "iterative"}, "warnings": []})
    assert main(["report", "--results", str(results)]) == 0
    return results


@pytest.fixture(scope="module")
def page(folder):
    text = unescape((folder / "report.html").read_text()).replace("\u00a0", " ")
    return re.sub(r"data:image[^\"']*", "", text)


@pytest.fixture(scope="module")
def summary(folder):
    """(impl, baseline, depth, width, allocator, kind) -> ratio, low and high of summary.csv, CPU time; both ways round."""
    figures = {}
    for row in pd.read_csv(folder / "summary.csv").query("metric == 'cpu'").itertuples():
        place = row.depth, row.width, row.allocator
        for kind, bounds in (("typical", (row.ratio, row.low, row.high)), ("average", (row.mean_ratio, row.mean_low, row.mean_high))):
            figures[(row.impl, row.baseline, *place, kind)] = bounds
            figures[(row.baseline, row.impl, *place, kind)] = 1 / bounds[0], 1 / bounds[2], 1 / bounds[1]
    return figures


def section(page, anchor):
    return re.search(rf'<section id="{anchor}">.*?</section>', page, re.DOTALL)[0]


def tables(html):
    """Every table as its rows of cells without tags."""
    return [[[re.sub("<.*?>", "", cell) for cell in _all("t[hd]", row)] for row in _all("tr", table)] for table in _all("table", html)]


def _all(tag, html):
    return re.findall(rf"<{tag}(?: [^>]*)?>(.*?)</{tag}>", html, re.DOTALL)


def same(words, bounds):
    """Is what is written what the file has, rounded?"""
    written = [float(number) for number in FIGURE.search(words).groups()]
    return written == pytest.approx(bounds, abs=0.0006)


def pair_of(heading):
    impl, _, baseline = heading.partition(" ÷ ")
    name = {words: name for name, words in NAMES.items()}
    return name[impl], name[baseline or NAMES["iterative"]]


def test_every_ratio_of_every_cell_is_that_of_the_summary(page, summary):
    [(headings, *rows)] = tables(section(page, "cells"))
    pairs = [pair_of(heading) for heading in headings[4:]]
    assert set(pairs) == {(impl, "iterative") for impl in TIMES if impl != "iterative"} | {("recursive", "iterative_pop")}
    assert len(rows) == len(CELLS)
    for depth, width, allocator, passes, *figures in rows:
        assert passes == str(PASSES)
        for pair, words in zip(pairs, figures, strict=True):
            assert same(words, summary[(*pair, int(depth), int(width), allocator, "typical")])


def question_items(page, question):
    """(allocator, item) of what the answers to a question list."""
    found = []
    for block in re.findall(
        r"<p>(?:(?!<p>).)*?</p>\s*(?:<details[^>]*><summary>[^<]*</summary>\s*)?<ul.*?>.*?</ul>", section(page, "answers"), re.DOTALL
    ):
        allocator = "steady" if "with freed memory kept" in block else "default"
        found += [(block, allocator, item) for item in re.findall(r"<li>(.*?)</li>", block, re.DOTALL)]
    return [(allocator, item) for block, allocator, item in found if question in block]


@pytest.mark.parametrize(
    ("words", "pair"),
    [
        ("Ratios are recursion's CPU time over the kept list's", ("recursive", "iterative")),
        ("Ratios are the popped list's CPU time over the kept list's", ("iterative_pop", "iterative")),
    ],
)
def test_the_ends_that_an_answer_tells_are_those_of_the_summary(page, summary, words, pair):
    items = [(allocator, item) for allocator, item in question_items(page, words) if FIGURE.search(item)]
    assert len(items) == 4
    for allocator, item in items:
        depth, width = map(int, re.search(r"depth (\d+), width (\d+)", item).groups())
        here = [bounds for key, bounds in summary.items() if key[:2] == pair and key[4:] == (allocator, "typical")]
        end = min(here) if item.startswith("lowest") else max(here)
        assert same(item, end)
        assert end == summary[(*pair, depth, width, allocator, "typical")]


def test_what_calls_cost_is_that_of_the_summary_at_a_typical_start_depth_and_on_average(page, summary):
    items = [
        (allocator, item)
        for allocator, item in question_items(page, "Recursion is compared with a list that is popped")
        if FIGURE.search(item)
    ]
    assert len(items) == 2 * 2 * 2
    for allocator, item in items:
        kind = "average" if "on average" in item else "typical"
        width = int(re.search(r"width (\d+)", item)[1])
        assert same(item, summary["recursive", "iterative_pop", 64, width, allocator, kind])


def test_a_step_over_its_matrix_products_is_the_inverse_of_the_floors_ratio(page, summary):
    items = question_items(page, "Ratios are the time of a whole step over that of its matrix products alone")
    assert len(items) == 2
    for _, item in items:
        width = int(re.search(r"width (\d+)", item)[1])
        assert same(item, summary["iterative", "floor", 64, width, "steady", "typical"])


def test_the_frontiers_table_has_the_figures_of_the_summary(page, summary):
    text = section(page, "frontier")
    places = re.findall(r"<summary>At depth (\d+), width (\d+), batch 32, deferred update, (.*?)</summary>", text)
    assert len(places) == len(tables(text)) == 4
    for (depth, width, words), (headings, *rows) in zip(places, tables(text), strict=True):
        place = int(depth), int(width), "steady" if words == "with freed memory kept" else "default"
        assert headings[2] == "CPU time ÷ kept list"
        for title, _, time, _, winner, _, of_winner in rows:
            loser, _ = pair_of(title)
            assert time == "1" or same(time, summary[(loser, "iterative", *place, "typical")])
            assert not winner or same(of_winner, summary[(pair_of(winner)[0], loser, *place, "typical")])


def test_no_other_interval_is_stated(page, summary):
    """Whatever has an interval in answers and tables is in summary.csv, or is the inverse of what is."""
    known = list(summary.values())
    for anchor in ("answers", "frontier", "cells"):
        stated = {tuple(map(float, figures)) for figures in FIGURE.findall(section(page, anchor))}
        assert stated
        assert not [figures for figures in stated if not any(figures == pytest.approx(bounds, abs=0.0006) for bounds in known)]
