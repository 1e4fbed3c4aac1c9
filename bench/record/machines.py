"""Rows of other machines in a results folder: they are kept and left out, and a sentence says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from bench.measure.machine.fingerprint import known_machines, machine_differences
from bench.record.tables import Warn
from bench.record.time_parts.rows import Rows, pieces_of


def tell_other_machines(path: Path, rows: Rows, machine: str, record: dict[str, Any], warn: Warn) -> None:
    """Tell of each machine but that one how many rows of a file are its, and what differs as far as machine.json knows it."""
    known = known_machines(record)
    counts = pd.concat([_counts(piece) for piece in pieces_of(rows, ["machine"])])
    others = counts[counts.index != machine].groupby(level=0).sum().sort_values(ascending=False, kind="stable")
    for name, count in others.items():
        differ = machine_differences(known[name], known[machine]) if name in known and machine in known else []
        words = f"what differs is {', '.join(differ)}" if differ else "machine.json does not have what differs"
        warn(f"{path}: {count} rows are another machine's ({name}) and are left out; {words}")


def _counts(rows: pd.DataFrame) -> pd.Series:
    """Machine -> how many rows it has; visits say of how many rows they are made."""
    made_of = rows["rows"] if "rows" in rows else pd.Series(1, rows.index)
    return made_of.groupby(rows["machine"].astype("string")).sum()
