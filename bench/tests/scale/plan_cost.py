"""What a pass takes of the client when the plan has many cells: `python -m bench.tests.scale.plan_cost CELLS` tells it as JSON.

One worker is played, whose answers cost nothing. Two passes over all cells arrive, with as few rounds as a visit may have. Of the
second it tells CPU milliseconds: `decide_ms` which cells the next pass visits, `hand_ms` to give it out and take it in, `record_ms`,
`tell_ms` for the line on the terminal; the most of memory; and how many bytes are kept of each visit for as long as the run lasts.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

from bench.measure.cluster import on_worker
from bench.measure.cluster.coordinator import Arrived, Coordinator, Event, Rules
from bench.measure.scheduling.schedule import Schedule
from bench.measure.timing.visit import FEWEST_ROUNDS
from bench.record.time_parts.table import TimeTable
from bench.show.terminal.board import View
from bench.tests.measure.cluster.client_cost import CONTENDERS, Judge, answer, grid, rows_as_text
from bench.tests.measure.cluster.processes import JOB
from bench.verbs.running.recorder import VisitRecorder

KEPT_CELLS, KEPT_PASSES = 200, 24


class Clock:
    """CPU time of what is done inside it, summed up."""

    def __init__(self):
        self.spent_s = 0.0

    def __enter__(self):
        self._began_s = time.process_time()

    def __exit__(self, *error):
        self.spent_s += time.process_time() - self._began_s


class Played:
    """A worker that answers at once; the time that this takes is its own."""

    def __init__(self, rounds):
        self.text, self.clock, self.due = rows_as_text(CONTENDERS, rounds), Clock(), []

    def workers(self):
        return {"one": ""}

    def ask(self, key, address, function, *arguments, alone=True):
        self.due.append((key, function, arguments))

    def heard_of(self, address):
        return 0.0

    def drop(self, key):
        pass

    def events(self, wait_s):
        due, self.due = self.due, []
        with self.clock:
            return [Event("answered", key, self._answer(function, arguments)) for key, function, arguments in due]

    def _answer(self, function, arguments):
        if function is on_worker.admit:
            return {"host": "one", "node": "one"}
        return answer(arguments[0], self.text, 1.0)


class TimedSchedule(Schedule):
    """A schedule that knows what its decisions take."""

    def __init__(self, *arguments):
        self.clock = Clock()
        super().__init__(*arguments)

    @property
    def finished(self):
        with self.clock:
            return super().finished

    def next_pass(self):
        with self.clock:
            return super().next_pass()


def passes(cells, count, rounds, folder):
    """Have passes made; what each took, stage by stage, and the judge."""
    judge, played = Judge(count, cells), Played(rounds)
    schedule = TimedSchedule(grid(cells), judge, 0)
    coordinator = Coordinator(played, schedule, JOB, named, Rules(1e9), time.monotonic)
    recorder, view = VisitRecorder("run", "one", TimeTable(folder), judge.progress), View(grid(cells), judge.progress, 1e9)
    record, tell, taken, before = Clock(), Clock(), [], [0.0] * 5
    for happening in coordinator.run():
        assert isinstance(happening, Arrived)
        with record:
            recorder.add_all(happening.visits)
        judge.add(happening.visits)
        with tell:
            for visit in happening.visits:
                view.show(visit)
        spent = [schedule.clock.spent_s, record.spent_s, tell.spent_s, played.clock.spent_s, time.process_time()]
        taken.append([now - then for now, then in zip(spent, before, strict=True)])
        before = spent
        rows = sum(len(visit.rows) for visit in happening.visits)
    return judge, rows, taken


def named(member, answer):
    member.machine = "one"
    return ""


def kept_bytes(folder):
    """Of each visit, once the rows are recorded."""
    tracemalloc.start()
    judge, _, _ = passes(KEPT_CELLS, 1, 1, folder / "first")
    gc.collect()
    first = tracemalloc.get_traced_memory()[0]
    del judge
    judge, _, _ = passes(KEPT_CELLS, KEPT_PASSES, 1, folder / "more")
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - first
    return round(grown / (sum(judge.made.values()) - KEPT_CELLS))


def main(cells):
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        _, rows, taken = passes(cells, 2, FEWEST_ROUNDS, folder)
        mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        decide, record, tell, played, whole = taken[-1]
        stages = {"decide_ms": decide, "hand_ms": whole - decide - record - tell - played, "tell_ms": tell, "record_ms": record}
        told = {name: round(1e3 * seconds, 1) for name, seconds in stages.items()}
        for name in ("first", "more"):
            (folder / name).mkdir()
        return {"cells": cells, "rows": rows, **told, "mib": mib, "kept_bytes": kept_bytes(folder)}


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
