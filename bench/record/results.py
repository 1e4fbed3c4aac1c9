"""What a results folder holds of one machine, for those who show it, compare it or hand it on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from bench.errors import NothingMeasured
from bench.record.folder import read_machine
from bench.record.tables import Table, Warn
from bench.record.times import read_times


def read_results(folder: Path, warn: Warn) -> tuple[dict[str, Any], pd.DataFrame, pd.DataFrame]:
    """machine.json, and the rows of summary.csv and time.csv that are that machine's.

    Raises:
        BadInput: a file cannot be read.
        NothingMeasured: there are no figures in it.

    """
    machine = read_machine(folder)
    summary = Table(folder, "summary.csv").read(warn)
    times = read_times(Table(folder, "time.csv"), warn)
    name = machine.get("machine", summary["machine"].iloc[-1] if len(summary) else "")
    summary, times = summary[summary["machine"] == name], times[times["machine"] == name]
    if not (summary["metric"] == "cpu").any() or not times["round"].notna().any():
        raise NothingMeasured(f"{folder}: has no figures of this machine yet; `make bench` measures some")
    return machine, summary, times


def read_measurements(folder: Path, warn: Warn) -> tuple[dict[str, Any], pd.DataFrame]:
    """machine.json, and the rows of time.csv that are that machine's, with figures among them.

    Raises:
        BadInput: a file cannot be read.
        NothingMeasured: not one row has a time.

    """
    machine = read_machine(folder)
    times = read_times(Table(folder, "time.csv"), warn)
    name = machine.get("machine", times["machine"].iloc[-1] if len(times) else "")
    times = times[times["machine"] == name]
    if not times["round"].notna().any():
        raise NothingMeasured(f"{folder}: has no measurements; `unwind run --results {folder}` makes some")
    return machine, times
