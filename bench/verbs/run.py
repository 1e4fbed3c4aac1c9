"""`run`: measure a sweep, or go on with one that was begun."""

from __future__ import annotations

import argparse
import secrets
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, astuple, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from bench.analyse.clarity import clarity
from bench.analyse.findings import findings
from bench.analyse.observations import compared_in
from bench.analyse.progress import Progress
from bench.analyse.summary import summarise
from bench.errors import BadInput, NothingMeasured
from bench.measure import caveats, machine, room
from bench.measure.caveats import Caveat, Moment
from bench.measure.passes import Assignment, Finished, run_passes
from bench.measure.vetting import refused
from bench.measure.visit import Measurement
from bench.measure.workers import Workers
from bench.plan import sweeps
from bench.plan.allocators import lacking
from bench.plan.cells import Cell
from bench.plan.experiment import Experiment, prepare
from bench.plan.sweeps import Sweep
from bench.record.folder import read_machine, results_folder, write_machine
from bench.record.schemas import SCHEMAS
from bench.record.tables import Table
from bench.record.times import read_whole, time_rows
from bench.show.console import Screen
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
        known = machine.fingerprint()
        before = _record_to_go_on_with(experiment, known, folder)
        if options.only != "memory":
            _measure(experiment, known, before, options.seed, patience, folder, screen)
            Table(folder, "clarity.csv").replace(astuple(clarity(one)) for one in experiment.implementations.values())
            _sum_up(experiment, folder, screen)
        else:
            write_machine(folder, {**before, **known, **_conditions(experiment, before)})
        if options.only != "time":
            measure_memory(experiment, known["machine"], folder, patience, screen)


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
    measured_s: float = 0.0
    blas: dict[str, Any] = field(default_factory=dict)
    caveats: list[Caveat] = field(default_factory=list)

    def add(self, finished: Finished) -> None:
        """Record a visit; it is on the disk when this returns."""
        rows = time_rows(self.run, self.machine, finished)
        self.table.append(rows)
        self.progress.add(pd.DataFrame(rows, columns=self.table.columns).astype(SCHEMAS["time.csv"]))
        self.measured_s += sum(row.wall_ns * row.iterations for row in finished.rows if row.wall_ns and row.iterations) / 1e9


def _measure(
    experiment: Experiment, known: dict[str, Any], before: dict[str, Any], seed: int, patience: float, folder: Path, screen: Screen
) -> None:
    table = Table(folder, "time.csv")
    earlier = read_whole(table, screen.warn)
    earlier = earlier[earlier["machine"] == known["machine"]]
    progress = Progress(experiment.contenders, experiment.baseline, PAIRS, experiment.sweep.precision, len(experiment.cells))
    progress.add(earlier)
    run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
    ledger = Ledger(run_id, known["machine"], table, progress)
    cells = _possible(experiment, ledger, set(earlier.loc[earlier["status"] == "skipped", "cell"]), screen)
    if not earlier.empty:
        screen.say(f"goes on with {earlier.groupby(['cell', 'pass']).ngroups} visits recorded before; --fresh starts anew")
    start = caveats.this_moment()
    ledger.caveats += _tell(caveats.before(caveats.read_text, known["load_1_min"], caveats.on_battery()), screen)

    def keep_record() -> None:
        write_machine(folder, _machine_record(experiment, known, before, ledger, start, caveats.this_moment()))

    keep_record()  # for a kill would leave rows that do not say whose they are
    try:
        with tempfile.TemporaryDirectory() as scratch:
            _watch(experiment, cells, seed, patience, Path(scratch), ledger, screen)
    except BaseException:
        with suppress(BadInput):  # on a full disk the first complaint is the one to hear
            keep_record()
        raise
    keep_record()
    _tell(caveats.during(start, caveats.this_moment()), screen)


def _tell(found: list[Caveat], screen: Screen) -> list[Caveat]:
    """Tell what speaks against the figures, each with its remedy."""
    for one in found:
        screen.warn(f"{one.what}; to mend it: {one.remedy}")
    return found


def _watch(experiment: Experiment, cells: list[Cell], seed: int, patience: float, scratch: Path, ledger: Ledger, screen: Screen) -> None:
    """Run passes and record each visit as it finishes, on the screen too."""
    sweep = experiment.sweep
    workers = Workers(
        experiment.write_batches(scratch),
        experiment.baseline,
        experiment.files,
        sweep.blas_threads,
        patience,
        lambda hello: _check_blas(ledger, hello, sweep.blas_threads, screen),
    )
    visits = run_passes(cells, ledger.progress, workers, seed, sweep.budget_s, time.monotonic)
    with screen.watching(cells, ledger.progress, sweep.budget_s) as view:
        for finished in visits:
            ledger.add(finished)
            view.show(finished)


def _possible(experiment: Experiment, ledger: Ledger, told: set[str], screen: Screen) -> list[Cell]:
    """The cells that this machine can measure; the others get rows that say why not."""
    cells = []
    for cell in experiment.cells:
        why = lacking(cell.allocator) or room.lacks_room(cell, *experiment.shape(cell))
        if not why:
            cells.append(cell)
            continue
        screen.warn(f"{cell.id} is skipped: {why}")
        if cell.id not in told:
            rows = tuple(Measurement(name, status="skipped", detail=why) for name in experiment.contenders)
            ledger.add(Finished(Assignment(cell, 0, (), 0, ""), rows, 0.0))
    return cells


def _record_to_go_on_with(experiment: Experiment, known: dict[str, Any], folder: Path) -> dict[str, Any]:
    """machine.json of an earlier run on this machine, if its figures can be joined to new ones.

    Raises:
        BadInput: code, data or settings have changed since.

    """
    before = read_machine(folder)
    if before.get("machine") != known["machine"]:
        return {}
    for key, words in CHANGES.items():
        changed = _changed(experiment.settings()[key], before.get("settings", {}).get(key))
        if changed:
            raise BadInput(f"{folder}: its figures are of {words}{changed}; give --fresh to start anew, or another --results")
    return before


CHANGES = {
    "baseline": "another baseline, ",
    "blas_threads": "another number of BLAS threads, ",
    "implementations": "an earlier version of ",
    "data": "other data under the name of ",
}


def _changed(now: Any, then: Any) -> str:
    """What was otherwise in an earlier run, if anything was; what it did not have is no change."""
    if then is None or now == then:
        return ""
    if isinstance(now, dict):
        return ", ".join(name for name in now if then.get(name, now[name]) != now[name])
    return str(then)


def _machine_record(
    experiment: Experiment, known: dict[str, Any], before: dict[str, Any], ledger: Ledger, start: Moment, end: Moment
) -> dict[str, Any]:
    spent = before.get("passes", {})
    wall = spent.get("wall_s", 0.0) + end.monotonic_s - start.monotonic_s
    measured = spent.get("measured_s", 0.0) + ledger.measured_s
    now = [asdict(one) for one in [*ledger.caveats, *caveats.during(start, end)]]
    warnings = {one["remedy"]: one for one in [*before.get("warnings", []), *now]}  # the last of a kind
    return {
        **known,
        "warnings": list(warnings.values()),
        **(ledger.blas or {key: before[key] for key in ("blas", "blas_threads") if key in before}),
        "passes": {"wall_s": round(wall, 1), "measured_s": round(measured, 1), "share": round(measured / wall, 3) if wall else None},
        "sweep": {"name": experiment.sweep.name, "precision": experiment.sweep.precision, "budget_s": experiment.sweep.budget_s},
        **_conditions(experiment, before),
    }


def _conditions(experiment: Experiment, before: dict[str, Any]) -> dict[str, Any]:
    """What was compared, this time and earlier."""
    settings = experiment.settings()
    for key in ("implementations", "data"):
        settings[key] = {**before.get("settings", {}).get(key, {}), **settings[key]}
    return {"refused": experiment.refused, "settings": settings}


def _check_blas(ledger: Ledger, hello: dict[str, Any], wanted: int, screen: Screen) -> None:
    first = not ledger.blas
    ledger.blas = machine.blas_of(hello)
    if first:
        ledger.caveats += _tell(caveats.of_blas(ledger.blas["blas_threads"], wanted), screen)


def _sum_up(experiment: Experiment, folder: Path, screen: Screen) -> None:
    rows = read_whole(Table(folder, "time.csv"), screen.warn)
    summary = summarise(rows, compared_in(rows, experiment.baseline, PAIRS))
    if summary.empty:
        raise NothingMeasured(f"{folder / 'time.csv'}: nothing could be measured; its status and detail columns say why")
    Table(folder, "summary.csv").replace(summary.to_numpy().tolist())
    here = rows["machine"] == read_machine(folder)["machine"]
    screen.findings(findings(rows[here], experiment.baseline))
