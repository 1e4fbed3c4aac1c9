"""Conditions: what a process inherits from whoever started it that changes its figures, read in the process itself.

Each is one entry of `CONDITIONS`, in words: empty is unknown. They are recorded beside the figures, must be the same when a run is
resumed, and are told with a remedy where they are not as usual. Runs on Python 3.9 and newer with nothing but the standard library,
since depth is studied there too: what needs more is unknown then.
"""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.measure.machine.malloc import malloc_library
from bench.measure.machine.quota import quota_cores

try:
    import resource
except ImportError:  # Windows has none
    resource = None  # type: ignore[assignment]

ADDR_NO_RANDOMIZE = 0x0040000  # personality(2)
ASK_PERSONALITY = 0xFFFFFFFF
USUAL_STACK = ("8388608", "8372224")  # bytes: Linux's `ulimit -s`, macOS's
C_LIBRARIES = ("libc.", "libc-", "ld-musl", "libSystem", "libsystem_malloc")


@dataclass(frozen=True)
class Condition:
    """One of them.

    Attributes:
        name: its key in machine.json.
        title: what a sentence calls it.
        read: its value in this process, in words; empty if it is unknown.
        usual: is a value what most processes have? Any is, unless an entry says otherwise.
        remedy: how to have the usual one.
        of_machine: does it belong to the machine? Then another machine may well have another.
        moves_depth: can it move the depth that a network reaches? What limits the stack and memory is recorded with each search.

    """

    name: str
    title: str
    read: Callable[[], str]
    usual: Callable[[str], bool] = lambda value: True
    remedy: str = ""
    of_machine: bool = False
    moves_depth: bool = False


def conditions() -> dict[str, str]:
    """Name -> value of every condition of this process."""
    return {condition.name: _known(condition.read) for condition in CONDITIONS}


def blas_words(pools: Sequence[dict[str, Any]]) -> str:
    """The BLAS and the kernel that it has chosen for the processor, e.g. "openblas 0.3.31 SkylakeX"; empty if there is none.

    Of several libraries that threadpoolctl describes it is NumPy's own, or else the first.
    """
    found = sorted((pool for pool in pools if pool.get("user_api") == "blas"), key=lambda pool: "numpy" not in str(pool.get("filepath")))
    words = [found[0].get(key) for key in ("internal_api", "version", "architecture")] if found else []
    return " ".join(str(word) for word in words if word)


def _known(read: Callable[[], str]) -> str:
    """The value; empty where this system does not tell it."""
    with suppress(OSError, AttributeError, ValueError, TypeError, ImportError):
        return read()
    return ""


def _blas() -> str:
    import threadpoolctl  # not there where depth alone is studied

    return blas_words(threadpoolctl.threadpool_info())


def _tracers() -> str:
    """What is called back by Python as it runs: tracers, profilers, tools of `sys.monitoring`, tracemalloc."""
    found = [f"sys.{kind} {_name(hook)}" for kind, hook in (("settrace", sys.gettrace()), ("setprofile", sys.getprofile())) if hook]
    if monitoring := getattr(sys, "monitoring", None):
        found += [f"sys.monitoring {name}" for number in range(6) if (name := monitoring.get_tool(number))]
    with suppress(ImportError):  # PyPy has none
        import tracemalloc

        found += ["tracemalloc"] * tracemalloc.is_tracing()
    return ", ".join(found) or "none"


def _name(hook: object) -> str:
    """The module and the name of a function or class."""
    there = hook if hasattr(hook, "__qualname__") else type(hook)
    return f"{getattr(there, '__module__', '?')}.{there.__qualname__}"


def _debugger() -> str:
    """strace, gdb and their like, which stop the process at each system call or signal (ptrace(2))."""
    tracer = _status("TracerPid")
    if tracer in ("", "0"):
        return "none" if tracer else ""
    return _text(f"/proc/{tracer}/comm") or "attached"


def _threads() -> str:
    """Threads beside the main one, such as those of tools that watch every Python: they take turns with it."""
    return ", ".join(thread.name for thread in threading.enumerate() if thread is not threading.main_thread()) or "none"


def _collector() -> str:
    thresholds = " ".join(map(str, gc.get_threshold())) if gc.isenabled() else "off"
    return f"{thresholds}, {len(gc.callbacks)} callbacks" if gc.callbacks else thresholds


def _stack() -> str:
    return _limit("RLIMIT_STACK")


def _memory_limit() -> str:
    """The smaller of the limits on address space and on data."""
    limits = [limit for name in ("RLIMIT_AS", "RLIMIT_DATA") if (limit := _limit(name)) != "unlimited"]
    return min(limits, key=int, default="unlimited")


def _limit(name: str) -> str:
    """A soft limit in bytes (getrlimit(2))."""
    soft, _ = resource.getrlimit(getattr(resource, name))
    return "unlimited" if soft == resource.RLIM_INFINITY else str(soft)


def _cores() -> str:
    """The processors that the process may run on: all that the machine has, or a list."""
    allowed, online = os.sched_getaffinity(0), _numbers(_text("/sys/devices/system/cpu/online"))
    return "all" if online and allowed >= online else ",".join(map(str, sorted(allowed)))


def _numbers(text: str) -> set[int]:
    """The numbers in a list such as the kernel writes.

    >>> sorted(_numbers("0-2,5"))
    [0, 1, 2, 5]
    """
    ends = [[int(number) for number in part.split("-")] for part in text.split(",") if part]
    return {number for end in ends for number in range(end[0], end[-1] + 1)}


def _scheduling() -> str:
    names = {getattr(os, name): name[6:].lower() for name in dir(os) if name.startswith("SCHED_")}
    return names.get(os.sched_getscheduler(0) & 0xFF, "another")


def _huge_pages() -> str:
    """The system's choice, in brackets in its file; or that they are off for this process (prctl(2), PR_SET_THP_DISABLE)."""
    if _status("THP_enabled") == "0":
        return "off for this process"
    choice = _text("/sys/kernel/mm/transparent_hugepage/enabled")
    return choice.partition("[")[2].partition("]")[0]


def _addresses() -> str:
    """Are addresses random? Not all are under `setarch -R`, and in a system that is set so. Other choices of setarch(8) are a number."""
    personality = ctypes.CDLL(None).personality(ASK_PERSONALITY)
    if personality < 0:
        return ""
    level = _text("/proc/sys/kernel/randomize_va_space")
    words = "fixed" if personality & ADDR_NO_RANDOMIZE or level == "0" else "random" if level == "2" else "partly random"
    others = personality & ~ADDR_NO_RANDOMIZE
    return f"{words}, personality {others:#x}" if others else words


def _memory_policy() -> str:
    """Where a machine with several memories takes pages from (numactl(8)): the second word of the first mapping."""
    return [*_text("/proc/self/numa_maps").split(maxsplit=2), "", ""][1]


def _quota() -> str:
    cores = quota_cores(_text)
    return f"{cores:.3g} cores" if cores else "none"


def _status(key: str) -> str:
    """An entry of /proc/self/status; empty if there is none."""
    lines = _text("/proc/self/status").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(f"{key}:")), "")


def _text(path: str) -> str:
    with suppress(OSError):
        return Path(path).read_text("utf-8", "replace").strip()
    return ""


CONDITIONS = (
    Condition("blas", "the BLAS and its kernel", _blas, of_machine=True),
    Condition(
        "malloc",
        "the library that malloc is from",
        malloc_library,
        lambda value: value.startswith(C_LIBRARIES),
        "start unwind without LD_PRELOAD, and look into /etc/ld.so.preload",
        moves_depth=True,
    ),
    Condition(
        "tracer",
        "what follows Python step by step",
        _tracers,
        lambda value: value == "none",
        "end the coverage tool, the profiler or the debugger, and look into sitecustomize.py and the .pth files of this Python",
        moves_depth=True,
    ),
    Condition(
        "threads",
        "what runs beside the main thread",
        _threads,
        lambda value: value == "none",
        "look into sitecustomize.py and the .pth files of this Python: a tool that watches it may have started them",
    ),
    Condition(
        "debugger",
        "the program that is attached to the process",
        _debugger,
        lambda value: value == "none",
        "start unwind without strace, gdb and their like",
        moves_depth=True,
    ),
    Condition(
        "collector",
        "the thresholds of the garbage collector",
        _collector,
        lambda value: not value.startswith("off") and "," not in value,
        "look into sitecustomize.py and the .pth files of this Python",
        moves_depth=True,
    ),
    Condition(
        "stack",
        "the limit of the C stack in bytes",
        _stack,
        lambda value: value in USUAL_STACK or sys.platform not in ("linux", "darwin"),
        "ulimit -s 8192",
    ),
    Condition(
        "memory_limit",
        "the limit of a process's memory in bytes",
        _memory_limit,
        lambda value: value == "unlimited",
        "ulimit -v unlimited -d unlimited",
    ),
    Condition(
        "cores_allowed",
        "the cores that it may use",
        _cores,
        lambda value: value == "all",
        "start unwind without taskset; where one core is what you want, keep to it in all runs",
    ),
    Condition("niceness", "the niceness", lambda: str(os.nice(0)), lambda value: value == "0", "start unwind without nice"),
    Condition("scheduling", "the scheduling policy", _scheduling, lambda value: value == "other", "chrt --other 0 unwind ..."),
    Condition(
        "huge_pages",
        "transparent huge pages",
        _huge_pages,
        lambda value: not value.endswith("process"),
        "start unwind from a process that has not turned them off",
        of_machine=True,
    ),
    Condition(
        "addresses",
        "the layout of addresses",
        _addresses,
        lambda value: value == "random",
        "start unwind without setarch -R, and set kernel.randomize_va_space to 2: passes differ in their addresses on purpose",
        moves_depth=True,
    ),
    Condition(
        "memory_policy",
        "the memory that pages are taken from",
        _memory_policy,
        lambda value: value.startswith(("default", "local", "prefer (many):")),
        "start unwind without numactl",
    ),
    Condition("speculation", "the guard against speculative stores", lambda: _status("Speculation_Store_Bypass"), of_machine=True),
    Condition("quota", "the CPU quota", _quota, of_machine=True),
)


def differences(now: dict[str, str], then: dict[str, str], of_machine: bool | None = None) -> Iterator[str]:
    """How conditions differ, in words; what either does not know is no difference.

    `of_machine` restricts them to those that belong to the machine, or to those that do not.
    """
    for condition in CONDITIONS:
        new, old = now.get(condition.name, ""), then.get(condition.name, "")
        if new and old and new != old and of_machine in (None, condition.of_machine):
            yield f"{condition.title} ({old} then, {new} now)"
