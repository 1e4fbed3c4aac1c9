"""Rows of other machines in a results folder: they are kept and left out, and a sentence says so."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from bench.measure.machine.fingerprint import known_machines, machine_differences
from bench.record.tables import Warn
from bench.record.times import group_numbers, only

ALL = "all"  # stands for the machines of a cluster together


def of_cluster(record: dict[str, Any]) -> list[str]:
    """The machines that made passes of a folder's cluster run; none if it was measured on one machine."""
    return list(record.get("cluster", {}).get("machines", []))


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
