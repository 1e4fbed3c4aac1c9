"""What a pass costs the client in CPU time of its own, with passes that sleep: how the cost grows with the workers.

`python -m bench.tests.measure.cluster.client_cost WORKERS PASSES SECONDS [CELLS] [ROUNDS]` has so many passes of so many seconds made
by workers that are threads of a few processes, records them, and tells what the client needed, as JSON: `client_ms` of CPU time a pass
on the cluster's account, `record_ms` for recording it, as in a run on one machine, `pass_s` from one pass of a worker to the next,
and the most of its memory.
"""

import asyncio
import json
import logging
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path

import dask
from distributed import Worker

from bench.analyse.stopping import Progress
from bench.measure.cluster import on_worker
from bench.measure.cluster.connection import connected
from bench.measure.cluster.coordinator import Arrived, Coordinator, Rules
from bench.measure.cluster.wire import FIELDS, assignment_of, plain_assignment
from bench.measure.scheduling.schedule import Schedule
from bench.plan.contenders import CONTROL, FLOOR
from bench.record.time_parts.table import TimeTable
from bench.tests.measure.cluster.processes import JOB, dask_processes, rows
from bench.tests.measure.scheduling.judging import CELLS, Wanting
from bench.verbs.running.recorder import VisitRecorder

CONTENDERS = ("iterative", "iterative_pop", "recursive", CONTROL, FLOOR)
PROCESSES = 8  # that workers are threads of; in one of them all would wait for its lock
PAIRS = [("recursive", "iterative_pop")]


class Judge(Wanting):
    """Asks what a run asks of its progress, and wants so many passes whatever that says."""

    def __init__(self, passes, cells):
        super().__init__(passes)
        self.progress = Progress(CONTENDERS, "iterative", PAIRS, 0.01, cells)

    def decided(self, cell, under_way=0):
        self.progress.decided(cell, under_way)
        return super().decided(cell, under_way)

    def runnable(self, cell):
        self.progress.runnable(cell)
        return list(CONTENDERS)


def grid(cells):
    return [replace(CELLS[0], depth=2 + number % 100, width=1 + number // 100) for number in range(cells)]


def rows_as_text(contenders, rounds):
    """The rows of a visit, column by column, as they come from the process of a pass."""
    measured = [asdict(replace(row, round=number)) for number in range(rounds) for row in rows(contenders)]
    return json.dumps([[row[name] for row in measured] for name in FIELDS])


def plain_pass(workers, rounds, seconds):
    """A pass that sleeps, and has as many rows as a real one; the first ones last longer, each by more, so that later ones do not end
    at once.
    """
    text = rows_as_text(CONTENDERS, rounds)

    def made(folder, order, wanted):
        number = order["assignments"][0]["pass"]
        time.sleep(seconds * (1 + number / workers if number <= workers else 1))
        return answer(order, text, seconds)

    return made


def answer(order, text, seconds):
    visits = [{"of": plain_assignment(assignment_of(plain)), "wall_s": seconds, "rounds_s": seconds} for plain in order["assignments"]]
    return {"hellos": [], "visits": [{**visit, "columns": json.loads(text)} for visit in visits], "starts_s": 0.0}


async def _workers(address, there, count, rounds, seconds):
    """So many of all that are there, in this process."""
    dask.config.set({"distributed.worker.profile.enabled": False})  # or each samples the threads of all
    on_worker.made = plain_pass(int(there), int(rounds), float(seconds))
    on_worker.measured_under = lambda: {"conditions": {}, "environment": {}}
    on_worker.what_is_here, on_worker.differences = lambda libraries: {}, lambda asked, here: []
    with tempfile.TemporaryDirectory() as folder:
        settings = {"nthreads": 1, "resources": {"unwind": 1}, "memory_limit": 0, "dashboard": False, "local_directory": folder}
        workers = [await Worker(address, **settings) for _ in range(int(count))]
        print("ready", flush=True)
        await workers[0].finished()


def measure(workers, passes, seconds, cells=18, rounds=30):
    with tempfile.TemporaryDirectory() as folder, dask_processes(Path(folder)) as dask, ExitStack() as ends:
        counts = [len(range(first, workers, PROCESSES)) for first in range(min(PROCESSES, workers))]
        processes = [_started(dask.address, workers, count, rounds, seconds) for count in counts]
        for process in processes:
            ends.callback(process.communicate)
            ends.callback(process.kill)
        for process in processes:
            process.stdout.readline()
        with connected(dask.address) as cluster:
            measured = _measured(cluster, Judge(passes, cells), grid(cells), workers, Path(folder))
    return {"workers": workers, "length_s": seconds, **measured}


def _started(*arguments):
    command = [sys.executable, "-m", "bench.tests.measure.cluster.client_cost", "workers", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _measured(cluster, judge, cells, workers, folder):
    """From the moment at which every worker has made a pass."""

    def accept(member, answer):
        member.machine = "all alike"
        return ""

    rules = Rules(1e9, slack_s=600.0, side_by_side=True)
    coordinator = Coordinator(cluster, Schedule(cells, judge, 0), JOB, accept, rules, time.monotonic)
    recorder = VisitRecorder("run", "all alike", TimeTable(folder), judge.progress)
    arrived, record_s = 0, 0.0
    for happening in coordinator.run():
        assert isinstance(happening, Arrived)
        began = time.thread_time()
        recorder.add_all(happening.visits)
        record_s += time.thread_time() - began
        judge.add(happening.visits)
        arrived += 1
        if arrived == workers:
            cpu_s, wall_s, record_s = time.process_time(), time.monotonic(), 0.0
    made = arrived - workers
    cpu_s, wall_s = time.process_time() - cpu_s, time.monotonic() - wall_s
    return {
        "rows": sum(len(visit.rows) for visit in happening.visits),
        "passes": made,
        "client_ms": round(1e3 * (cpu_s - record_s) / made, 1),
        "record_ms": round(1e3 * record_s / made, 1),
        "pass_s": round(wall_s * workers / made, 2),
        "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


if __name__ == "__main__":
    logging.getLogger("distributed").setLevel(logging.ERROR)
    if sys.argv[1] == "workers":
        asyncio.run(_workers(*sys.argv[2:]))
    else:
        count, wanted, length, *size = sys.argv[1:]
        print(json.dumps(measure(int(count), int(wanted), float(length), *map(int, size))))
