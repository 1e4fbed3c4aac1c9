"""Meters beside other tools that read the same: memray for the heap, time -v for resident memory, getrusage for CPU time.

Run as a program, it is the process that is read: with a MODE and an IMPLEMENTATION, and
the data in the trio's variable. It prints what it read itself, and ends at once.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.measure.memory import meters
from bench.measure.memory.collector import collector_off
from bench.measure.memory.meters import Work
from bench.measure.memory.resident import resident_peak
from bench.measure.other_tools.trio import DATA
from bench.measure.subjects.network import Workbench
from bench.measure.workers.command import CommandResult, run_command
from bench.measure.workers.environment import worker_environment
from bench.measure.workers.process import run_module
from bench.plan.cells import Cell
from bench.plan.data.batches import Batch
from impls import IMPLEMENTATIONS

CELL = Cell("breast_cancer", batch=256, depth=50, width=256, dtype="float64", update="deferred", allocator="default")
IMPLS = ("iterative", "recursive")
BUSY_S = 1.0
LONGEST_READING_S = 120.0  # a reading takes some seconds
TIME = Path("/usr/bin/time")
KIB, MIB = 2**10, 2**20


@dataclass(frozen=True)
class MeterPair:
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


def read_pairs(data: Path) -> list[MeterPair]:
    """Every meter beside another tool, on the batch in an .npz file."""
    return [
        *(_pair(MeterPair("heap", "memray", name, "bytes"), _heap, name, data) for name in IMPLS),
        *(_pair(MeterPair("resident", "time -v", name, "bytes"), _resident, name, data) for name in IMPLS),
        _pair(MeterPair("cpu", "getrusage", "some hundred steps", "seconds"), _cpu, IMPLS[0], data),
    ]


def _pair(unread: MeterPair, read: Callable[[str, Path], tuple[float, float, float]], name: str, data: Path) -> MeterPair:
    """The pair with what `read` gives: our reading, theirs, and how far they may be apart; or with the reason if there is none."""
    try:
        ours, theirs, allowed = read(name, data)
    except ReadingFailed as error:
        return replace(unread, detail=str(error))
    return replace(unread, ours=ours, theirs=theirs, allowed=allowed)


def _heap(name: str, data: Path) -> tuple[float, float, float]:
    """Tracemalloc's peak of a step, and memray's of the next one. Interpreter frames, which memray counts, are within the bound."""
    peaks = _readings("HEAP", name, data)
    return peaks["ours"], peaks["theirs"], 0.02 * peaks["theirs"] + 64 * KIB


def _resident(name: str, data: Path) -> tuple[float, float, float]:
    """The peak of a step, and by how much that of a whole process is higher when it takes one."""
    if not TIME.exists():
        raise ReadingFailed(f"{TIME} is not installed; the package is called time")
    ours = _readings("RESIDENT", name, data)["ours"]
    with_step, without = (_peak_by_time(mode, name, data) for mode in ("STEP", "REST"))
    return ours, with_step - without, 0.02 * ours + MIB


def _cpu(name: str, data: Path) -> tuple[float, float, float]:
    """The clock that times are measured with, and the kernel's account of the same second."""
    times = _readings("CPU", name, data)
    return times["ours"], times["theirs"], 0.01 * times["ours"]


class ReadingFailed(Exception):
    """There is no reading; the message says why."""


def _readings(mode: str, name: str, data: Path) -> dict[str, float]:
    return json.loads(_run(mode, name, data).out)


def _peak_by_time(mode: str, name: str, data: Path) -> int:
    """Bytes of the process's peak, as time -v has them from wait4(2)."""
    lines = _run(mode, name, data, str(TIME), "-v").err.splitlines()
    return next(int(line.split()[-1]) * KIB for line in lines if "Maximum resident set size" in line)


def _run(mode: str, name: str, data: Path, *prefix: str) -> CommandResult:
    environment = {**worker_environment(), **meters.STEADY_PAGES, DATA: str(data)}
    ended = run_command([*prefix, *run_module(sys.executable, __name__, mode, name)], LONGEST_READING_S, environment)
    if ended.exit_code is None:
        raise ReadingFailed(f"it had not ended after {LONGEST_READING_S:.0f} s")
    if ended.exit_code != 0:
        raise ReadingFailed(ended.last_line or f"exit code {ended.exit_code}")
    return ended


def main(mode: str, name: str) -> None:
    """Read one implementation, or nothing, in this process."""
    meters.whole_pages_only()
    batch = Batch.read(os.environ[DATA])
    first = Workbench(replace(CELL, depth=3), *batch)
    small = first.step(IMPLEMENTATIONS[name])
    small()  # loads what any first step needs, before there is anything large
    bench = Workbench(CELL, *batch)  # kept to the end, so that the process only grows
    step = bench.step(IMPLEMENTATIONS[name])
    print(json.dumps(MODES[mode](small, step)), flush=True)
    os._exit(0)  # what ending takes is not part of any reading


def _read_heap(small: Work, step: Work) -> dict[str, float]:
    import memray

    ours = meters.heap_peak(step, CELL.depth)
    with collector_off(), tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "record"
        with memray.Tracker(record, trace_python_allocators=True):
            step()
        return {"ours": ours, "theirs": memray.FileReader(record).metadata.peak_memory}


def _read_resident(small: Work, step: Work) -> dict[str, float]:
    def make_step() -> Work:
        small()  # a fork has to load again what its parent has
        return step

    return {"ours": resident_peak(make_step).peak_bytes}


def _read_cpu(small: Work, step: Work) -> dict[str, float]:
    import resource

    def by_kernel() -> float:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return usage.ru_utime + usage.ru_stime

    theirs, ours, end = by_kernel(), time.process_time_ns(), time.perf_counter() + BUSY_S
    while time.perf_counter() < end:
        step()
    return {"ours": (time.process_time_ns() - ours) / 1e9, "theirs": by_kernel() - theirs}


MODES: dict[str, Callable[[Work, Work], dict[str, Any]]] = {
    "HEAP": _read_heap,
    "RESIDENT": _read_resident,
    "STEP": lambda small, step: {"loss": step()},
    "REST": lambda small, step: {},
    "CPU": _read_cpu,
}


if __name__ == "__main__":
    main(*sys.argv[1:])
