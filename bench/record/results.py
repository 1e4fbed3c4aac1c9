"""What a results folder holds of one machine, problem by problem, to be shown, compared or exported."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from bench.errors import NothingMeasured
from bench.measure.tracing.calls.records import CallTraces
from bench.measure.tracing.records import Traces
from bench.plan.contenders import key, tell
from bench.plan.described import NETWORKS, DescribedProblem
from bench.record.folder import read_machine
from bench.record.limits import machines_limits
from bench.record.machines import as_one, measured_on, of_cluster, tell_other_machines
from bench.record.memory import MemoryTables, read_memory
from bench.record.problems import described_problems, names_there, of_problem
from bench.record.selfcheck import SELFCHECK, Evidence, read_evidence
from bench.record.studies.breakdown import read_breakdown
from bench.record.tables import Table, Warn
from bench.record.time_parts.rows import TimeRows, read_times
from bench.record.times import only
from bench.record.trace import read_traces
from bench.record.training import read_training


@dataclass(frozen=True, eq=False)  # two are the same if they are one object, so that what follows from one is worked out once
class Results:
    """Every table of one problem; those that have not been measured are empty. Contenders are named by their keys.

    Attributes:
        problem: what is told of the problem.
        machine: what machine.json says.
        rows: time.csv and its parts.
        memory: memory.csv and the two series beside it.
        limits, training, clarity: the CSV of that name.
        selfcheck: what the self-check has recorded.
        traces: what trace.json has of the problem; None if it has nothing.
        breakdown: breakdown.csv.
        alone: is it the folder's only problem?

    """

    problem: DescribedProblem
    machine: dict[str, Any]
    rows: TimeRows
    memory: MemoryTables
    limits: pd.DataFrame
    training: pd.DataFrame
    clarity: pd.DataFrame
    selfcheck: Evidence
    traces: Traces | CallTraces | None = None
    alone: bool = True
    breakdown: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def times(self) -> pd.DataFrame:
        """What the rows say of each visit: a row for each implementation, with medians over its rounds, and each failure."""
        return self.rows.visits

    @property
    def baseline(self) -> str:
        """The implementation that ratios are taken against."""
        return key(self.problem.name, self.problem.baseline)

    @property
    def empty(self) -> bool:
        """Is there nothing to show?"""
        timed = self.times["round"].notna().any()
        tables = (self.memory.peaks, self.limits, self.selfcheck.checks, self.breakdown)
        return not timed and all(table.empty for table in tables)


def read_results(folder: Path, warn: Warn) -> list[Results]:
    """What there is of the machine that measured last, of each problem.

    Raises:
        BadInput: a file cannot be read.
        NothingMeasured: there are neither times nor memory nor limits nor a breakdown nor a self-check.

    """
    whole = _read(folder, warn)
    if whole.empty:
        raise NothingMeasured(f"{folder}: has no figures of this machine yet; `make bench` measures them")
    there = names_there(whole.times, whole.memory.peaks, whole.limits)
    problems = [problem for problem in described_problems(whole.machine, there) if problem.name in there]
    tell(problems)
    return [_of(problem, whole, len(problems) == 1) for problem in problems or [whole.problem]]


def _read(folder: Path, warn: Warn) -> Results:
    """All tables as they are, whatever problem their rows are of."""
    record = read_machine(folder) or read_machine(folder / SELFCHECK)
    machine, rows = _machines_times(folder, record, warn)
    peaks = Table(folder, "memory.csv")
    tell_other_machines(peaks.path, peaks.read(), machine, record, warn)
    return Results(
        NETWORKS,
        measured_on(record),
        rows,
        read_memory(folder, machine, warn),
        machines_limits(Table(folder, "limits.csv"), machine, warn),
        read_training(Table(folder, "training.csv"), warn),
        Table(folder, "clarity.csv").read(warn),
        read_evidence(folder / SELFCHECK, warn, record),
        read_traces(folder),
        breakdown=read_breakdown(Table(folder, "breakdown.csv"), machine, warn),
    )


def _of(problem: DescribedProblem, whole: Results, alone: bool) -> Results:
    """What is one problem's."""
    peaks = of_problem(whole.memory.peaks, problem.name)
    series = [_series_of(problem, rows, peaks) for rows in (whole.memory.profile, whole.memory.samples)]
    networks = problem.name == NETWORKS.name  # which alone are trained
    return replace(
        whole,
        problem=problem,
        rows=whole.rows.through(lambda piece: of_problem(piece, problem.name), "problem", "impl"),
        memory=MemoryTables(peaks, *series),
        limits=of_problem(whole.limits, problem.name),
        training=whole.training if networks else whole.training[:0],
        clarity=of_problem(whole.clarity, problem.name),
        traces=_traces_of(problem.name, whole.traces),
        alone=alone,
        breakdown=of_problem(whole.breakdown, problem.name),
    )


def _traces_of(problem: str, traces: Any) -> Traces | CallTraces | None:
    """What was traced of one problem: steps of networks, or calls."""
    if traces is None or problem == NETWORKS.name:
        return traces
    return next((calls for calls in traces.calls if calls.problem == problem), None)


def _series_of(problem: DescribedProblem, rows: pd.DataFrame, peaks: pd.DataFrame) -> pd.DataFrame:
    """The rows of a series that are a problem's: their cells are in memory.csv, which has its name."""
    its_own = only(rows, rows["cell"].isin(peaks["cell"]))
    return its_own.assign(impl=its_own["impl"].map(lambda name: key(problem.name, name)))


def read_measurements(folder: Path, warn: Warn, apart: bool = False) -> tuple[dict[str, Any], TimeRows]:
    """machine.json, and the rows of time.csv and its parts that are that machine's, or its cluster's, with figures among them.

    `apart` leaves the rows of a cluster's machines as they are; else they are as if one machine had measured all.

    Raises:
        BadInput: a file cannot be read.
        NothingMeasured: not one row has a time.

    """
    record = read_machine(folder)
    _, rows = _machines_times(folder, record, warn, apart)
    if not rows.visits["round"].notna().any():
        raise NothingMeasured(f"{folder}: has no measurements; `unwind run --results {folder}` makes them")
    return record, rows


def _machines_times(folder: Path, record: dict[str, Any], warn: Warn, apart: bool = False) -> tuple[str, TimeRows]:
    """The name of the machine that measured last, and its rows of time.csv and its parts; of a cluster, those of its machines as one."""
    rows = read_times(folder, warn)
    machine = record["machine"] if "machine" in record else "".join(rows.visits["machine"].iloc[-1:])
    shown = of_cluster(record) or [machine]
    tell_other_machines(folder / "time.csv", rows.visits, machine, record, warn, shown)
    return machine, rows.of_machines(shown) if apart else as_one(rows, shown)
