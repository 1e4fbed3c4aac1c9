"""Rows of other machines in a results folder: they are kept and left out, and a sentence says so."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from bench.measure.machine.fingerprint import LASTING, known_machines, machine_differences
from bench.record.tables import Warn
from bench.record.times import group_numbers, only

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


def as_one(rows: pd.DataFrame, machines: Sequence[str]) -> pd.DataFrame:
    """The rows of time.csv that are those machines', as if one had made all passes; unchanged where it is one."""
    theirs = only(rows, rows["machine"].isin(machines))
    if theirs["machine"].nunique() < 2:
        return theirs
    passes = group_numbers(theirs, ["machine", "pass"]) + 1  # which one machine has after another may have the same numbers
    return theirs.assign(**{"machine": pd.Categorical([ALL] * len(theirs)), "pass": passes.astype("Int64")})


def tell_other_machines(
    path: Path, rows: pd.DataFrame, machine: str, record: dict[str, Any], warn: Warn, others: Sequence[str] = ()
) -> None:
    """Tell of each machine but that one, and `others` that take part, how many rows of a file are its, and what differs as far as
    machine.json knows it.
    """
    known = known_machines(record)
    left_out = rows.loc[~rows["machine"].isin([machine, *others]), "machine"]
    for name, count in left_out.astype("string").value_counts().items():
        differ = machine_differences(known[name], known[machine]) if name in known and machine in known else []
        words = f"what differs is {', '.join(differ)}" if differ else "machine.json does not have what differs"
        warn(f"{path}: {count} rows are another machine's ({name}) and are left out; {words}")
