"""Measuring on a cluster: passes come from many machines, and each visit is recorded as it arrives, under the machine that made it."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

from bench.analyse.observations import OF_ROUNDS
from bench.measure.cluster.coordinator import Arrived, Coordinator, Note, Rules
from bench.measure.cluster.job import packed
from bench.measure.cluster.members import Member
from bench.measure.machine.caveats import Caveat
from bench.measure.machine.fingerprint import LASTING, name_of
from bench.measure.scheduling.schedule import Schedule
from bench.plan.cells import Cell
from bench.record.folder import read_machine
from bench.record.machines import of_cluster
from bench.record.time_parts.rows import read_times
from bench.show.answers.words import counted
from bench.show.terminal.board import watching
from bench.verbs.running.machine_json import REMEDY, Conditions
from bench.verbs.running.noting import Noting
from bench.verbs.running.recorder import VisitRecorder
from bench.verbs.running.resuming import changed_since
from bench.verbs.running.run_context import Run

SIDE_BY_SIDE = (
    "{} passes run at once on this machine, and disturb each other: with two, steps took 2 to 8 % longer (docs/cluster.md); "
    "leave out --workers for figures to rely on"
)


def measure_on_cluster(
    run: Run, cells: Sequence[Cell], recorder: VisitRecorder, conditions: Conditions, schedule: Schedule, rules: Rules
) -> None:
    """Have passes made by the run's cluster, and record each as it arrives.

    Raises:
        BadInput: the cluster cannot be reached, has no workers, or its scheduler has gone.

    """
    assert run.where is not None
    machines = Machines(run, recorder, conditions)
    with run.where.opened() as cluster:
        _tell_cluster(run, cluster.dashboard)
        job = packed(run.experiment, cells, run.patience_s)
        rules = replace(rules, side_by_side=run.where.workers > 0)
        coordinator = Coordinator(cluster, schedule, job, machines.accept, rules, time.monotonic)
        try:
            _record_all(run, cells, coordinator, machines)
        finally:
            machines.note(coordinator)
            machines.tell_differences(cells)


def _tell_cluster(run: Run, dashboard: str) -> None:
    assert run.where is not None
    if run.where.workers > 1:
        run.screen.warn(SIDE_BY_SIDE.format(run.where.workers))
    if run.where.scheduler:
        run.screen.say("Passes go to the cluster; memory, depth and the steps that are traced are measured on this machine")
    if dashboard:
        run.screen.say(f"Dask's dashboard: {dashboard}")


def _record_all(run: Run, cells: Sequence[Cell], coordinator: Coordinator, machines: Machines) -> None:
    sweep = run.experiment.sweep
    state = _state_of(coordinator)
    with watching(run.screen, cells, machines.recorder.progress, sweep.budget_s, state) as view, closing(coordinator.run()) as happenings:
        for happening in happenings:
            if isinstance(happening, Note):
                view.note(happening.words)
                continue
            machines.record(happening, coordinator)
            for finished in happening.visits:
                view.show(finished)


def _state_of(coordinator: Coordinator) -> Callable[[], Iterator[str]]:
    """What the line on the terminal says of the cluster."""
    what = "worker" if coordinator.rules.side_by_side else "machine"

    def state() -> Iterator[str]:
        yield counted(coordinator.machines, what)
        yield f"{counted(coordinator.under_way, 'pass')} under way"
        if coordinator.lost:
            yield f"{coordinator.lost} lost, {coordinator.repeated} of them repeated"

    return state


class Machines:
    """The machines that take part in a run: which rows are theirs, what each measures under, and what machine.json says of them."""

    def __init__(self, run: Run, recorder: VisitRecorder, conditions: Conditions) -> None:
        self.run, self.recorder, self.conditions = run, recorder, conditions
        self._facts: dict[str, dict[str, Any]] = {name: dict(facts) for name, facts in run.machine["machines"].items()}
        self._joined = set(of_cluster(read_machine(run.folder)))
        self._noting: dict[str, Noting] = {}
        self._hosts: dict[str, set[str]] = defaultdict(set)
        self._passes = 0
        self.note()

    def accept(self, member: Member, answer: dict[str, Any]) -> str:
        """Name the worker's machine; why its passes cannot be joined to what the folder has, or ""."""
        lasting = {key: answer["facts"][key] for key in LASTING}
        name, settings = name_of(lasting, self._facts), {**self.run.settings, **answer["settings"]}
        if changed := changed_since(self._facts.get(name, {}), settings):
            return f"the folder has figures of its machine that were measured {changed}; give another --results folder"
        if chosen := _chosen_otherwise(answer["settings"]["environment"], self.run.settings["environment"]):
            return f"{chosen}; set on both what is to be measured"
        member.machine = name
        if name not in self._noting:
            self._noting[name] = Noting(answer["settings"], self.run.experiment.sweep.blas_threads, REMEDY, self.run.screen)
        self._facts[name] = {**self._facts.get(name, {}), **lasting, "settings": settings}
        self._hosts[name].add(member.node)
        self._tell(member, answer["caveats"])
        if name not in self._joined:
            self._join(name)
        return ""

    def record(self, arrived: Arrived, coordinator: Coordinator) -> None:
        """Record the visits of a pass."""
        name = arrived.member.machine
        recorder = replace(self.recorder, machine=name)
        for hello in arrived.hellos:
            self._noting[name].note_start(hello)
        recorder.add_all(arrived.visits)
        self.conditions.measured_s += sum(finished.rounds_s for finished in arrived.visits) / max(1, coordinator.machines)
        self._passes += 1

    def note(self, coordinator: Coordinator | None = None) -> None:
        """Put into machine.json which machines take part; at the end, what became of the passes."""
        blas = {name: noting.blas for name, noting in self._noting.items() if noting.blas}
        machines = {name: facts | blas.get(name, {}) for name, facts in self._facts.items()}
        cluster: dict[str, Any] = {"machines": sorted(self._joined), "hosts": {name: sorted(hosts) for name, hosts in self._hosts.items()}}
        if coordinator:
            cluster |= {"passes": self._passes, "lost": coordinator.lost, "repeated": coordinator.repeated}
        self.conditions.more = {"machines": machines, "cluster": cluster}
        for noting in self._noting.values():
            self.conditions.noting.noted += [caveat for caveat in noting.noted if caveat not in self.conditions.noting.noted]

    def tell_differences(self, cells: Sequence[Cell]) -> None:
        """Tell where no one ratio holds on all machines."""
        progress = self.recorder.progress
        differing = progress.differing(cells)
        if differing:
            all_there = sum(len(progress.comparable(cell)) for cell in cells)
            cell, (impl, baseline) = differing[0]
            what = (
                f"the machines differ in {len(differing)} of {counted(all_there, 'comparison')}, such as {impl} ÷ {baseline} in {cell.id}"
            )
            self.conditions.noting.note([Caveat(what, "compare them machine by machine, in summary.csv; the line over all holds for none")])

    def _join(self, name: str) -> None:
        """Let a machine take part, with the passes that it has made before."""
        self._joined.add(name)
        for piece in read_times(self.run.folder, lambda sentence: None).of_machines([name]).pieces([*OF_ROUNDS, "status", "detail"]):
            self.recorder.progress.add(piece[piece["status"] == "ok"])
        self.note()
        self.conditions.write()  # a kill must not leave rows of a machine that nothing knows

    def _tell(self, member: Member, caveats: Sequence[dict[str, str]]) -> None:
        """What speaks against the figures of a machine, each kind once."""
        noting = self.conditions.noting
        known = {caveat.remedy for caveat in noting.noted}
        noting.note([Caveat(f"on {member.node} {each['what']}", each["remedy"]) for each in caveats if each["remedy"] not in known])


def _chosen_otherwise(there: dict[str, str], here: dict[str, str]) -> str:
    """The variables that can change figures and are not the same on a worker and on the client, in words; empty if all are."""
    odd = [name for name in sorted(there.keys() | here.keys()) if there.get(name) != here.get(name)]
    return ", ".join(f"{name} is {there.get(name, 'not set')} there and {here.get(name, 'not set')} on the client" for name in odd)
