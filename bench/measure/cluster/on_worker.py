"""What a Dask worker is asked to do: say what machine it is on and take a job, and make a pass of it.

Both ask for the worker's one resource `unwind`, so that a worker does one of them at a time, whoever asks. What
they take and return is plain data.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from typing import IO, Any

import psutil

from bench.errors import BadInput
from bench.measure.cluster.job import Job, unpack
from bench.measure.cluster.same_code import differences, what_is_here
from bench.measure.machine import caveats
from bench.measure.machine.fingerprint import fingerprint
from bench.measure.machine.measured_under import measured_under
from bench.measure.workers.endings import ending
from bench.measure.workers.process import ended_within, run_module, started
from bench.measure.workers.serve import PARENT

MOMENT_S = 0.2  # how often a pass looks whether it is still wanted
PASS = "bench.measure.cluster.pass_process"
KEPT_ERRORS = 2**13  # bytes


def admit(job: Job) -> dict[str, Any]:
    """Take a job, and say what machine this is; or say what about this worker keeps its passes from being joined to others."""
    if told := differences(job["needs"], what_is_here(job["needs"]["libraries"])):
        return {"refused": f"it has {'; '.join(told)}; install there what the client has"}
    try:
        settings = measured_under()
    except BadInput as error:
        return {"refused": str(error)}
    unpack(job, _folder(job["id"]))
    facts = fingerprint()
    noted = caveats.before(caveats.read_text, facts["load_1_min"], caveats.on_battery())
    return {"host": host(), "node": platform.node(), "facts": facts, "settings": settings, "caveats": [asdict(caveat) for caveat in noted]}


def take_pass(order: dict[str, Any]) -> dict[str, Any]:
    """Make a pass; the answer has its visits, or says why there are none: `unknown` if the job has never come, `stopped`, `failed`."""
    begin(order["topic"])
    folder, start = _folder(order["job"]), monotonic()
    if not folder.exists():
        return {"unknown": order["job"]}
    answer = made(folder, order, still_wanted())
    return {**answer, "wall_s": monotonic() - start}


def awake() -> bool:
    """Answer, which a process that is stopped does not."""
    return True


def host() -> str:
    """What all workers of one host have in common: Linux's name for its present start, which containers share; else its own name."""
    return caveats.read_text("/proc/sys/kernel/random/boot_id") or platform.node()


def begin(topic: str) -> None:
    """Tell the client that its pass is no longer waiting."""
    from distributed import get_worker

    worker = get_worker()
    worker.log_event(topic, {"started": worker.get_current_task()})


def still_wanted() -> Callable[[], bool]:
    """Does anybody still wait for the task that runs in this thread? Not if its client has cancelled it, or has gone."""
    from distributed import get_worker
    from distributed.core import Status

    worker, key = get_worker(), get_worker().get_current_task()

    def wanted() -> bool:
        task = worker.state.tasks.get(key)
        return task is not None and task.state == "executing" and worker.status in (Status.running, Status.paused)

    return wanted


def _folder(job: str) -> Path:
    """Where a job lies on this worker; Dask removes it with the worker."""
    from distributed import get_worker

    return Path(get_worker().local_directory) / f"unwind-{job}"


def made(folder: Path, order: dict[str, Any], wanted: Callable[[], bool]) -> dict[str, Any]:
    """The pass, made in a process of its own, which ends with all that it has started when nobody wants it any more."""
    task = {"folder": str(folder), "visit_s": order["visit_s"], "assignments": order["assignments"]}
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        stdin.write(json.dumps(task).encode())
        stdin.seek(0)
        environment = {**os.environ, PARENT: str(os.getpid())}
        with started(run_module(sys.executable, PASS), environment, stdin, out, errors) as process:
            stopped = not _ended(process, wanted)
            if stopped:
                _kill_family(process.pid)
        if stopped:
            return {"stopped": True}
        if process.returncode:
            return {"failed": ": ".join(ending(process.returncode, _last_line(errors)))}
        return _gathered(_answers(out))


def _ended(process: subprocess.Popen[bytes], wanted: Callable[[], bool]) -> bool:
    """Wait for the end of a process for as long as that is wanted."""
    while not ended_within(process, MOMENT_S):
        if not wanted():
            return False
    return True


def _kill_family(pid: int) -> None:
    """Kill what a process has started, in sessions of their own: where no parent's death is told, they would go on."""
    with suppress(psutil.Error):
        for descendant in psutil.Process(pid).children(recursive=True):
            descendant.kill()


def _answers(out: IO[bytes]) -> Iterator[dict[str, Any]]:
    out.seek(0)
    yield from map(json.loads, out)


def _gathered(answers: Iterator[dict[str, Any]]) -> dict[str, Any]:
    """The answers of a pass in one: what each interpreter said at its start, once; the visits."""
    hellos: list[Any] = []
    visits = []
    starts_s = 0.0
    for answer in answers:
        if "hello" in answer and answer["hello"] not in hellos:
            hellos.append(answer["hello"])
        if "visit" in answer:
            visits.append(answer["visit"])
        starts_s = answer.get("starts_s", starts_s)
    return {"hellos": hellos, "visits": visits, "starts_s": starts_s}


def _last_line(errors: IO[bytes]) -> str:
    errors.seek(max(0, errors.seek(0, os.SEEK_END) - KEPT_ERRORS))
    lines = errors.read().decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else ""
