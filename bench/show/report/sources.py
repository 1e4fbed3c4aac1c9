"""The report's section on clarity: the sources side by side, and the usual figures."""

from __future__ import annotations

from typing import Any

import pandas as pd
from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from bench.plan.code_text import functions_source
from bench.plan.contenders import title
from bench.show.report.tables import Table
from impls import IMPLEMENTATIONS

FIRST = ("iterative", "recursive")
FIGURES = {
    "lines": "lines",
    "functions": "functions",
    "cyclomatic": "cyclomatic complexity",
    "cognitive": "cognitive complexity",
    "halstead_volume": "Halstead volume",
    "maintainability": "maintainability",
}


def sources_section(clarity: pd.DataFrame) -> dict[str, Any]:
    """The programs that were compared, and a row of figures for each."""
    rows = [(title(row.impl), *(f"{getattr(row, name):.0f}" for name in FIGURES)) for row in clarity.itertuples()]
    table = Table(("implementation", *FIGURES.values()), rows, frozenset(range(1, len(FIGURES) + 1)))
    return {"sources": _sources(set(clarity["impl"])), "tables": [table] if rows else []}


def _sources(compared: set[str]) -> list[dict[str, Any]]:
    """The list and the recursion first: the functions of each alone, without imports."""
    shown = [implementation for name, implementation in IMPLEMENTATIONS.items() if name in (compared or FIRST)]
    shown.sort(key=lambda entry: FIRST.index(entry.name) if entry.name in FIRST else len(FIRST))
    html = [Markup(highlight(functions_source(entry), PythonLexer(), HtmlFormatter(style="friendly"))) for entry in shown]
    return [{"title": entry.title, "cache": entry.cache, "html": source} for entry, source in zip(shown, html, strict=True)]
