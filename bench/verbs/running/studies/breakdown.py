"""Where a step's time goes: passes of the study, at the end of a run's time half, for a small share of the time that it took."""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from bench.errors import NothingMeasured
from bench.measure.breakdown import study as study_module
from bench.measure.breakdown.choice import BEFOREHAND, narrow_and_wide
from bench.measure.breakdown.study import Study, StudyVisit, run_study
from bench.plan.allocators import STEADY, lacking
from bench.plan.cells import Cell
from bench.plan.code_text import code_digest, module_of, taken_from
from bench.plan.data.datasets import write_batches
from bench.record.studies.breakdown import FILE, breakdown_rows, read_breakdown
from bench.show.answers.words import counted, duration
from bench.show.terminal.counting import doing
from bench.verbs.running.run_context import Run
from impls import IMPLEMENTATIONS, layers, losses

SHARE = 1 / 8  # of the time that the passes of the sweep took
SHORTEST_S = 1.0  # a pass takes about twice as long, so nothing is begun for less
MOST_PASSES = 24  # after which intervals hardly become narrower


def study_breakdown(run: Run, seconds: float) -> None:
    """Make passes for so many seconds, each on the disk before the next one begins; those of earlier runs count.

    Raises:
        BadInput: breakdown.csv cannot be read or written.

    """
    cells = [cell for cell in narrow_and_wide(run.experiment.cells) if not run.unmeasurable(cell)]
    if not cells or seconds < SHORTEST_S:
        return
    table, digest = run.table(FILE), _digest(run)
    rows = read_breakdown(table, run.machine_name, run.screen.warn)
    mine = rows[rows["run"] == digest]
    if why := lacking(STEADY):
        if not mine["status"].eq("skipped").any():
            for cell in cells:
                _record(run, digest, StudyVisit(replace(cell, allocator=STEADY), 0, status="skipped", detail=why))
        return
    first, start, made = int(mine["pass"].max()) + 1 if len(mine) else 1, time.monotonic(), set[int]()

    def fits(passes: int) -> bool:
        spent_s = time.monotonic() - start
        tell(f"Where a step's time goes: {counted(passes, 'pass')}")
        return passes == 0 or spent_s + spent_s / passes <= seconds

    with tempfile.TemporaryDirectory() as scratch, doing(run.screen) as tell:
        study = Study(_batches(run, cells, Path(scratch)), run.experiment.sweep.blas_threads, run.patience_s, study_module.VISIT_S)
        for visit in run_study(cells, study, first, MOST_PASSES, run.seed, fits):
            _record(run, digest, visit)
            made.add(visit.pass_number)
    if made:
        run.screen.say(f"Where a step's time goes: {counted(len(made), 'pass')} in {duration(time.monotonic() - start)}")


def study_breakdown_alone(run: Run, seconds: float) -> None:
    """The same where nothing else is measured, so that there is one pass at least.

    Raises:
        BadInput: breakdown.csv cannot be read or written.
        NothingMeasured: no step could be broken down, now or earlier.

    """
    study_breakdown(run, max(seconds, SHORTEST_S))
    table = run.table(FILE)
    if not read_breakdown(table, run.machine_name, lambda sentence: None)["status"].eq("ok").any():
        why = "the columns status and detail say why; a sweep without a network whose step is short enough has no rows"
        raise NothingMeasured(f"{table.path}: no step could be taken apart; {why}")


def _batches(run: Run, cells: list[Cell], folder: Path) -> dict[tuple[str, int], Path]:
    return write_batches(run.experiment.data, {cell.batch for cell in cells}, folder)


def _record(run: Run, digest: str, visit: StudyVisit) -> None:
    """Record a visit; it is on the disk when this returns."""
    run.table(FILE).append(breakdown_rows(digest, run.machine_name, visit))
    if visit.status != "ok":
        run.screen.warn(f"Where a step's time goes: {visit.cell.id} is left out ({visit.status}): {visit.detail}")


def _digest(run: Run) -> str:
    """A short name for all that two passes must share to belong together: the code, data and libraries, and what processes run under."""
    modules = [study_module.__name__, study_module.WORKER]
    method = code_digest([*modules, *taken_from(modules, "bench.measure")])
    implementations = [module_of(IMPLEMENTATIONS[name]) for name in BEFOREHAND]
    parts = [*implementations, layers.__name__, losses.__name__]
    shared = {
        **{key: value for key, value in run.settings.items() if key not in ("baseline", "implementations", "libraries", "method")},
        "numpy": run.settings["libraries"]["numpy"],
        "code": code_digest([*parts, *taken_from(parts, "impls")]),
        "study": method,
    }
    return hashlib.sha256(json.dumps(shared, sort_keys=True).encode()).hexdigest()[:12]
