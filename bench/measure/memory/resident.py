"""Resident memory: the peak of a step, read in several forks of one process, and between which bounds the readings leave it.

Linux counts resident pages on each CPU apart, and adds a CPU's pages to the total when they have come to 32, or to twice
the number of CPUs if that is more (`percpu_counter_batch` in lib/percpu_counter.c, in use for this since Linux 6.2). The
high-water mark is taken of that total, so it is off by some 100 KiB, as luck will have it: the list that is kept read 272 KiB
and the popped one 416 where 380 and 350 were right.

How far a mark can be off is measured, on blocks of pages that are touched and given back. So each reading says that the peak
lies between two bounds, and the peak lies where all readings agree. Each fork touches another number of pages before its step,
so that the total is brought up to date at other moments and the marks are off by different amounts.
"""

from __future__ import annotations

import ctypes
import gc
import json
import mmap
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.measure.memory.collector import collector_off
from bench.measure.memory.meters import Unmeasurable, Work
from bench.measure.workers.endings import detail_of, ending, status_of
from bench.measure.workers.serve import die_with_parent

BATCH = max(32, 2 * (os.cpu_count() or 1))  # pages that a CPU counts before it adds them to the total
REPEATS = 8
LONGEST_S = 0.15  # no further fork is started after that, so that a large network is read once or twice
TRIALS = range(2 * BATCH, 3 * BATCH, BATCH // 16)  # pages of the blocks by which it is measured how far a mark is off
SCATTER_BYTES = 16 * 1024  # by which peaks of fresh processes differ: 4 pages at most in 60
ANSWERED = 87  # the exit code of a fork that has answered

Bounds = tuple[int, int]


@dataclass(frozen=True)
class ResidentPeak:
    """What `repeats` readings say of a peak: `peak_bytes` were seen for certain, and the truth is between `low_bytes` and `high_bytes`."""

    peak_bytes: int
    low_bytes: int
    high_bytes: int
    repeats: int


class ForkFailed(Exception):
    """A fork did not read; `status` is the word of the CSV files for how it ended."""

    def __init__(self, status: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


def resident_peak(make_step: Callable[[], Work]) -> ResidentPeak:
    """Bytes of resident memory at the worst moment of the step that `make_step` makes, above those before it.

    It sees everything, interpreter frames too, in whole pages. The step must be the first of its size in its process: a
    second one uses memory that the first has left, and seems to take less. So each fork takes one. `make_step` is called in
    each, outside of the reading.

    Raises:
        Unmeasurable: this is not Linux, or its counter cannot be reset.
        ForkFailed: a fork raised or ended.

    """
    _reset_high_water()
    readings: list[Bounds] = []
    start = time.monotonic()
    with _one_cpu():
        while len(readings) < REPEATS and (not readings or time.monotonic() - start < LONGEST_S):
            pages = BATCH + len(readings) * BATCH // REPEATS  # a batch, which brings the total up to date, and a part of another
            readings.append(_in_a_fork(lambda pages=pages: _read(pages, make_step())))  # type: ignore[misc]
    return agreed(readings)


def agreed(readings: Sequence[Bounds]) -> ResidentPeak:
    """Where all readings leave the peak; all that any of them allows where two contradict each other, as they do if the peak
    itself differs between forks. Fresh processes differ a little, which is allowed for.

    >>> agreed([(100_000, 140_000), (120_000, 160_000), (90_000, 130_000)])
    ResidentPeak(peak_bytes=120000, low_bytes=103616, high_bytes=146384, repeats=3)
    >>> agreed([(100_000, 140_000), (200_000, 240_000)])
    ResidentPeak(peak_bytes=200000, low_bytes=83616, high_bytes=256384, repeats=2)
    """
    lows, highs = [low for low, _ in readings], [high for _, high in readings]  # workers on Python 3.9 come here, too
    seen = max(lows)
    low, high = (seen, min(highs)) if seen <= min(highs) else (min(lows), max(highs))
    return ResidentPeak(seen, max(0, low - SCATTER_BYTES), high + SCATTER_BYTES, len(readings))


def bounds(mark: int, end: int, off: Sequence[int]) -> Bounds:
    """Where a peak lies that left a `mark` and, when it was over, `end` bytes resident, if marks were `off` by so much elsewhere.

    What is resident at the end is exact, and so is a mark that is no higher.

    >>> bounds(mark=500, end=100, off=[-120, -60, 0]), bounds(mark=400, end=400, off=[-120, -60, 0])
    ((500, 620), (400, 520))
    """
    low = max(end, mark - max(off)) if mark > end else end
    return low, max(low, mark - min(off))


def _read(pages: int, step: Work) -> Bounds:
    """The bounds of one step's peak, after so many pages have been touched.

    Memory is given back before the trials too: that loads code, whose pages are counted apart and would put marks off by 16
    pages more or less in the trials than in the step.
    """
    with collector_off(), _touched(pages):
        _give_back()
        off = [_mark_of(lambda count=count: _touched(count).close())[0] - count * mmap.PAGESIZE for count in TRIALS]  # type: ignore[misc]
        _give_back()
        return bounds(*_mark_of(step), off)


def _mark_of(work: Callable[[], object]) -> tuple[int, int]:
    """The high-water mark of some work, and what is resident after it, both above what was before."""
    _reset_high_water()
    _, before = _marks()
    work()
    mark, end = _marks()
    return mark - before, end - before


def _marks() -> tuple[int, int]:
    """VmHWM and VmRSS of this process, in bytes: the highest number of resident pages that was noted, and the present one."""
    status = Path("/proc/self/status").read_text("ascii")
    mark, now = (next(line for line in status.splitlines() if line.startswith(name)) for name in ("VmHWM:", "VmRSS:"))
    return int(mark.split()[1]) * 1024, int(now.split()[1]) * 1024


def _touched(pages: int) -> mmap.mmap:
    """So many pages, each resident."""
    block = mmap.mmap(-1, pages * mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    for page in range(pages):
        block[page * mmap.PAGESIZE] = 1
    return block


def _reset_high_water() -> None:
    """Set VmHWM to what is resident now (proc_pid_clear_refs(5)).

    Raises:
        Unmeasurable: this is not Linux, or it cannot be reset.

    """
    if sys.platform != "linux":
        raise Unmeasurable(f"{platform.system()} has no peak of resident memory that can be reset; Linux has")
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError as error:
        raise Unmeasurable(f"/proc/self/clear_refs: {error.strerror}") from None


def _give_back() -> None:
    """Collect garbage and make glibc give free pages back, so that the next step must ask for them again."""
    gc.collect()
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).malloc_trim(0)


def _in_a_fork(read: Callable[[], Bounds]) -> Bounds:
    """What is read in a fork of this process.

    Raises:
        ForkFailed: it raised or ended.

    """
    worker = os.getpid()
    ours, theirs = os.pipe()
    fork = os.fork()
    if fork == 0:
        die_with_parent(worker)
        os.write(theirs, json.dumps(_answer(read)).encode())
        os._exit(ANSWERED)
    os.close(theirs)
    with open(ours, "rb") as pipe:
        text = pipe.read()
    code = os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1])
    if code != ANSWERED:
        raise ForkFailed(*ending(code))
    answer = json.loads(text)
    if isinstance(answer, dict):
        raise ForkFailed(**answer)
    return tuple(answer)


def _answer(read: Callable[[], Bounds]) -> Any:
    try:
        return read()
    except BaseException as error:  # SystemExit too: an implementation may try to end the process
        return {"status": status_of(error), "detail": detail_of(error)}


@contextmanager
def _one_cpu() -> Iterator[None]:
    """Keep this process and its forks on one CPU: on several, each would hold a part of the count.

    Raises:
        Unmeasurable: this Python cannot.

    """
    if not hasattr(os, "sched_getaffinity"):
        raise Unmeasurable(f"{sys.implementation.name} cannot keep a process on one CPU, which exact counts of pages need")
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)
