"""The memory half of `run`: peaks, the profile of a step and samples, each measured once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.errors import NothingMeasured
from bench.measure.machine import capacity
from bench.measure.memory.predictions import leak, predicted_bytes
from bench.measure.memory.readings import Scales, Weighing, Weight
from bench.plan import memory as study
from bench.plan.cells import Cell
from bench.plan.experiment import Experiment
from bench.record.memory import leak_note, memory_row, profile_rows, put_series, read_memory, recorded, sample_rows
from bench.record.tables import Table
from bench.show.terminal.counting import counting
from bench.show.terminal.screen import Screen
from bench.show.topics import topic


def measure_memory(experiment: Experiment, machine: str, folder: Path, patience: float, screen: Screen) -> None:
    """Read every meter that has not been read yet on this machine, and say what came of it.

    Raises:
        BadInput: a file in the folder cannot be read.
        NothingMeasured: not one meter could be read, now or earlier.

    """
    weighings = _due(experiment, machine, folder, screen)
    if weighings:
        leaks = {name: leak(one) for name, one in experiment.implementations.items() if not one.library}
        ledger = MemoryLedger(experiment, machine, folder, leaks)
        with tempfile.TemporaryDirectory() as scratch, counting(screen, "memory: implementations in cells", len(weighings)) as advance:
            data = experiment.write_batches(Path(scratch), {one.cell.batch for one in weighings})
            scales = Scales(data, experiment.files, experiment.sweep.blas_threads, patience)
            for one in weighings:
                advance(0, f"{one.cell.place} {one.impl}")
                for weight in _weigh(scales, one, experiment):
                    ledger.add(weight, screen)
                advance(1, "")
    tables = read_memory(folder, machine, screen.warn)
    if not (tables.peaks["status"] == "ok").any():
        raise NothingMeasured(f"{folder / 'memory.csv'}: no meter could be read; its status and detail columns say why")
    screen.answers([*topic("memory").answers(tables)])


@dataclass(frozen=True)
class MemoryLedger:
    """Where readings go as they come: each is on the disk when `add` returns.

    Attributes:
        leaks: implementation -> bytes that a step leaves behind; of those whose heap can be measured.

    """

    experiment: Experiment
    machine: str
    folder: Path
    leaks: dict[str, int]

    def add(self, weight: Weight, screen: Screen) -> None:
        """Record one reading, its series first, so that a row in memory.csv means that all is there."""
        if weight.status not in ("ok", "skipped"):
            screen.warn(f"{weight.cell.place}: {weight.impl}: {weight.meter}: {weight.status}: {weight.detail}")
        if weight.meter == "profile" and weight.status == "ok" and not weight.series:
            screen.warn(f"{weight.impl} has no profile: it does its arithmetic elsewhere than in impls.layers")
        if weight.meter == "profile":
            put_series(Table(self.folder, "profile.csv"), profile_rows(weight))
            return
        put_series(Table(self.folder, "samples.csv"), sample_rows(weight))
        implementation = self.experiment.implementations[weight.impl]
        predicted = predicted_bytes(implementation, weight.meter, weight.cell, *self.experiment.shape(weight.cell))
        note = leak_note(self.leaks.get(weight.impl, 0)) if weight.meter == "heap" else ""
        Table(self.folder, "memory.csv").append([memory_row(self.machine, weight, predicted, note)])


def _due(experiment: Experiment, machine: str, folder: Path, screen: Screen) -> list[Weighing]:
    tables = read_memory(folder, machine, screen.warn)
    known = recorded(tables.peaks, tables.profile)
    due = []
    for cell, meters in study.all_cells(experiment.cells, next(iter(experiment.data))):
        for implementation in experiment.implementations.values():
            left = tuple(meter for meter in meters if (cell.place, implementation.name, meter) not in known)
            if left and (not _about_frames(cell) or study.has_frames(implementation)):
                due.append(Weighing(cell, implementation.name, left))
    return due


def _about_frames(cell: Cell) -> bool:
    return cell in study.frame_cells(cell.dataset)


def _weigh(scales: Scales, weighing: Weighing, experiment: Experiment) -> Iterator[Weight]:
    """What the meters read, or why the cell does not fit."""
    why = capacity.lacks_room(weighing.cell, *experiment.shape(weighing.cell))
    if not why:
        yield from scales(weighing)
        return
    for meter in weighing.meters:
        yield Weight(weighing.cell, weighing.impl, meter, status="skipped", detail=why)
