"""The memory half of a run: peaks, the profile of a step and samples, each measured once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.errors import NothingMeasured
from bench.measure.machine import capacity
from bench.measure.memory.predictions import leak, predicted_bytes
from bench.measure.memory.readings import MemoryReader, MemoryReading, MemoryTask
from bench.plan import memory as plan
from bench.plan.datasets import write_batches
from bench.record.memory import leak_note, memory_row, profile_rows, put_series, read_memory, recorded, sample_rows
from bench.show.terminal.counting import counting
from bench.show.topics import topic
from bench.verbs.running.run_record import Run


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
    run.screen.answers(topic("memory").answers(tables))


def _due(run: Run) -> list[MemoryTask]:
    """The meters that are left to read, by cell and implementation."""
    experiment = run.experiment
    tables = read_memory(run.folder, run.machine_name, run.screen.warn)
    known = recorded(tables.peaks, tables.profile)
    dataset, due = next(iter(experiment.data)), []
    frame_cells = plan.frame_cells(dataset)
    for cell, meters in plan.all_cells(experiment.cells, dataset):
        for implementation in experiment.implementations.values():
            left = tuple(meter for meter in meters if (cell.memory_id, implementation.name, meter) not in known)
            if left and (cell not in frame_cells or plan.has_frames(implementation)):
                due.append(MemoryTask(cell, implementation.name, left))
    return due


def _read(run: Run, due: list[MemoryTask]) -> None:
    """Read the meters one after the other; each reading is on the disk before the next one begins."""
    experiment = run.experiment
    leaks = {name: leak(implementation) for name, implementation in experiment.implementations.items() if not implementation.library}
    with tempfile.TemporaryDirectory() as scratch, counting(run.screen, "memory: implementations in cells", len(due)) as advance:
        data = write_batches(experiment.data, {task.cell.batch for task in due}, Path(scratch))
        reader = MemoryReader(data, experiment.files, experiment.sweep.blas_threads, run.patience_s)
        for task in due:
            advance(0, f"{task.cell.memory_id} {task.impl}")
            for reading in _readings(run, reader, task):
                _record(run, reading, leaks.get(reading.impl, 0))
            advance(1, "")


def _readings(run: Run, reader: MemoryReader, task: MemoryTask) -> Iterator[MemoryReading]:
    """What the meters read, or why the cell does not fit."""
    why = capacity.lacks_room(task.cell, *run.experiment.shape(task.cell))
    if not why:
        yield from reader(task)
        return
    for meter in task.meters:
        yield MemoryReading(task.cell, task.impl, meter, status="skipped", detail=why)


def _record(run: Run, reading: MemoryReading, leaked_bytes: int) -> None:
    """Record one reading, its series first, so that a row in memory.csv means that all is there."""
    if reading.status not in ("ok", "skipped"):
        run.screen.warn(
            f"{reading.impl} in {reading.cell.memory_id}: the {reading.meter} meter failed ({reading.status}): {reading.detail}"
        )
    if reading.meter == "profile":
        if reading.status == "ok" and not reading.series:
            run.screen.warn(f"{reading.impl} has no profile: its arithmetic is not that of impls.layers, where the profile is taken")
        put_series(run.table("profile.csv"), profile_rows(reading))
        return
    put_series(run.table("samples.csv"), sample_rows(reading))
    implementation = run.experiment.implementations[reading.impl]
    predicted = predicted_bytes(implementation, reading.meter, reading.cell, *run.experiment.shape(reading.cell))
    note = leak_note(leaked_bytes) if reading.meter == "heap" else ""
    run.table("memory.csv").append([memory_row(run.machine_name, reading, predicted, note)])
