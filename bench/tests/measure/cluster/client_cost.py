"""What a pass costs the client in CPU time of its own, with passes that sleep: how the cost grows with the workers.

`python -m bench.tests.measure.cluster.client_cost WORKERS PASSES SECONDS [CELLS] [ROUNDS]` has so many passes of so many seconds made
by workers that are threads of another process, and tells the client's CPU milliseconds a pass, its memory, and how long a worker
waited from one pass to the next. Rows are not recorded: that costs as much as in a run on one machine.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import psutil
from distributed import Worker

from bench.measure.cluster import on_worker
from bench.measure.cluster.connection import connected
from bench.measure.cluster.coordinator import Arrived, Coordinator, Rules
from bench.measure.cluster.schedule import Schedule
from bench.measure.cluster.wire import assignment_of, plain_visit
from bench.measure.timing.passes import Finished
from bench.tests.measure.cluster.judging import CELLS, Wanting
from bench.tests.measure.cluster.processes import JOB, dask_processes, rows

CONTENDERS = ("iterative", "iterative_pop", "recursive", "control", "floor")


class Judge(Wanting):
    def runnable(self, cell):
        return list(CONTENDERS)


def plain_pass(rounds, seconds):
    """A pass that sleeps, and has as many rows as one of `quick`."""

    def made(folder, order, wanted):
        time.sleep(seconds)
        visits = []
        for visit in map(assignment_of, order["assignments"]):
            measured = [replace(row, round=number) for number in range(rounds) for row in rows(visit.contenders)]
            visits.append(plain_visit(Finished(visit, tuple(measured), seconds, seconds)))
        return {"hellos": [], "visits": visits, "starts_s": 0.0}

    return made


async def _workers(address, count, rounds, seconds):
    on_worker.made = plain_pass(int(rounds), float(seconds))
    on_worker.measured_under = lambda: {"conditions": {}, "environment": {}}
    on_worker.what_is_here, on_worker.differences = lambda libraries: {}, lambda asked, here: []
    with tempfile.TemporaryDirectory() as folder:
        settings = {"nthreads": 1, "resources": {"unwind": 1}, "memory_limit": 0, "dashboard": False, "local_directory": folder}
        workers = [await Worker(address, name=number, **settings) for number in range(int(count))]
        print("ready", flush=True)
        await workers[0].finished()


def measure(workers, passes, seconds, cells=18, rounds=30):
    grid = [replace(CELLS[0], depth=depth) for depth in range(2, cells + 2)]
    judge = Judge(passes)
    with tempfile.TemporaryDirectory() as folder, dask_processes(Path(folder)) as dask:
        command = [
            sys.executable,
            "-m",
            "bench.tests.measure.cluster.client_cost",
            "workers",
            dask.address,
            str(workers),
            str(rounds),
            str(seconds),
        ]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            process.stdout.readline()
            with connected(dask.address) as cluster:
                return _measured(cluster, judge, grid, workers)
        finally:
            process.kill()
            process.communicate()


def _measured(cluster, judge, grid, workers):
    """From the moment at which every worker has made a pass."""

    def accept(member, answer):
        member.machine = "all alike"
        return ""

    rules = Rules(1e9, slack_s=600.0, side_by_side=True)
    coordinator = Coordinator(cluster, Schedule(grid, judge, 0), JOB, accept, rules, time.monotonic)
    arrived = 0
    for happening in coordinator.run():
        assert isinstance(happening, Arrived)
        judge.add(happening.visits)
        arrived += 1
        if arrived == workers:
            cpu_s, wall_s = time.process_time(), time.monotonic()
    made = arrived - workers
    cpu_s, wall_s = time.process_time() - cpu_s, time.monotonic() - wall_s
    return made, 1e3 * cpu_s / made, wall_s * workers / made, psutil.Process().memory_info().rss / 2**20


if __name__ == "__main__":
    if sys.argv[1] == "workers":
        asyncio.run(_workers(*sys.argv[2:]))
    else:
        count, wanted, length, *size = sys.argv[1:]
        made, cpu_ms, pass_s, mib = measure(int(count), int(wanted), float(length), *map(int, size))
        print(
            f"{count} workers, {made} passes of {length} s: {cpu_ms:.1f} ms of CPU a pass, one every {pass_s:.2f} s a worker, {mib:.0f} MiB"
        )
