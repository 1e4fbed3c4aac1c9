"""The report's section on clarity: the sources of any two implementations side by side, with the usual figures."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pandas as pd
from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from bench.analyse.exploring.alignment import aligned, changed
from bench.plan.code_text import functions_source
from bench.plan.contenders import title
from bench.show.report.fill import as_json
from bench.show.report.tables import Table
from impls import IMPLEMENTATIONS, Implementation

FIRST = ("iterative", "recursive")
STYLES = ("vs", "github-dark")
FIGURES = {
    "lines": "lines",
    "functions": "functions",
    "cyclomatic": "cyclomatic complexity",
    "cognitive": "cognitive complexity",
    "halstead_volume": "Halstead volume",
    "maintainability": "maintainability",
}
# what to look for in a pair
NOTES = {
    ("iterative", "iterative_pop"): "One line differs, and it is the lesson: it decides when the cache lets go of an activation. The "
    "kept list holds all of them until backward is over, the popped list lets go of each as it is used.",
    ("iterative", "recursive"): "The two loops become one function: what stands before the call is forward, what stands after it is "
    "backward. There is no list: each frame holds its own activation, and lets go of it on returning.",
    ("iterative_pop", "recursive"): "Both let go of an activation as soon as its layer is done: the list when it is popped, the call "
    "stack when a frame returns.",
    ("recursive", "closures"): "What a frame of the recursion holds, a closure holds here, and a loop calls the closures.",
    ("recursive", "generators"): "Where a frame of the recursion waits for its call, a generator waits at its yield.",
    ("iterative", "checkpoint_loop"): "The checkpointed loop keeps few activations and computes the others again.",
    ("workspace_loop", "workspace_recursion"): "Both write to the same places in one block. The loop finds an activation there by its "
    "number; a frame of the recursion holds the two of its layer.",
    ("recursive", "checkpoint_recursion"): "The checkpointed recursion splits the layers in two, and computes activations again.",
}


def sources_section(clarity: pd.DataFrame) -> dict[str, Any]:
    """The programs that were compared, how each two of them align, and a row of figures for each."""
    rows = [(title(row.impl), *(f"{getattr(row, name):.0f}" for name in FIGURES)) for row in clarity.itertuples()]
    table = Table(("implementation", *FIGURES.values()), rows, frozenset(range(1, len(FIGURES) + 1)))
    shown = _compared(set(clarity["impl"]))
    data = {
        "sources": {entry.name: {"title": entry.title, "cache": entry.cache, "lines": _lines(entry)} for entry in shown},
        "pairs": {f"{left.name} {right.name}": _pair(left, right) for left, right in combinations(shown, 2)},
        "figures": {row.impl: [f"{getattr(row, name):.0f}" for name in FIGURES] for row in clarity.itertuples()},
        "headings": list(FIGURES.values()),
    }
    still = [{"title": entry.title, "cache": entry.cache, "html": Markup(_highlighted(entry))} for entry in shown]
    options = [(entry.name, entry.title) for entry in shown]
    return {"data": as_json(data), "options": options, "still": still[:2], "tables": [table] if rows else []}


def highlight_css() -> str:
    """The colours of sources, light and dark: styles whose colours stand out enough from the page to be read by all."""
    light, dark = (HtmlFormatter(style=name, nobackground=True).get_style_defs(["pre", ".aligned"]) for name in STYLES)
    return f"{light}\n@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}"


def _compared(names: set[str]) -> list[Implementation]:
    """The list and the recursion first."""
    shown = [implementation for name, implementation in IMPLEMENTATIONS.items() if name in (names or FIRST)]
    return sorted(shown, key=lambda entry: FIRST.index(entry.name) if entry.name in FIRST else len(FIRST))


def _pair(left: Implementation, right: Implementation) -> dict[str, Any]:
    rows = aligned(functions_source(left), functions_source(right))
    note = NOTES.get((left.name, right.name)) or NOTES.get((right.name, left.name)) or ""
    return {"rows": rows, "changed": changed(rows), "note": note}


def _lines(entry: Implementation) -> list[str]:
    """The functions alone, without imports, line by line."""
    html: str = highlight(functions_source(entry), PythonLexer(stripnl=False, ensurenl=False), HtmlFormatter(nowrap=True))
    return html.removesuffix("\n").split("\n")


def _highlighted(entry: Implementation) -> str:
    return highlight(functions_source(entry), PythonLexer(), HtmlFormatter())
