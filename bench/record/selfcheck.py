"""What the self-check records, in a folder of its own among the results: passes, other tools' readings, meters, and verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from bench.measure.machine.measured_under import changed_settings, recorded_settings
from bench.measure.other_tools.meter_pairs import MeterPair
from bench.measure.other_tools.sessions import Session
from bench.plan.selfcheck import RUNS
from bench.record.folder import read_machine
from bench.record.schemas import row
from bench.record.tables import Table, Warn
from bench.record.time_parts.rows import read_times
from bench.text import one_line

SELFCHECK = "selfcheck"  # the folder


@dataclass(frozen=True)
class Evidence:
    """What was recorded.

    Attributes:
        times: rows of time.csv: passes over the grid, the trio and the known differences.
        trio_s, known_s: the seconds from start to end of the trio's passes, and of those of the known differences.
        others, meters, checks: rows of others.csv, meters.csv and checks.csv.
        warnings: what may have disturbed the measurements, each a "what" and a "remedy".
        runs: rows of time.csv of each of the whole runs, by name.
        other_settings: how the settings of the figures beside it differ from those that it was made under, in words.

    """

    times: pd.DataFrame
    trio_s: float
    known_s: float
    others: pd.DataFrame
    meters: pd.DataFrame
    checks: pd.DataFrame
    warnings: Sequence[dict[str, str]] = ()
    runs: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    other_settings: Sequence[str] = ()


def read_evidence(folder: Path, warn: Warn, beside: Mapping[str, Any] = MappingProxyType({})) -> Evidence:
    """What there is; empty tables if there was no self-check. `beside` is the machine.json of the figures beside it.

    Raises:
        BadInput: a file cannot be read.

    """
    record = read_machine(folder)
    passes = record.get("passes", {})
    return Evidence(
        read_times(folder, warn).whole(),
        passes.get("trio_s") or 0.0,
        passes.get("known_s") or 0.0,
        Table(folder, "others.csv").read(warn),
        Table(folder, "meters.csv").read(warn),
        Table(folder, "checks.csv").read(warn),
        record.get("warnings", ()),
        {run: read_times(folder / run, warn).whole() for run in RUNS},
        [*_other_settings(beside, record)],
    )


def _other_settings(beside: Mapping[str, Any], record: Mapping[str, Any]) -> Iterator[str]:
    """What differs between the settings of the figures, now, and of the self-check, then; what either did not record does not."""
    now, then = (recorded_settings(dict(one)) for one in (beside, record))
    if None not in (methods := (now.get("method"), then.get("method"))) and methods[0] != methods[1]:
        yield "another version of the code that measures"
    yield from changed_settings(now, then)


def session_rows(number: int, session: Session) -> list[list[Any]]:
    """The rows of one session of another tool."""
    return [[session.tool, number, sample.subject, sample.process, sample.seconds, session.wall_s] for sample in session.samples]


def meter_rows(pairs: Iterable[MeterPair]) -> list[list[Any]]:
    """The rows of figures that two meters have read."""
    return [row("meters.csv", {**vars(pair), "status": pair.status, "detail": one_line(pair.detail)}) for pair in pairs]
