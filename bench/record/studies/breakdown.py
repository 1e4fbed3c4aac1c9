"""Rows of breakdown.csv: a visit of the study, and back, the last run of each cell alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd

from bench.measure.breakdown.study import StudyVisit
from bench.record.schemas import row
from bench.record.tables import Table, Warn
from bench.record.times import cell_facts
from bench.text import one_line

FILE = "breakdown.csv"


def breakdown_rows(run: str, machine: str, visit: StudyVisit) -> list[Sequence[Any]]:
    """A row a work; one row for a visit that failed. `run` is the digest of what visits must share to belong together."""
    facts = {
        "run": run,
        "machine": machine,
        "pass": visit.pass_number,
        **cell_facts(visit.cell),
        "status": visit.status,
        "detail": one_line(visit.detail),
    }
    return [row(FILE, {**facts, **asdict(each)}) for each in visit.times] or [row(FILE, facts)]


def read_breakdown(table: Table, machine: str, warn: Warn) -> pd.DataFrame:
    """One machine's rows of each cell's last run; those of others are kept in the file and left out.

    Raises:
        BadInput: the file cannot be read.

    """
    rows = table.read(warn)
    rows = rows[rows["machine"] == machine]
    return rows[rows["run"].eq(rows.groupby("cell")["run"].transform("last")).fillna(True).astype(bool)]
