"""Side by side: how many passes this machine can make at once without harm, and which cells must be measured alone.

Where the arrays of a step fit into the last cache, two at once left ratios where they were, to within 0.5 %, and steps
took as long (up to 16 layers of 128 units), or 2 % longer (64 layers; docs/method.md).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection

import psutil

from bench.measure.machine.capacity import passed_bytes
from bench.measure.machine.caveats import read_text
from bench.measure.machine.cgroups import Read
from bench.measure.machine.quota import quota_cores
from bench.plan.cells import Cell

MOST = 2  # more have not been tried
USUAL_CACHE_BYTES = 8 * 2**20  # where the system does not say
UNITS = {"K": 2**10, "M": 2**20, "G": 2**30}


def passes_at_once_here() -> int:
    """How many passes this process can have made at once."""
    return passes_at_once(read_text, os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None)


def passes_at_once(read: Read, allowed: Collection[int] | None) -> int:
    """How many passes can be made at once: one on each of two cores, if there are two. `allowed` are the CPUs that this process may
    run on; None where the system does not say.

    A quota must leave time for the process that records, too: who has used it up is stopped.
    """
    if sys.platform == "win32":  # it has not the locks that keep measurements apart
        return 1
    quota = quota_cores(read)
    cores = _cores(read, allowed) if allowed is not None else psutil.cpu_count(logical=False) or 1
    return 1 if quota is not None and quota < MOST + 1 else min(MOST, cores)


def _cores(read: Read, allowed: Collection[int]) -> int:
    """Cores, of which each may be two CPUs to the system: these share all caches."""
    return len({read(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list") or str(cpu) for cpu in allowed})


def must_be_alone(cache_bytes: int, shape: Callable[[Cell], tuple[int, int]]) -> Callable[[Cell], bool]:
    """Tells of a cell whether the arrays of a step are more than fits into the last cache, so that each step goes through the memory
    that all cores share; `shape` gives the features and outputs of a cell's data. What another problem needs is not known, and so
    it is alone.
    """

    def alone(cell: Cell) -> bool:
        return not cell.dataset or passed_bytes(cell, *shape(cell)) > cache_bytes

    return alone


def last_cache_bytes(read: Read) -> int:
    """The size of the last cache before memory, which cores share."""
    sizes = [_bytes(read(f"/sys/devices/system/cpu/cpu0/cache/index{number}/size")) for number in range(8)]
    return max(sizes) or USUAL_CACHE_BYTES


def _bytes(size: str) -> int:
    """ "32768K" in bytes; 0 for what is no size.

    >>> _bytes("32768K"), _bytes("")
    (33554432, 0)
    """
    number, unit = size[:-1], size[-1:]
    return int(number) * UNITS[unit] if number.isdecimal() and unit in UNITS else 0
