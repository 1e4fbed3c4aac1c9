"""Meters beside the same readings by other tools: memray for the heap, time -v for resident memory, getrusage for CPU time.

Run as a program, it is the child that is read: `python -m bench.measure.other_tools.meter_pairs HEAP|REST|STEP|CPU` with the data
in the variable of the trio. Each prints what it read itself, and ends on the spot.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.measure.memory import meters
from bench.measure.other_tools.trio import DATA
from bench.measure.timing.steps import Workbench
from bench.measure.workers.environment import worker_environment
from bench.plan.batches import Batch
from bench.plan.cells import Cell
from impls import IMPLEMENTATIONS

CELL = Cell("breast_cancer", batch=256, depth=50, width=256, dtype="float64", update="deferred", allocator="default")
WEIGHED = ("iterative", "recursive")
BUSY_S = 1.0
TIME = Path("/usr/bin/time")
KIB, MIB = 2**10, 2**20


@dataclass(frozen=True)
class Weighing:
    """One figure, read twice: by a meter of this project and by another tool, in the same unit.

    Attributes:
        meter: "heap", "resident" or "cpu".
        other: the tool.
        subject: what was read: an implementation, or a process.
        unit: "bytes" or "seconds".
        ours, theirs: the readings; None where the tool is not there.
        allowed: how far they may be apart.
        detail: why there is no reading.

    """

    meter: str
    other: str
    subject: str
    unit: str
    ours: float | None = None
    theirs: float | None = None
    allowed: float | None = None
    detail: str = ""

    @property
    def status(self) -> str:
        """ "ok", "failed", or "skipped" if there is nothing to compare."""
        if self.ours is None or self.theirs is None or self.allowed is None:
            return "skipped"
        return "ok" if abs(self.ours - self.theirs) <= self.allowed else "failed"


def weighings(data: Path) -> list[Weighing]:
    """Every meter beside its other tool."""
    return [*(_heap(name, data) for name in WEIGHED), *(_resident(name, data) for name in WEIGHED), _cpu(data)]


def _heap(name: str, data: Path) -> Weighing:
    """Tracemalloc's peak of a step, and memray's of the next one. Interpreter frames, which memray counts, are within the bound."""
    try:
        found = _child(["HEAP", name], data)
    except ChildFailed as error:
        return Weighing("heap", "memray", name, "bytes", detail=str(error))
    return Weighing("heap", "memray", name, "bytes", found["ours"], found["theirs"], 0.02 * found["theirs"] + 64 * KIB)


def _resident(name: str, data: Path) -> Weighing:
    """The high-water mark of a step, and by how much the peak of a whole process is higher when it takes one."""
    if not TIME.exists():
        return Weighing("resident", "time -v", name, "bytes", detail=f"{TIME} is not installed; the package is called time")
    try:
        ours = _child(["STEP", name], data)["ours"]
        with_step, without = (_peak_by_time([mode, name], data) for mode in ("STEP", "REST"))
    except ChildFailed as error:
        return Weighing("resident", "time -v", name, "bytes", detail=str(error))
    return Weighing("resident", "time -v", name, "bytes", ours, with_step - without, 0.02 * ours + MIB)


def _cpu(data: Path) -> Weighing:
    """The clock of the timed runs, and the kernel's account of the same stretch."""
    try:
        found = _child(["CPU", WEIGHED[0]], data)
    except ChildFailed as error:
        return Weighing("cpu", "getrusage", "some hundred steps", "seconds", detail=str(error))
    return Weighing("cpu", "getrusage", "some hundred steps", "seconds", found["ours"], found["theirs"], 0.01 * found["ours"])


class ChildFailed(Exception):
    """A child could not be read; the message is its last word."""


def _child(words: list[str], data: Path, prefix: list[str] | None = None) -> dict[str, float]:
    return json.loads(_run(words, data, prefix or []).stdout)


def _peak_by_time(words: list[str], data: Path) -> int:
    """Bytes of the process's peak, as time -v has them from wait4(2)."""
    lines = _run(words, data, [str(TIME), "-v"]).stderr.splitlines()
    return next(int(line.split()[-1]) * KIB for line in lines if "Maximum resident set size" in line)


def _run(words: list[str], data: Path, prefix: list[str]) -> subprocess.CompletedProcess[str]:
    environment = {**worker_environment(), **meters.STEADY_PAGES, DATA: str(data)}
    command = [*prefix, sys.executable, "-m", __name__, *words]
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment)
    if ended.returncode != 0:
        raise ChildFailed((ended.stderr.strip().splitlines() or ["it ended without a word"])[-1])
    return ended


def main(mode: str, name: str) -> None:
    """Be the child."""
    meters.whole_pages_only()
    bench = Workbench(CELL, *Batch.read(os.environ[DATA]))
    print(json.dumps(MODES[mode](bench.step(IMPLEMENTATIONS[name]))), flush=True)
    os._exit(0)  # what ending takes is not part of any reading


def _read_heap(step: Callable[[], object]) -> dict[str, float]:
    import memray

    ours = meters.heap_peak(step, CELL.depth)
    with meters.collector_off(), tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "record"
        with memray.Tracker(record, trace_python_allocators=True):
            step()
        return {"ours": ours, "theirs": memray.FileReader(record).metadata.peak_memory}


def _read_step(step: Callable[[], object]) -> dict[str, float]:
    return {"ours": meters.resident_peak(step)}


def _read_nothing(step: Callable[[], object]) -> dict[str, float]:
    return {"ours": meters.resident_peak(lambda: None)}


def _read_cpu(step: Callable[[], object]) -> dict[str, float]:
    import resource

    def by_kernel() -> float:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return usage.ru_utime + usage.ru_stime

    theirs, ours, end = by_kernel(), time.process_time_ns(), time.perf_counter() + BUSY_S
    while time.perf_counter() < end:
        step()
    return {"ours": (time.process_time_ns() - ours) / 1e9, "theirs": by_kernel() - theirs}


MODES = {"HEAP": _read_heap, "STEP": _read_step, "REST": _read_nothing, "CPU": _read_cpu}


if __name__ == "__main__":
    main(*sys.argv[1:])
