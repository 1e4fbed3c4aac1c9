"""The report's section on clarity: the sources of any two implementations side by side, with the usual figures."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pandas as pd
from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from bench.analyse.exploring.alignment import aligned, changed
from bench.plan.contenders import contenders_of, foremost, key, title
from bench.plan.described import DescribedProblem, source_of
from bench.record.problems import LONGEST_SOURCE
from bench.record.results import Results
from bench.show.answers.words import listed, spaced
from bench.show.report.fill import as_json
from bench.show.report.tables import Table

STYLES = ("vs", "github-dark")
FIGURES = {
    "lines": "lines",
    "functions": "functions",
    "cyclomatic": "cyclomatic complexity",
    "cognitive": "cognitive complexity",
    "halstead_volume": "Halstead volume",
    "maintainability": "maintainability",
}


@dataclass(frozen=True)
class Source:
    """The functions of one implementation."""

    key: str
    title: str
    cache: str
    text: str


@dataclass(frozen=True)
class Sources:
    """What can be read of a problem's implementations, the two to look at first before the others, those of which nothing can be
    read, and figures on them.
    """

    shown: list[Source]
    missing: list[Source]
    clarity: pd.DataFrame
    problem: DescribedProblem


def sources(results: Results) -> Sources | None:
    """The sources of those that were compared; None where there is nothing to read."""
    problem, compared = results.problem, contenders_of(results.problem)
    first = foremost(compared)
    names = ({*results.clarity["impl"]} or {*first}) | {name for name, told in compared.items() if told.own and told.source}
    there = [Source(name, told.title, told.cache, source_of(told)) for name, told in compared.items() if name in names]
    shown = sorted(filter(_is_code, there), key=lambda source: first.index(source.key) if source.key in first else len(first))
    missing = [source for source in there if source not in shown]
    return Sources(shown, missing, results.clarity, problem) if shown or len(results.clarity) else None


def _is_code(source: Source) -> bool:
    """Is there something to read? What a results folder has may be anything."""
    try:
        return len(source.text) <= LONGEST_SOURCE and bool(ast.parse(source.text).body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def sources_section(facts: Sources) -> dict[str, Any]:
    """The programs that were compared, how each two of them align, and a row of figures for each."""
    clarity, shown = facts.clarity, facts.shown
    rows = [(title(row.impl), *(f"{getattr(row, name):.0f}" for name in FIGURES)) for row in clarity.itertuples()]
    table = Table(("implementation", *FIGURES.values()), rows, frozenset(range(1, len(FIGURES) + 1)))
    data = {
        "sources": {entry.key: {"title": entry.title, "cache": entry.cache, "lines": _lines(entry.text)} for entry in shown},
        "pairs": {f"{left.key} {right.key}": _pair(left, right, facts.problem) for left, right in combinations(shown, 2)},
        "figures": {row.impl: [f"{getattr(row, name):.0f}" for name in FIGURES] for row in clarity.itertuples()},
        "headings": list(FIGURES.values()),
    }
    still = [{"title": entry.title, "cache": entry.cache, "html": Markup(_highlighted(entry.text))} for entry in shown]
    options = [(entry.key, entry.title) for entry in shown]
    words = {"differ": facts.problem.words.differ, "missing": _missing(facts.missing)}
    return {"data": as_json(data), "options": options, "still": still[:2], "tables": [table] if rows else [], **words}


def _missing(sources: list[Source]) -> str:
    """Why some cannot be read; empty if all can."""
    titles = [source.title for source in sources]
    why = f"none was recorded when it was measured, or it is longer than {spaced(LONGEST_SOURCE)} characters"
    return f"There is no source of {listed(titles)} to read here: {why}." if titles else ""


def highlight_css() -> str:
    """The colours of sources, light and dark: styles whose colours stand out enough from the page to be read by all."""
    light, dark = (HtmlFormatter(style=name, nobackground=True).get_style_defs(["pre", ".aligned"]) for name in STYLES)
    return f"{light}\n@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}"


def _pair(left: Source, right: Source, problem: DescribedProblem) -> dict[str, Any]:
    rows = aligned(left.text, right.text)
    notes = {(key(problem.name, one), key(problem.name, other)): note for (one, other), note in problem.look_for.items()}
    note = notes.get((left.key, right.key)) or notes.get((right.key, left.key)) or ""
    return {"rows": rows, "changed": changed(rows), "note": note}


def _lines(text: str) -> list[str]:
    """The functions alone, without imports, line by line."""
    html: str = highlight(text, PythonLexer(stripnl=False, ensurenl=False), HtmlFormatter(nowrap=True))
    return html.removesuffix("\n").split("\n")


def _highlighted(text: str) -> str:
    return highlight(text, PythonLexer(), HtmlFormatter())
