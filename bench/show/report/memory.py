"""The report's section about memory: the profile first, then answers, the formula and what the meters read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from bench.plan import meters
from bench.plan.contenders import title
from bench.record.memory import MemoryTables
from bench.record.problems import problem_in
from bench.show.answers.words import amount
from bench.show.report.tables import Table, failure_table


def memory_section(tables: MemoryTables) -> dict[str, Any]:
    """The formulas, a table of all that was read, and what could not be."""
    failed, problem = tables.peaks[tables.peaks["status"] != "ok"], problem_in(tables.peaks)
    read = {*tables.peaks["impl"]}
    there = [meter for meter in meters.METERS if meter.in_table and (tables.peaks["meter"] == meter.name).any()]
    return {
        "derivations": [(told.title, told.formula) for name, told in problem.implementations.items() if told.formula and name in read],
        "tables": [_table(tables.peaks)],
        "failures": failure_table(failed.fillna({"detail": ""}).to_dict("records"), ("cell", "impl", "meter", "status", "detail")),
        "meters": [(meter.title, problem.words.fill(meter.sees)) for meter in there],
    }


def _table(peaks: pd.DataFrame) -> Table:
    """A row for each implementation in each cell, a column a meter, with predictions beside what was read."""
    columns = [*_columns(peaks)]
    rows = []
    for (cell, impl), group in peaks.groupby(["cell", "impl"], sort=False):
        by_meter = group.drop_duplicates("meter", keep="last").set_index("meter")
        rows.append((cell, title(str(impl)), *(_figure(by_meter, meter, column) for meter, column, _ in columns)))
    headings = ("cell", "implementation", *(heading for *_, heading in columns))
    return Table(headings, rows, frozenset(range(2, len(headings))), "Every cell")


def _columns(peaks: pd.DataFrame) -> Iterator[tuple[meters.Meter, str, str]]:
    """The meter, the column of memory.csv and the heading of each column, of what there are rows of."""
    for meter in meters.METERS:
        rows = peaks[peaks["meter"] == meter.name]
        if meter.in_table and len(rows):
            yield meter, "peak_bytes", meter.title
        if meter.predicted and rows["predicted_bytes"].notna().any():
            yield meter, "predicted_bytes", f"{meter.title} predicted"


def _figure(by_meter: pd.DataFrame, meter: meters.Meter, column: str) -> str:
    """What was read, or the bounds that it lies between."""
    columns = ("low_bytes", "high_bytes") if column == "peak_bytes" and _known(by_meter, meter, "low_bytes") else (column,)
    return " to ".join(amount(by_meter.at[meter.name, each], meter.unit) for each in columns) if _known(by_meter, meter, column) else ""


def _known(by_meter: pd.DataFrame, meter: meters.Meter, column: str) -> bool:
    return meter.name in by_meter.index and pd.notna(by_meter.at[meter.name, column])
