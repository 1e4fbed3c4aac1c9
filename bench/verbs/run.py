"""`run`: measure a sweep, or go on with one that was begun."""

from __future__ import annotations

import argparse
import secrets
import tempfile
import time
from contextlib import suppress
from dataclasses import astuple, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from bench.analyse.changes import passes_to_compare
from bench.analyse.clarity import clarity
from bench.analyse.frontier import frontiers, passes_to_tell
from bench.analyse.observations import compared_in
from bench.analyse.progress import Progress
from bench.analyse.summary import parts, summarise
from bench.errors import BadInput, NothingMeasured
from bench.measure.machine import capacity, caveats
from bench.measure.machine.caveats import Caveat
from bench.measure.machine.fingerprint import blas_of, fingerprint
from bench.measure.timing.passes import Assignment, Finished, run_passes
from bench.measure.timing.processes import Workers
from bench.measure.timing.visit import Measurement
from bench.measure.workers.vetting import refused
from bench.plan import sweeps
from bench.plan.allocators import lacking
from bench.plan.cells import Cell
from bench.plan.experiment import Experiment, prepare
from bench.plan.sweeps import Sweep
from bench.record.folder import results_folder, write_machine
from bench.record.memory import read_memory
from bench.record.schemas import SCHEMAS
from bench.record.tables import Table
from bench.record.times import read_times, read_whole, time_rows
from bench.show.answers.frontier import frontier_answers
from bench.show.answers.time import time_answers
from bench.show.terminal.board import watching
from bench.show.terminal.screen import Screen
from bench.verbs.conditions import Account, conditions, machine_record, record_to_go_on_with
from bench.verbs.memory import measure_memory
from impls import PAIRS


def run(options: argparse.Namespace, screen: Screen) -> None:
    """Plan, measure, record and sum up.

    Raises:
        BadInput: something on the command line or in the sweep cannot be done.
        NothingMeasured: not one cell could be timed, or no memory be measured.

    """
    sweep = _sweep(options)
    patience = _positive("--patience", options.patience)
    experiment = prepare(sweep, options.impl, options.files, options.baseline, refused)
    for name, why in experiment.refused.items():
        screen.warn(f"{name} is left out: it {why}")
    for file in experiment.files:
        screen.say(f"runs your own code: {file}")
    with results_folder(options.results, options.fresh) as folder:
        known = fingerprint()
        before = record_to_go_on_with(experiment, known, folder)
        if options.only != "memory":
            Table(folder, "clarity.csv").replace(astuple(clarity(one)) for one in experiment.implementations.values())
            try:
                _measure(experiment, known, before, options.seed, patience, folder, screen)
            finally:
                rows = _sum_up(experiment, folder)  # after Ctrl-C too
            _answer(experiment, known["machine"], rows, folder, screen)
        else:
            write_machine(folder, {**before, **known, **conditions(experiment, before)})
        if options.only != "time":
            measure_memory(experiment, known["machine"], folder, patience, screen)
        _answer_both(experiment, known["machine"], folder, screen)


def _sweep(options: argparse.Namespace) -> Sweep:
    """The sweep, with what the command line says in place of what it says itself."""
    sweep = sweeps.load(options.sweep)
    changes = {key: getattr(options, key) for key in ("precision", "budget") if getattr(options, key) is not None}
    if not 0 < changes.get("precision", 0.5) < 1:
        raise BadInput(f"--precision is {changes['precision']:g}; give a fraction below 1 above 0")
    if "budget" in changes:
        changes["budget_s"] = _positive("--budget", changes.pop("budget"))
    return sweep.model_copy(update=changes)


def _positive(option: str, seconds: float) -> float:
    if not 0 < seconds < float("inf"):
        raise BadInput(f"{option} is {seconds:g}; give a number of seconds above 0")
    return seconds


@dataclass
class Ledger:
    """Where a run's rows go: onto the disk, and into what is known so far."""

    run: str
    machine: str
    table: Table
    progress: Progress
    account: Account = field(default_factory=Account)

    def add(self, finished: Finished) -> None:
        """Record a visit; it is on the disk when this returns."""
        rows = time_rows(self.run, self.machine, finished)
        self.table.append(rows)
        self.progress.add(pd.DataFrame(rows, columns=self.table.columns).astype(SCHEMAS["time.csv"]))
        self.account.measured_s += sum(row.wall_ns * row.iterations for row in finished.rows if row.wall_ns and row.iterations) / 1e9

    def caution(self, found: list[Caveat], screen: Screen) -> None:
        """Note what speaks against the figures, and tell it."""
        self.account.caveats += found
        screen.caveats(found)


def _measure(
    experiment: Experiment, known: dict[str, Any], before: dict[str, Any], seed: int, patience: float, folder: Path, screen: Screen
) -> None:
    table = Table(folder, "time.csv")
    earlier = read_whole(table, screen.warn)
    earlier = earlier[earlier["machine"] == known["machine"]]
    how_many = len(experiment.implementations)
    enough = max(passes_to_compare(len(experiment.cells), how_many), passes_to_tell(experiment.cells, how_many))
    progress = Progress(experiment.contenders, experiment.baseline, PAIRS, experiment.sweep.precision, enough)
    progress.add(earlier)
    run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
    ledger = Ledger(run_id, known["machine"], table, progress)
    cells = _possible(experiment, ledger, set(earlier.loc[earlier["status"] == "skipped", "cell"]), screen)
    if not earlier.empty:
        screen.say(f"goes on with {earlier.groupby(['cell', 'pass']).ngroups} visits recorded before; --fresh starts anew")
    start = caveats.this_moment()
    ledger.caution(caveats.before(caveats.read_text, known["load_1_min"], caveats.on_battery()), screen)

    def keep_record() -> None:
        write_machine(folder, machine_record(experiment, known, before, ledger.account, start, caveats.this_moment()))

    keep_record()  # for a kill would leave rows that do not say whose they are
    try:
        with tempfile.TemporaryDirectory() as scratch:
            _watch(experiment, cells, seed, patience, Path(scratch), ledger, screen)
    except BaseException:
        with suppress(BadInput):  # on a full disk the first complaint is the one to hear
            keep_record()
        raise
    keep_record()
    screen.caveats(caveats.during(start, caveats.this_moment()))


def _watch(experiment: Experiment, cells: list[Cell], seed: int, patience: float, scratch: Path, ledger: Ledger, screen: Screen) -> None:
    """Run passes and record each visit as it finishes, on the screen too."""
    sweep = experiment.sweep
    workers = Workers(
        experiment.write_batches(scratch, {cell.batch for cell in cells}),
        experiment.baseline,
        experiment.files,
        sweep.blas_threads,
        patience,
        lambda hello: _check_blas(ledger, hello, sweep.blas_threads, screen),
    )
    visits = run_passes(cells, ledger.progress, workers, seed, sweep.budget_s, time.monotonic)
    with watching(screen, cells, ledger.progress, sweep.budget_s) as view:
        for finished in visits:
            ledger.add(finished)
            view.show(finished)


def _possible(experiment: Experiment, ledger: Ledger, told: set[str], screen: Screen) -> list[Cell]:
    """The cells that this machine can measure; the others get rows that say why not."""
    cells = []
    for cell in experiment.cells:
        why = lacking(cell.allocator) or capacity.lacks_room(cell, *experiment.shape(cell))
        if not why:
            cells.append(cell)
            continue
        screen.warn(f"{cell.id} is skipped: {why}")
        if cell.id not in told:
            rows = tuple(Measurement(name, status="skipped", detail=why) for name in experiment.contenders)
            ledger.add(Finished(Assignment(cell, 0, (), 0, ""), rows, 0.0))
    return cells


def _check_blas(ledger: Ledger, hello: dict[str, Any], wanted: int, screen: Screen) -> None:
    first = not ledger.account.blas
    ledger.account.blas = blas_of(hello)
    if first:
        ledger.caution(caveats.of_blas(ledger.account.blas["blas_threads"], wanted), screen)


def _sum_up(experiment: Experiment, folder: Path) -> pd.DataFrame:
    """Write summary.csv from all that time.csv holds, and return that."""
    rows = read_times(Table(folder, "time.csv"), lambda sentence: None)
    Table(folder, "summary.csv").replace(summarise(rows, compared_in(rows, experiment.baseline, PAIRS)).to_numpy().tolist())
    return rows


def _answer(experiment: Experiment, machine: str, rows: pd.DataFrame, folder: Path, screen: Screen) -> None:
    here = rows[rows["machine"] == machine]
    if not here["round"].notna().any():
        raise NothingMeasured(f"{folder / 'time.csv'}: nothing could be measured; its status and detail columns say why")
    screen.answers(time_answers(parts(here, experiment.baseline), experiment.baseline))


def _answer_both(experiment: Experiment, machine: str, folder: Path, screen: Screen) -> None:
    """What time and memory say together, once both are there."""
    rows = read_times(Table(folder, "time.csv"), lambda sentence: None)
    peaks = read_memory(folder, machine, lambda sentence: None).peaks
    screen.answers(frontier_answers(frontiers(rows[rows["machine"] == machine], peaks, experiment.baseline)))
