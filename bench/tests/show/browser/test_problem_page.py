"""The pages of problems in a browser: nothing goes wrong on them, everybody can use them, and what they look up is what was measured."""

import pytest

from bench.cli import main
from bench.plan.contenders import tell
from bench.tests.problem_rows import TREE, WALK, write_problem

WIDTHS = (375, 1400)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A report of two problems: a page that leads to them, and a page for each."""
    made = write_problem(
        tmp_path_factory.mktemp("problems") / "results", TREE, WALK, shapes=((4, 2), (8, 2), (12, 2), (12, 8)), raised_from=12
    )
    assert main(["report", "--results", str(made)]) == 0
    yield made
    tell()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["report.html", f"report-{TREE}.html"])
def test_axe_finds_nothing(visits, folder, name, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed").Axe()
    page = visits.open(folder / name, scheme=scheme)
    page.wait_for_load_state("load")
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    violations = axe.run(page).response["violations"]
    assert [(found["id"], found["nodes"][0]["html"][:120]) for found in violations] == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["report.html", f"report-{TREE}.html"])
def test_nothing_is_wider_than_the_screen(visits, folder, name, width):
    page = visits.open(folder / name, width=width)
    page.wait_for_load_state("load")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_first_page_leads_to_each_problem_and_back(visits, folder):
    page = visits.open(folder / "report.html")
    assert page.locator("h1").inner_text() == "Recursion or a loop?"
    page.locator("#answer").get_by_role("link", name="Walk of mine").click()
    assert page.locator("h1").inner_text() == "Walk of mine: recursion or a loop?"
    page.get_by_role("link", name="all problems of this run").click()
    assert page.locator("h1").inner_text() == "Recursion or a loop?"


def test_my_input_is_looked_up_by_depth_and_width(visits, folder):
    page = visits.open(folder / f"report-{TREE}.html", "network=13,2")
    rows = page.locator("#network-table tbody tr").evaluate_all("rows => rows.map((row) => [...row.cells].map((cell) => cell.textContent))")
    assert rows == [
        ["loop", "120 µs", "1", "296 Bytes", "yes", "not tried"],
        ["recursion", "468 µs", "3.900 [3.900, 3.900]", "5.38 KiB", "yes", "yes"],
    ]
    assert page.locator("#network-says").inner_text() == "Nearest measured: depth 12, width 2: 1.1 times shallower than yours."
    notes = page.locator("#network-notes").inner_text()
    assert notes == "Times are at default allocator. Peaks are the heap’s, with frames. Whether it runs was tried on inputs of width 1."
    page.locator('#network-form [name="depth"]').fill("600")
    cells = page.locator("#network-table tbody tr").nth(1).locator("td")
    assert cells.nth(3).inner_text() == "no: RecursionError above 493 storeys"


def test_the_chart_has_every_metric_in_a_unit_that_suits_it(visits, folder):
    page = visits.open(folder / f"report-{TREE}.html")
    page.wait_for_selector("#explore-chart svg")
    metrics = page.locator('#explore-form [name="metric"] option').evaluate_all("all => all.map((option) => option.textContent)")
    assert metrics == ["CPU time of a call", "wall time of a call", "peak of the heap", "most of frames", "depth that is reached"]
    page.locator('#explore-form [name="unit"]').select_option("absolute")
    assert page.locator("#explore-title").inner_text() == "CPU time of a call (µs), against depth"


def test_the_sources_stand_side_by_side(visits, folder):
    page = visits.open(folder / f"report-{TREE}.html")
    heads = page.locator("#sources-table thead th").evaluate_all("all => all.map((head) => head.textContent)")
    assert heads[1:] == ["loop", "recursion"], "nothing is said of a cache"
    assert "def recursive(tree):" in page.locator("#sources-table tbody").inner_text()
