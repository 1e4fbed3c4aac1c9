"""Rows of other machines in a results folder: they are kept and left out, and a sentence says so."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from bench.measure.machine.fingerprint import LASTING, known_machines, machine_differences
from bench.record.tables import Warn
from bench.record.time_parts.rows import Rows, TimeRows, pieces_of

ALL = "all"  # stands for the machines of a cluster together


def of_cluster(record: dict[str, Any]) -> list[str]:
    """The machines that made passes of a folder's cluster run; none if it was measured on one machine."""
    return list(record.get("cluster", {}).get("machines", []))


def measured_on(record: dict[str, Any]) -> dict[str, Any]:
    """The machine.json of a cluster run with what is known of the machines that took the times, in place of the client's facts."""
    names = of_cluster(record)
    if not names or names == [record.get("machine")]:
        return record
    facts = [record.get("machines", {}).get(name, {}) for name in names]
    theirs = {key: _listed([each.get(key) for each in facts]) for key in (*LASTING, "blas", "blas_threads")}
    theirs["memory_bytes"] = min((each["memory_bytes"] for each in facts if "memory_bytes" in each), default=None)
    of_client = (*theirs, "kernel", "governor", "load_1_min")
    kept = {key: value for key, value in record.items() if key not in of_client}
    return {**kept, **{key: value for key, value in theirs.items() if value is not None}}


def _listed(values: Sequence[Any]) -> Any:
    """One value if all have it, else all of them in words; None if none is known."""
    known = list(dict.fromkeys(value for value in values if value is not None))
    return " and ".join(map(str, known)) if len(known) > 1 else known[0] if known else None


def as_one(rows: TimeRows, machines: Sequence[str]) -> TimeRows:
    """The rows of time that are those machines', as if one had made all passes; unchanged where it is one."""
    theirs = rows.of_machines(machines)
    made = theirs.visits
    if made["machine"].nunique() < 2:
        return theirs
    there = pd.MultiIndex.from_frame(_makers(made).drop_duplicates())

    def together(rows: pd.DataFrame) -> pd.DataFrame:
        numbers = there.get_indexer(pd.MultiIndex.from_frame(_makers(rows))) + 1  # two machines may have passes of the same number
        return rows.assign(**{"machine": pd.Categorical([ALL] * len(rows)), "pass": pd.array(numbers, "Int64")})

    return theirs.through(together, "machine", "pass")


def _makers(rows: pd.DataFrame) -> pd.DataFrame:
    """Who made the pass of each row, and its number there."""
    return rows[["machine", "pass"]].astype({"machine": "string", "pass": "int64"})


def tell_other_machines(path: Path, rows: Rows, machine: str, record: dict[str, Any], warn: Warn, others: Sequence[str] = ()) -> None:
    """Tell of each machine but that one, and `others` that take part, how many rows of a file are its, and what differs as far as
    machine.json knows it.
    """
    known = known_machines(record)
    counts = pd.concat([_counts(piece) for piece in pieces_of(rows, ["machine"])])
    left_out = counts[~counts.index.isin([machine, *others])].groupby(level=0).sum().sort_values(ascending=False, kind="stable")
    for name, count in left_out.items():
        differ = machine_differences(known[name], known[machine]) if name in known and machine in known else []
        words = f"what differs is {', '.join(differ)}" if differ else "machine.json does not have what differs"
        warn(f"{path}: {count} rows are another machine's ({name}) and are left out; {words}")


def _counts(rows: pd.DataFrame) -> pd.Series:
    """Machine -> how many rows it has; visits say of how many rows they are made."""
    made_of = rows["rows"] if "rows" in rows else pd.Series(1, rows.index)
    return made_of.groupby(rows["machine"].astype("string")).sum()
