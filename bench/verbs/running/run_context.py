"""A run: what its parts share, made once and handed down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.measure.machine import capacity
from bench.measure.machine.fingerprint import fingerprint
from bench.measure.machine.measured_under import Settings
from bench.measure.subjects.reach import Size, out_of_reach
from bench.measure.timing.method_digest import method
from bench.plan.allocators import lacking
from bench.plan.cells import Cell
from bench.plan.contenders import CONTROL, tell
from bench.plan.experiment import Experiment
from bench.record.folder import read_machine
from bench.record.machines import of_cluster, tell_other_machines
from bench.record.tables import Table
from bench.record.time_parts.rows import Rows, TimeRows, read_times
from bench.show.terminal.counting import doing
from bench.show.terminal.screen import Screen
from bench.verbs.cluster.where import Where
from bench.verbs.running.resuming import record_to_resume


@dataclass(frozen=True)
class Run:
    """A sweep that is being measured into a results folder.

    Attributes:
        experiment: what is compared, where, and on what.
        seed: of every random order.
        passes: the least number of passes that each comparison gets.
        patience_s: seconds of silence after which a worker has timed out.
        folder: the results folder.
        machine: what is known of this machine.
        settings: what must not change between this run and one that resumes it.
        earlier: machine.json of an earlier run that this one resumes; empty if there is none.
        retry: is what failed twice in an earlier run tried again?
        where: the cluster that times are measured on; None for this machine alone.
        at_once: how many passes are made at once on this machine.
        out_of_reach: of each problem without a formula for its memory, size -> implementation -> why it cannot be measured there.
        screen: where it tells the user what happens.

    """

    experiment: Experiment
    seed: int
    passes: int
    patience_s: float
    folder: Path
    machine: dict[str, Any]
    settings: dict[str, Any]
    earlier: dict[str, Any]
    retry: bool
    screen: Screen
    out_of_reach: Mapping[str, Mapping[Size, Mapping[str, str]]]
    where: Where | None = None
    at_once: int = 1

    @property
    def machine_name(self) -> str:
        """The short name that rows carry."""
        return str(self.machine["machine"])

    def table(self, name: str) -> Table:
        """The CSV file of that name in the results folder."""
        return Table(self.folder, name)

    def times(self) -> TimeRows:
        """The rows of time.csv and its parts from this machine, or from this cluster's machines, the running run's among them."""
        return read_times(self.folder, lambda sentence: None).of_machines(self.machine_names())

    def machine_names(self) -> list[str]:
        """This machine and, of a run on a cluster, the machines that have made passes so far."""
        return [self.machine_name, *(self.taking_part() if self.where else ())]

    def taking_part(self) -> list[str]:
        """The machines whose passes count: this one; on a cluster, those that have made passes so far."""
        return of_cluster(read_machine(self.folder)) if self.where else [self.machine_name]

    def unmeasurable(self, cell: Cell) -> dict[str, str]:
        """Who cannot be measured in the cell, and why not: all of them, or those that do not fit into memory or take too long."""
        experiment = self.experiment
        if everywhere := experiment.unusable.get(cell.python, "") or lacking(cell.allocator):
            return dict.fromkeys(experiment.compared_in(cell), everywhere)
        problem, reasons = experiment.problems[cell.problem], {}
        if cell.dataset:
            available, shape = capacity.available_bytes(), experiment.shape(cell)
            reasons = {name: capacity.lacks_room(cell, *shape, each, available) for name, each in problem.implementations.items()}
            reasons |= {name: why for name, why in experiment.not_in_layout(cell).items() if name in reasons}
        else:
            too_much = self.out_of_reach[cell.problem].get((cell.depth, cell.width), {})
            reasons = {name: too_much.get(name, "") for name in problem.implementations}
        alone = reasons[experiment.baseline]
        reasons |= {name: alone if name == CONTROL or "" not in reasons.values() else "" for name in problem.references}
        return {name: reason for name, reason in reasons.items() if reason}


def begin(
    experiment: Experiment,
    seed: int,
    passes: int,
    patience_s: float,
    folder: Path,
    under: Settings,
    retry: bool,
    screen: Screen,
    where: Where | None = None,
    at_once: int = 1,
) -> Run:
    """The record of a run in that folder, which the caller holds; `under` are the settings of processes that measure.

    Raises:
        BadInput: the folder has figures of this machine that new ones must not be mixed with.

    """
    tell(experiment.described)
    record = read_machine(folder)
    machine = fingerprint(record)
    tables: dict[str, Rows] = {"time.csv": read_times(folder, lambda sentence: None), "memory.csv": Table(folder, "memory.csv").read()}
    for name, rows in tables.items():
        take_part = of_cluster(record) if where and name == "time.csv" else []
        tell_other_machines(folder / name, rows, machine["machine"], machine, screen.warn, take_part)
    settings = {**experiment.settings(), "method": method(), **under}
    earlier = record_to_resume(machine, settings, folder)
    out_of_reach = _out_of_reach(experiment, screen)
    return Run(experiment, seed, passes, patience_s, folder, machine, settings, earlier, retry, screen, out_of_reach, where, at_once)


def _out_of_reach(experiment: Experiment, screen: Screen) -> dict[str, dict[Size, dict[str, str]]]:
    """What cannot be measured of problems whose inputs nobody can know the size of without making them."""
    found: dict[str, dict[Size, dict[str, str]]] = {}
    warnings: list[str] = []
    with doing(screen) as tell:
        for name, sizes in experiment.sizes.items():
            tell(f"{name}: one call of each implementation at every size")
            found[name] = out_of_reach(experiment.problems[name], sizes, experiment.files, warnings.append)
    for sentence in warnings:
        screen.warn(sentence)
    return found
