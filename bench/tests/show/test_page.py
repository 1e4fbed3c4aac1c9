"""The page: its parts are in order, its words are explained, its tables can be read out, and its files can be saved."""

import base64
import io
import itertools
import re

import pandas as pd
import pytest

from bench.analyse.summary import summarise
from bench.cli import main
from bench.record.schemas import SCHEMAS
from bench.record.tables import Table, as_rows
from bench.show.report.back.glossary import terms
from bench.show.report.fill import linked
from bench.tests.rows import write_results


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = write_results(tmp_path_factory.mktemp("results") / "results", lambda cell: 1.2, cells=2)
    assert main(["report", "--results", str(folder)]) == 0
    return (folder / "report.html").read_text()


@pytest.fixture(scope="module")
def markup(page):
    """The page without its scripts: the libraries in them have pieces of HTML of their own."""
    return re.sub(r"<script\b.*?</script>", "", page, flags=re.DOTALL)


def test_headings_go_down_one_step_at_a_time(markup):
    levels = [int(level) for level in re.findall(r"<h([1-6])", markup)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_every_table_has_a_caption_and_headings_with_a_scope(markup):
    tables = re.findall(r"<table.*?</table>", markup, re.DOTALL)
    assert len(tables) >= 2
    for table in tables:
        assert re.search(r"<caption[^>]*>[^<]+</caption>", table)
        assert all("scope=" in heading for heading in re.findall(r"<th\b[^>]*>", table))
        assert "<thead" in table


def test_every_picture_says_what_it_shows(markup):
    assert all(len(words) > 40 for words in re.findall(r'<img [^>]*alt="([^"]*)"', markup))
    assert markup.count("<img ") == len(re.findall(r'<img [^>]*alt="', markup)) >= 3


def test_the_answer_is_the_first_section(page):
    assert re.search(r'<main id="main"[^>]*>\s*<section id="answer">', page)


def test_the_glossary_stands_in_the_page_with_the_forms_of_each_word(page):
    glossary = page[page.index('<section id="glossary">') :]
    assert '<dt id="term-page-fault" data-forms="page fault|page faults">page fault</dt>' in glossary
    assert glossary.count("<dt id=") == len(terms()) > 50
    assert {form for term in terms() for form in term.forms} >= {"interval", "passes", "allocator", "fused", "chunks"}


def test_an_issue_of_cpython_is_a_link():
    assert linked("<b> (python/cpython#142183), 3 %") == (
        '&lt;b&gt; (<a href="https://github.com/python/cpython/issues/142183">python/cpython#142183</a>), 3\u00a0%'
    )


def test_the_files_behind_the_page_can_be_saved_from_it(page):
    saved = dict(re.findall(r'download="([\w.]+)" href="data:text/csv;base64,([^"]+)"', page))
    summary = pd.read_csv(io.BytesIO(base64.b64decode(saved["summary.csv"])))
    assert [*summary.columns] == [*SCHEMAS["summary.csv"]]
    assert sorted(zip(summary["width"], summary["metric"], strict=True)) == [(2, "cpu"), (2, "wall"), (3, "cpu"), (3, "wall")]
    assert "time.csv: too large to be inside this page" in page


def test_the_summary_that_is_saved_from_the_page_is_summary_csv(tmp_path):
    folder = write_results(tmp_path, lambda cell: 1.2 + cell, cells=2)
    rows = Table(folder, "time.csv").read()
    Table(folder, "summary.csv").replace(as_rows(summarise(rows, [("recursive", "iterative")]).astype(SCHEMAS["summary.csv"])))
    assert main(["report", "--results", str(folder)]) == 0
    [saved] = re.findall(r'download="summary.csv" href="data:text/csv;base64,([^"]+)"', (folder / "report.html").read_text())
    pd.testing.assert_frame_equal(pd.read_csv(io.BytesIO(base64.b64decode(saved))), pd.read_csv(folder / "summary.csv"))
