"""The report in a browser: it opens by itself, asks for nothing, fits on every screen and on paper, and everyone can use it."""

import pytest


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 768, 1400])
def test_it_fits_on_the_screen(visits, report_path, width, scheme):
    page = visits.open(report_path, width=width, scheme=scheme)
    page.wait_for_selector("#explore-chart svg")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "scheme"), [(375, "light"), (768, "dark"), (1400, "light"), (1400, "dark")])
def test_everyone_can_use_it(visits, report_path, width, scheme):
    """By axe-core's rules: labels, contrast, headings, keyboard, names. They take seconds, and colours are the same at every width."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed").Axe()
    page = visits.open(report_path, width=width, scheme=scheme)
    page.wait_for_selector("#explore-chart svg")
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    violations = axe.run(page).response["violations"]
    assert [(rule["id"], node["html"][:200]) for rule in violations for node in rule["nodes"]] == []


def test_it_prints(visits, report_path):
    page = visits.open(report_path)
    page.wait_for_selector("#explore-chart svg")
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_all_its_links_lead_somewhere(visits, report_path):
    page = visits.open(report_path)
    inside = page.locator('a[href^="#"]').evaluate_all("links => links.map(link => link.hash.slice(1))")
    assert inside
    assert [anchor for anchor in inside if not page.locator(f'[id="{anchor}"]').count()] == []


def test_it_is_at_most_8_mb(report_path):
    assert report_path.stat().st_size <= 8_000_000
