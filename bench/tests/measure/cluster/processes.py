"""Real processes of Dask for tests: a scheduler, and workers on hosts of their own whose passes have a known length.

`python -m bench.tests.measure.cluster.processes scheduler …` prints its address; `… worker …` makes passes that sleep, and logs when
each begins and ends. It is a machine of its own, whose processor has the host's name, and takes any code for its own.
"""

import asyncio
import logging
import os
import subprocess
import sys
import time
from contextlib import contextmanager

import dask
import distributed.scheduler
from distributed import Scheduler, Worker

from bench.measure.cluster import on_worker
from bench.measure.cluster.same_code import what_is_here
from bench.measure.cluster.wire import assignment_of, plain_visit
from bench.measure.machine.fingerprint import fingerprint
from bench.measure.timing.passes import Finished
from bench.measure.timing.visit import Measurement
from bench.tests.places import ROOT

JOB = {"id": "sleep", "needs": {"libraries": {}}, "settings": {}, "files": {}, "batches": []}


def rows(contenders, slower=1.0):
    """One round of each contender, both orders, all equally fast but recursion, which takes `slower` times as long."""
    places = [*enumerate([*contenders, *reversed(contenders)])]
    times = {name: 1e6 * (slower if name == "recursive" else 1.0) for name in contenders}
    return [Measurement(name, 0, order, 1, times[name], times[name], 0.0) for order, name in places]


def sleeping(host, seconds, log):
    """In place of a measurement: a pass that sleeps, and looks every now and then whether it is still wanted."""

    def made(folder, order, wanted):
        number = order["assignments"][0]["pass"]
        _write(log, f"{host} {number} begins {time.time()}")
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(0.02)
            if not wanted():
                _write(log, f"{host} {number} stops {time.time()}")
                return {"stopped": True}
        _write(log, f"{host} {number} ends {time.time()}")
        slower = 1.1 if host == "slow" else 1.0
        assignments = map(assignment_of, order["assignments"])
        visits = [Finished(visit, tuple(rows(visit.contenders, slower)), seconds, seconds) for visit in assignments]
        return {"hellos": [], "visits": [*map(plain_visit, visits)], "starts_s": 0.0}

    return made


def _write(log, line):
    with open(log, "a") as file:
        file.write(line + "\n")


async def _scheduler(ttl, at):
    dask.config.set({"distributed.scheduler.worker-ttl": ttl})
    distributed.scheduler.heartbeat_interval = lambda workers: 0.1  # a worker has ten of them at least until it is given up
    async with Scheduler(host=at, port=0, dashboard=False) as scheduler:
        print(scheduler.address, flush=True)
        await scheduler.finished()


async def _worker(address, host, seconds, log, resource, other_code, at):
    here = what_is_here(["numpy"]) if other_code else {}
    on_worker.host, on_worker.made = lambda: host, sleeping(host, float(seconds), log)
    on_worker.measured_under = lambda: {"conditions": {}, "environment": {}}
    if other_code:
        on_worker.what_is_here = lambda libraries: {**here, "code": {**here["code"], other_code: "other"}}
    else:
        on_worker.what_is_here, on_worker.differences = lambda libraries: {}, lambda asked, here: []
    facts = fingerprint() | {"cpu": host}
    on_worker.fingerprint = lambda: facts | {"machine": f"machine-{host}"}
    settings = {"nthreads": 1, "memory_limit": 0, "dashboard": False, "host": at}
    async with Worker(address, resources={resource: 1}, local_directory=f"{log}-{os.getpid()}", **settings) as worker:
        await worker.finished()


class Processes:
    """A scheduler and its workers; all are gone at the end."""

    def __init__(self, home, ttl="5 minutes", at="127.0.0.1"):
        self.home, self.log, self.ttl, self.at = home, home / "passes.log", ttl, at
        self.workers = []

    def start(self):
        self.scheduler = _started("scheduler", self.ttl, self.at, stdout=subprocess.PIPE)
        self.address = self.scheduler.stdout.readline().strip()
        return self

    def worker(self, host="one", seconds=0.1, resource="unwind", other_code="", at="127.0.0.1", inside=()):
        """Start one; what it says goes to a file beside the log.

        `other_code` is a module of ours that it has otherwise, `inside` the command of a network namespace where it has the address `at`.
        """
        with open(self.home / "errors.log", "a") as errors:
            self.workers.append(
                _started("worker", self.address, host, seconds, self.log, resource, other_code, at, inside=inside, stderr=errors)
            )
        return self.workers[-1]

    def lines(self):
        """(host, pass, what, when) of all that was logged."""
        text = self.log.read_text() if self.log.exists() else ""
        return [(host, int(number), what, float(at)) for host, number, what, at in map(str.split, text.splitlines())]

    def close(self):
        for process in (*self.workers, self.scheduler):
            process.kill()
        for process in (*self.workers, self.scheduler):
            process.communicate()


def _started(*arguments, inside=(), **streams):
    command = [*inside, sys.executable, "-m", __name__, *map(str, arguments)]
    return subprocess.Popen(command, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, **streams)


@contextmanager
def dask_processes(home, **settings):
    """Processes of Dask, for as long as a test lasts."""
    processes = Processes(home, **settings).start()
    try:
        yield processes
    finally:
        processes.close()


if __name__ == "__main__":
    logging.getLogger("distributed").setLevel(logging.ERROR)
    asyncio.run((_scheduler if sys.argv[1] == "scheduler" else _worker)(*sys.argv[2:]))
