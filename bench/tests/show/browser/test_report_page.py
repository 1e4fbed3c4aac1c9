"""The report in a browser: it opens by itself, asks for nothing, fits on every screen and on paper, and everyone can use it."""

import pytest


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [768, 1400])
def test_it_fits_on_the_screen(visits, report_path, width, scheme):
    page = visits.open(report_path, width=width, scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_it_prints(visits, report_path):
    page = visits.open(report_path)
    assert page.pdf(format="A4").startswith(b"%PDF")
