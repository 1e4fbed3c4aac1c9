"""The report's section about memory: the profile first, then answers, the formula and what the meters read."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bench.analyse.findings import Finding
from bench.analyse.memory import mebibytes, memory_findings
from bench.plan.contenders import title
from bench.record.memory import MemoryTables
from bench.show.figures import STYLE, data_uri
from bench.show.memory_figures import MEMORY_PLOTS
from impls import IMPLEMENTATIONS

COLUMNS = ("heap", "predicted", "resident", "sampled")


def memory_section(tables: MemoryTables) -> Markup:
    """The section as HTML; nothing if memory was not measured."""
    if tables.peaks.empty:
        return Markup()
    environment = Environment(loader=PackageLoader("bench.show"), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    failed = tables.peaks[tables.peaks["status"] != "ok"]
    return Markup(
        environment.get_template("memory.html.j2").render(
            figures=_figures(tables),
            questions=_questions(memory_findings(tables.peaks)),
            derivations=_derivations(),
            table=_table(tables.peaks),
            failures=failed[["cell", "impl", "meter", "status", "detail"]].fillna("").to_dict("records"),
        )
    )


def _figures(tables: MemoryTables) -> list[dict[str, str]]:
    with mpl.rc_context(STYLE):
        return [
            {"name": plot.name, "heading": plot.heading, "caption": plot.caption, "source": data_uri(plot.draw(tables))}
            for plot in MEMORY_PLOTS
            if not plot.needs(tables).empty
        ]


def _questions(found: Sequence[Finding]) -> list[tuple[str, list[str]]]:
    asked = dict.fromkeys(one.question for one in found)
    return [(question, [one.answer for one in found if one.question == question]) for question in asked]


def _derivations() -> list[tuple[str, str]]:
    """What each formula says of itself."""
    known = [one for one in IMPLEMENTATIONS.values() if one.peak]
    return [(one.title, " ".join((inspect.getdoc(one.peak) or "").split())) for one in known]


def _table(peaks: pd.DataFrame) -> dict[str, Any]:
    """A row for each implementation in each cell, a column a meter, with the prediction beside the heap."""
    rows = []
    for (cell, impl), group in peaks.groupby(["cell", "impl"], sort=False):
        found = dict(zip(group["meter"], group["peak_bytes"], strict=True))
        found["predicted"] = dict(zip(group["meter"], group["predicted_bytes"], strict=True)).get("heap")
        words = ["" if pd.isna(found.get(column)) else mebibytes(found[column]) for column in COLUMNS]
        rows.append({"cell": cell, "impl": title(str(impl)), "words": words})
    return {"columns": COLUMNS, "rows": rows}
