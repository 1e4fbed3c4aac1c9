"""The time half of a run: pass after pass, until every comparison is decided or the time is spent."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import pandas as pd

from bench.analyse.observations import OF_ROUNDS, compared_in, joint_alpha
from bench.analyse.stopping import Progress
from bench.analyse.summary import summarise
from bench.errors import BadInput
from bench.measure.cluster.coordinator import Rules
from bench.measure.machine.caveats import read_text
from bench.measure.machine.side_by_side import last_cache_bytes, must_be_alone
from bench.measure.scheduling.at_once import run_passes
from bench.measure.scheduling.pace import Pace
from bench.measure.scheduling.schedule import Schedule
from bench.measure.timing.pass_timer import PassTimer, failed_visit
from bench.measure.timing.passes import Assignment
from bench.measure.timing.visit import VISIT_S
from bench.plan.allocators import lacking
from bench.plan.cells import Cell
from bench.plan.contenders import REFERENCES
from bench.plan.data.datasets import write_batches
from bench.plan.experiment import Experiment
from bench.record.folder import read_machine
from bench.record.machines import ALL, as_one, of_cluster
from bench.record.tables import as_rows
from bench.record.time_parts.rows import TimeRows, read_times, read_whole
from bench.record.time_parts.table import TimeTable
from bench.record.times import new_run_id, only, passes_of
from bench.show.terminal.board import watching
from bench.verbs.cluster.measuring import measure_on_cluster
from bench.verbs.running.failures import failure_words, kept, standing
from bench.verbs.running.machine_json import Conditions, recorded_conditions
from bench.verbs.running.recorder import VisitRecorder
from bench.verbs.running.run_context import Run
from bench.verbs.running.wrapping_up import uninterrupted

PASSES_IN_BUDGET = 16  # a budget should pay for so many passes, which is enough for intervals to close; then visits are short
PASSES_PACED = 48  # into so many the budget is divided
SHARE_IN_ROUNDS = 0.4  # of the time; the rest goes into starts, warm-ups and what lies between measurements


def measure_time(run: Run) -> None:
    """Measure every visit that is due, record it, and sum up, after Ctrl-C too.

    Raises:
        BadInput: a file in the folder cannot be read or written.

    """
    try:
        recorder = _resumed(run)
        cells = _measurable(run, recorder)
        with recorded_conditions(run) as conditions:
            _measure(run, cells, recorder, conditions)
    except BaseException:
        with uninterrupted(), suppress(BadInput, OSError):  # the first complaint is the one to hear, and summary.csv can be made again
            _sum_up(run)
        raise
    _sum_up(run)


def _resumed(run: Run) -> VisitRecorder:
    """The recorder, which knows what was recorded before on this machine."""
    table = TimeTable(run.folder)
    rows = read_whole(table, run.screen.warn).of_machines(run.taking_part())
    earlier = rows.visits
    experiment = run.experiment
    precision, alphas = experiment.sweep.precision, _alphas(experiment, earlier)
    progress = Progress(experiment.contenders, experiment.baseline, experiment.pairs, precision, fewest=run.passes, alphas=alphas)
    failures = standing(earlier)
    _go_on_from(progress, rows, kept(failures, run.retry))
    if not earlier.empty:
        visits = earlier[earlier["round"].notna()].groupby(["cell", "pass"], observed=True).ngroups
        run.screen.say(f"Resuming: {visits} visits already recorded; --fresh starts anew")
    of_this_run = failures["cell"].isin([cell.id for cell in experiment.cells]) & failures["impl"].isin(experiment.contenders)
    for sentence in failure_words(failures[of_this_run], run.retry):
        run.screen.warn(sentence)
    return VisitRecorder(new_run_id(), run.machine_name, table, progress)


def _go_on_from(progress: Progress, rows: TimeRows, failures: pd.DataFrame) -> None:
    """Take in what was measured, piece by piece, and the failures that need not be tried again."""
    for piece in rows.pieces([*OF_ROUNDS, "status", "detail"]):
        progress.add(only(piece, piece["status"] == "ok"))
    progress.add(failures)


def _alphas(experiment: Experiment, earlier: pd.DataFrame) -> dict[str, float]:
    """The alpha of each problem's intervals, which hold together over all its cells, those of earlier runs too."""
    timed = earlier.loc[earlier["round"].notna(), ["cell", "problem"]].drop_duplicates()
    problems = {**dict(timed.itertuples(index=False, name=None)), **{cell.id: cell.problem for cell in experiment.cells}}
    cells = Counter(problems.values())
    return {name: joint_alpha(cells[name], len(problem.implementations)) for name, problem in experiment.problems.items()}


def _measurable(run: Run, recorder: VisitRecorder) -> list[Cell]:
    """The cells in which something can be compared here; who cannot be measured in one gets a row that says why not, once."""
    skipped = [rows[rows["status"] == "skipped"] for rows in run.times().pieces(["cell", "impl", "status"])]
    known = {pair for rows in skipped for pair in zip(rows["cell"], rows["impl"], strict=True)}
    told: set[str] = set()
    for cell in run.experiment.cells:
        reasons = run.unmeasurable(cell)
        for sentence in _skipped_words(run, cell, reasons):
            if sentence not in told:
                run.screen.warn(sentence)
        told.update(_skipped_words(run, cell, reasons))
        others = {*run.experiment.contenders} - {*run.experiment.compared_in(cell)}
        recorder.progress.leave_out(cell.id, [*reasons, *others])
        for name, reason in reasons.items():
            if (cell.id, name) not in known:
                recorder.add(failed_visit(Assignment(cell, 0, (), ""), [name], "skipped", reason))
    return [cell for cell in run.experiment.cells if recorder.progress.comparable(cell)]


def _skipped_words(run: Run, cell: Cell, reasons: dict[str, str]) -> list[str]:
    """What the user is told of a cell in which something cannot be measured; of a problem's size once, whatever the allocator; of a
    layout once.
    """
    place = cell.memory_id if not cell.dataset and not lacking(cell.allocator) else cell.id
    if len(reasons) == len(run.experiment.compared_in(cell)):
        return [f"{place} is skipped: {reasons[run.experiment.baseline]}"]
    places = dict.fromkeys(run.experiment.not_in_layout(cell), f"examples as {cell.layout}")
    return [f"{places.get(name, place)}: {name} is skipped: {reason}" for name, reason in reasons.items() if name not in REFERENCES]


def _measure(run: Run, cells: list[Cell], recorder: VisitRecorder, conditions: Conditions) -> None:
    """Run passes, here or on a cluster, and say how that ended."""
    sweep = run.experiment.sweep
    visit_s = min(VISIT_S, SHARE_IN_ROUNDS * sweep.budget_s / (PASSES_IN_BUDGET * max(1, len(cells))))
    pass_s = sweep.budget_s / PASSES_PACED
    conditions.if_interrupted = partial(recorder.progress.end, cells, interrupted=True)
    known = read_times(run.folder, lambda sentence: None) if run.where else run.times()  # on a cluster a number counts for all machines
    schedule = Schedule(cells, recorder.progress, run.seed, passes_of(known.visits))
    if run.where:
        measure_on_cluster(run, cells, recorder, conditions, schedule, Rules(sweep.budget_s, visit_s, pass_s, sweep.precision))
    else:
        _measure_here(run, cells, recorder, conditions, schedule, visit_s, Pace(pass_s, sweep.precision))
    conditions.end = recorder.progress.end(cells)


def _measure_here(
    run: Run, cells: list[Cell], recorder: VisitRecorder, conditions: Conditions, schedule: Schedule, visit_s: float, pace: Pace
) -> None:
    """Run passes on this machine, and record each visit as it finishes, on the screen too."""
    budget_s = run.experiment.sweep.budget_s
    alone = must_be_alone(last_cache_bytes(read_text), run.experiment.shape)
    at_once = 1 if all(map(alone, cells)) or run.experiment.sweep.blas_threads > 1 else run.at_once
    conditions.at_once = at_once
    with tempfile.TemporaryDirectory() as scratch:
        measure_pass = PassTimer(
            write_batches(run.experiment.data, {cell.batch for cell in cells if cell.dataset}, Path(scratch)),
            run.experiment.baseline,
            run.experiment.files,
            run.experiment.sources,
            run.experiment.sweep.blas_threads,
            run.patience_s,
            conditions.noting.note_start,
            visit_s,
            company=scratch if at_once > 1 else "",
            alone=alone,
            pythons=run.experiment.pythons,
        )
        visits = run_passes(schedule, measure_pass, pace, budget_s, time.monotonic, at_once)
        with watching(run.screen, cells, recorder.progress, budget_s) as view, closing(visits):
            for finished in visits:
                recorder.add(finished)
                conditions.measured_s += finished.rounds_s / at_once
                view.show(finished)


def _sum_up(run: Run) -> None:
    """Write summary.csv from all that time.csv and its parts hold, of other machines too; over all machines of a cluster, if it has
    several.
    """
    rows = read_times(run.folder, lambda sentence: None)
    compared = compared_in(rows, run.experiment.baseline, run.experiment.pairs)
    together = as_one(rows, of_cluster(read_machine(run.folder)))
    tables = [rows, *([together] if (together.visits["machine"] == ALL).any() else [])]
    run.table("summary.csv").replace([row for table in tables for row in as_rows(summarise(table, compared))])
