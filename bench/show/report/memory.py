"""The report's section about memory: the profile first, then answers, the formula and what the meters read."""

from __future__ import annotations

import inspect
from typing import Any

import pandas as pd
from markupsafe import Markup

from bench.analyse.memory import mebibytes, memory_findings
from bench.plan.contenders import title
from bench.record.memory import MemoryTables
from bench.show.figures.memory import memory_pictures
from bench.show.report.sections import by_question, fill
from impls import IMPLEMENTATIONS

COLUMNS = ("heap", "predicted", "resident", "sampled")


def memory_section(tables: MemoryTables) -> Markup:
    """The section as HTML; nothing if memory was not measured."""
    if tables.peaks.empty:
        return Markup()
    failed = tables.peaks[tables.peaks["status"] != "ok"]
    return fill(
        "memory.html.j2",
        pictures=memory_pictures(tables),
        questions=by_question(memory_findings(tables.peaks)),
        derivations=_derivations(),
        table=_table(tables.peaks),
        failures=failed[["cell", "impl", "meter", "status", "detail"]].fillna("").to_dict("records"),
    )


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
