"""The memory half of a run: peaks, the profile of a step and samples, each measured once; what failed is not given up for ever."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bench.errors import NothingMeasured
from bench.measure.memory.predictions import leak, predicted_bytes
from bench.measure.memory.readings import MemoryReader, MemoryReading, MemoryTask
from bench.measure.workers.second_tries import AGAIN, second_patience_s
from bench.plan import memory as plan
from bench.plan.cells import Cell
from bench.plan.data.datasets import write_batches
from bench.plan.meters import FRAMES, meters_for
from bench.record.memory import leak_note, memory_row, profile_rows, put_peak, put_series, read_memory, recorded, sample_rows
from bench.record.results import read_results
from bench.show.terminal.counting import counting
from bench.show.topics import topic
from bench.verbs.running.failures import failure_words, to_read_again
from bench.verbs.running.run_context import Run
from impls import Implementation


def measure_memory(run: Run) -> None:
    """Read every meter that has not been read yet on this machine, and answer.

    Raises:
        BadInput: a file in the folder cannot be read.
        NothingMeasured: not one meter could be read, now or earlier.

    """
    due = _due(run)
    if due:
        _read(run, due)
    tables = read_memory(run.folder, run.machine_name, run.screen.warn)
    if not (tables.peaks["status"] == "ok").any():
        raise NothingMeasured(f"{run.folder / 'memory.csv'}: no meter could be read; the columns status and detail say why")
    for results in read_results(run.folder, lambda sentence: None):
        run.screen.answers(topic("memory").answers(results.memory), "" if results.alone else results.problem.title)


def _due(run: Run) -> list[MemoryTask]:
    """The meters that are left to read, by cell and implementation; tells what of earlier failures is among them, and what is not."""
    experiment = run.experiment
    tables = read_memory(run.folder, run.machine_name, run.screen.warn)
    known = recorded(tables.peaks.drop(to_read_again(tables.peaks, run.retry).index), tables.profile)
    due, cell_ids = [], set()
    for cell, kind in plan.all_cells(experiment.cells, next(iter(experiment.data), None)):
        cell_ids.add(cell.memory_id)
        for implementation in experiment.problems[cell.problem].implementations.values():
            meters = meters_for(kind, cell.update)
            left = tuple(meter for meter in meters if (cell.memory_id, implementation.name, meter) not in known)
            if left and (kind != FRAMES or plan.has_frames(implementation)):
                due.append(MemoryTask(cell, implementation.name, left))
    failed = tables.peaks[~tables.peaks["status"].isin(["ok", "skipped"])]
    of_this_run = failed["cell"].isin(cell_ids) & failed["impl"].isin([*experiment.implementations])
    for sentence in failure_words(failed[of_this_run], run.retry):
        run.screen.warn(f"memory: {sentence}")
    return due


def _read(run: Run, due: list[MemoryTask]) -> None:
    """Read the meters one after the other; each reading is on the disk before the next one begins."""
    experiment = run.experiment
    leaks = {
        (problem.name, name): leak(each)
        for problem in experiment.problems.values()
        for name, each in problem.implementations.items()
        if isinstance(each, Implementation) and not each.library
    }
    with tempfile.TemporaryDirectory() as scratch, counting(run.screen, "memory: implementations in cells", len(due)) as advance:
        data = write_batches(experiment.data, {task.cell.batch for task in due if task.cell.dataset}, Path(scratch))
        reader = MemoryReader(data, experiment.files, experiment.sources, experiment.sweep.blas_threads, run.patience_s, experiment.pythons)
        longest_s: dict[Cell, float] = {}  # of the readings in a cell so far that went well
        for task in due:
            advance(0, f"{task.cell.memory_id} {task.impl}")
            start = time.monotonic()
            for reading in _readings(run, reader, task, longest_s.get(task.cell)):
                _record(run, reading, leaks.get((reading.cell.problem, reading.impl), 0))
                start, seconds = time.monotonic(), time.monotonic() - start
                if reading.status == "ok":
                    longest_s[task.cell] = max(longest_s.get(task.cell, 0.0), seconds)
            advance(1, "")


def _readings(run: Run, reader: MemoryReader, task: MemoryTask, others_s: float | None) -> Iterator[MemoryReading]:
    """What the meters read, those that failed a second time after the others, each alone; or why the cell does not fit.

    `others_s` is the longest that a reading of another implementation took there, None if there was none.
    """
    why = run.unmeasurable(task.cell).get(task.impl, "")
    if not why:
        failed = []
        for reading in reader(task, others_s):
            if reading.status in ("ok", "skipped"):
                yield reading
            else:
                failed.append(reading)
        yield from (_tried_again(reader, task, reading, others_s) for reading in failed)
        return
    for meter in task.meters:
        yield MemoryReading(task.cell, task.impl, meter, status="skipped", detail=why)


def _tried_again(reader: MemoryReader, task: MemoryTask, failed: MemoryReading, others_s: float | None) -> MemoryReading:
    """What a meter that failed reads alone; if it fails there too, the first failure, which says so."""
    if failed.status == "timeout":
        reader = replace(reader, silence_s=second_patience_s(reader.silence_s, others_s))
    [second] = reader(replace(task, meters=(failed.meter,)))
    return second if second.status == "ok" else replace(failed, detail=failed.detail + AGAIN)


def _record(run: Run, reading: MemoryReading, leaked_bytes: int) -> None:
    """Record one reading, its series first, so that a row in memory.csv means that all is there."""
    if reading.status not in ("ok", "skipped"):
        run.screen.warn(
            f"{reading.impl} in {reading.cell.memory_id}: the {reading.meter} meter failed ({reading.status}): {reading.detail}"
        )
    if reading.meter == "profile":
        if why := _no_profile(reading):
            run.screen.warn(f"{reading.impl} in {reading.cell.memory_id} has no profile: {why}")
        put_series(run.table("profile.csv"), profile_rows(reading))
        return
    put_series(run.table("samples.csv"), sample_rows(reading))
    implementation = run.experiment.problems[reading.cell.problem].implementations[reading.impl]
    predicted = predicted_bytes(implementation, reading.meter, reading.cell, *run.experiment.shape(reading.cell))
    note = leak_note(leaked_bytes) if reading.meter == "heap" else ""
    put_peak(run.table("memory.csv"), memory_row(run.machine_name, reading, predicted, note))


def _no_profile(reading: MemoryReading) -> str:
    """Why a profile has no events; empty if it has some, or if it was said that it failed."""
    if reading.status == "skipped":
        return reading.detail
    if reading.status != "ok" or reading.series:
        return ""
    if reading.cell.dataset:
        return "its arithmetic is not that of impls.layers, where the profile is taken"
    return "no line of Python of its own runs, at which it would be taken"
