"""The report's section about memory: the profile first, then answers, the formula and what the meters read."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import pandas as pd

from bench.plan import meters
from bench.plan.contenders import title
from bench.record.memory import MemoryTables
from bench.show.answers.words import amount
from bench.show.report.tables import Table, failure_table
from impls import IMPLEMENTATIONS


def memory_section(tables: MemoryTables) -> dict[str, Any]:
    """The formulas, a table of all that was read, and what could not be."""
    failed = tables.peaks[tables.peaks["status"] != "ok"]
    return {
        "derivations": _derivations(),
        "tables": [_table(tables.peaks)],
        "failures": failure_table(failed.fillna({"detail": ""}).to_dict("records"), ("cell", "impl", "meter", "status", "detail")),
        "meters": [meter for meter in meters.METERS if meter.in_table],
    }


def _derivations() -> list[tuple[str, str]]:
    """What each formula says of itself."""
    known = [implementation for implementation in IMPLEMENTATIONS.values() if implementation.peak]
    return [(implementation.title, " ".join((inspect.getdoc(implementation.peak) or "").split())) for implementation in known]


def _table(peaks: pd.DataFrame) -> Table:
    """A row for each implementation in each cell, a column a meter, with predictions beside what was read."""
    columns = [*_columns()]
    rows = []
    for (cell, impl), group in peaks.groupby(["cell", "impl"], sort=False):
        by_meter = group.drop_duplicates("meter", keep="last").set_index("meter")
        rows.append((cell, title(str(impl)), *(_figure(by_meter, meter, column) for meter, column, _ in columns)))
    headings = ("cell", "implementation", *(heading for *_, heading in columns))
    return Table(headings, rows, frozenset(range(2, len(headings))), "Every cell")


def _columns() -> Iterator[tuple[meters.Meter, str, str]]:
    """The meter, the column of memory.csv and the heading of each column."""
    for meter in meters.METERS:
        if meter.in_table:
            yield meter, "peak_bytes", meter.title
        if meter.predicted:
            yield meter, "predicted_bytes", f"{meter.title} predicted"


def _figure(by_meter: pd.DataFrame, meter: meters.Meter, column: str) -> str:
    if meter.name not in by_meter.index or pd.isna(by_meter.at[meter.name, column]):
        return ""
    return amount(by_meter.at[meter.name, column], meter.unit)
