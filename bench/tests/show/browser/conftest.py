"""A browser for the tests: Debian's Chromium or the one that is installed, driven by playwright, with no way out to the network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.cli import main
from bench.tests.places import ROOT

REFERENCE = ROOT / "results" / "reference"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = [
    "--no-sandbox",  # a container has none to offer
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
OF_THE_PAGE = ("file:", "data:", "blob:")


@pytest.fixture(scope="session")
def report_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the reference results with a new report of them."""
    folder = tmp_path_factory.mktemp("reported") / "results"
    shutil.copytree(REFERENCE, folder, ignore=shutil.ignore_patterns("*.html"))
    assert main(["report", "--results", str(folder)]) == 0
    return folder


@pytest.fixture(scope="session")
def report_path(report_folder: Path) -> Path:
    """That report."""
    return report_folder / "report.html"


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    """One Chromium for all tests; they are skipped where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip("there is no Chromium here; `apt-get install chromium` brings one")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=program, args=SWITCHES, env=dict(os.environ))
        yield chromium
        chromium.close()


class Visits:
    """Opens pages, and writes down what must not happen on them.

    Attributes:
        complaints: errors of scripts and in the console.
        requests: addresses that a page asked for outside itself; none is let through.

    """

    def __init__(self, browser: Any) -> None:
        self.browser = browser
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self._contexts: list[Any] = []

    def new_page(self, width: int = 1400, height: int = 900, scheme: str = "light", **settings: Any) -> Any:
        """An empty page of a window of that width, in CSS pixels, whose reader prefers that colour scheme: "light" or "dark"."""
        size: Any = {"width": width, "height": height}
        context = self.browser.new_context(viewport=size, color_scheme=scheme, **settings)
        self._contexts.append(context)
        context.set_default_timeout(10_000)
        context.route("**/*", self._let_through)
        page = context.new_page()
        page.on("console", lambda message: self.complaints.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def open(self, path: Path, fragment: str = "", **settings: Any) -> Any:
        """A page that shows a file, at a fragment of its address."""
        page = self.new_page(**settings)
        page.goto(path.as_uri() + (f"#{fragment}" if fragment else ""))
        return page

    def _let_through(self, route: Any) -> None:
        if route.request.url.startswith(OF_THE_PAGE):
            route.continue_()
        else:
            self.requests.append(route.request.url)
            route.abort()

    def close(self) -> None:
        """Close every page."""
        for context in self._contexts:
            context.close()


@pytest.fixture
def visits(browser: Any) -> Iterator[Visits]:
    """Opens pages; afterwards nothing may have gone wrong on any, and nothing may have been asked for outside it."""
    opened = Visits(browser)
    yield opened
    opened.close()
    assert opened.complaints == []
    assert opened.requests == []


@pytest.fixture
def browser_page(visits: Visits) -> Any:
    """An empty page, 1400 pixels wide, in light colours; `page.goto(path.as_uri())` opens a report."""
    return visits.new_page()
