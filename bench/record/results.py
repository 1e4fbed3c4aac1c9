"""What a results folder holds of one machine, for those who show it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from bench.errors import NothingMeasured
from bench.record.folder import read_machine
from bench.record.tables import Table, Warn
from bench.record.times import whole_visits


def read_results(folder: Path, warn: Warn) -> tuple[dict[str, Any], pd.DataFrame, pd.DataFrame]:
    """machine.json, and the rows of summary.csv and time.csv that are that machine's.

    Raises:
        BadInput: a file cannot be read.
        NothingMeasured: there are no figures in it.

    """
    machine = read_machine(folder)
    summary = Table(folder, "summary.csv").read(warn)
    times = whole_visits(Table(folder, "time.csv").read(warn))
    name = machine.get("machine", summary["machine"].iloc[-1] if len(summary) else "")
    summary, times = summary[summary["machine"] == name], times[times["machine"] == name]
    if summary.empty or times.empty:
        raise NothingMeasured(f"{folder}: has no figures of this machine yet; `make bench` measures some")
    return machine, summary, times
