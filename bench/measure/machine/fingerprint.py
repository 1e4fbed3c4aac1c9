"""The fingerprint: a record of the machine that is kept beside the figures, and a short name for the machine.

What identifies a machine is what changes its figures. Its memory is measured, and the same machine has a little more or less of it
under another kernel, so it may differ by `TOLERANCE`; the name that a machine has in a record stays its name.
"""

from __future__ import annotations

import hashlib
import json
import platform
import sys
import sysconfig
from collections.abc import Mapping
from typing import Any

import numpy as np
import psutil

from bench.measure.machine.caveats import read_text
from bench.measure.machine.conditions import blas_words

TOLERANCE = 0.05  # of the memory
# what identifies a machine -> what a sentence calls it
LASTING = {
    "cpu": "processor",
    "cores": "cores",
    "memory_bytes": "bytes of memory",
    "os": "system",
    "architecture": "architecture",
    "python": "Python",
    "python_implementation": "implementation of Python",
    "python_compiler": "compiler of Python",
    "python_build": "build of Python",
    "gil": "global interpreter lock",
    "numpy": "NumPy",
    "libc": "C library",
}

Facts = Mapping[str, Any]


def fingerprint(record: Facts | None = None) -> dict[str, Any]:
    """Hardware, system and software that figures depend on; `machine` is the name of all that does not change by the hour.

    `record` is the machine.json of a folder that the figures go to: a machine that it knows keeps its name, and `machines`
    has what identifies each that it knows, this one too, and the settings of the others.
    """
    lasting = {
        "cpu": _cpu_model(),
        "cores": psutil.cpu_count(),  # the machine's own; Python's count follows PYTHON_CPU_COUNT
        "memory_bytes": psutil.virtual_memory().total,
        "os": platform.system(),
        "architecture": platform.machine(),
        "python": platform.python_version(),
        "python_implementation": platform.python_implementation(),
        "python_compiler": platform.python_compiler(),
        "python_build": _python_build(),
        "gil": getattr(sys, "_is_gil_enabled", lambda: True)(),
        "numpy": np.__version__,
        "libc": " ".join(platform.libc_ver()),
    }
    passing = {
        "kernel": platform.release(),
        "governor": read_text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        "load_1_min": round(psutil.getloadavg()[0], 2),
    }
    known = known_machines(record or {})
    name = name_of(lasting, known)
    return {"machine": name, **lasting, **passing, "machines": {**known, name: {**known.get(name, {}), **lasting}}}


def name_of(lasting: Facts, known: Mapping[str, Facts]) -> str:
    """The name of a machine: that which it is known by, or a new one."""
    return next((name for name, facts in known.items() if alike(facts, lasting)), "") or _digest({key: lasting[key] for key in LASTING})


def known_machines(record: Facts) -> dict[str, Facts]:
    """Name -> what identifies it, and the settings that it measured under, of the machines that a machine.json knows."""
    facts = {key: record[key] for key in (*LASTING, "settings") if key in record}
    return {**record.get("machines", {}), **({record["machine"]: facts} if facts and record.get("machine") else {})}


def alike(one: Facts, other: Facts) -> bool:
    """Are all facts there, and the same in both? Memory may differ a little, and an earlier version did not record the build."""
    return LASTING.keys() - {"python_build"} <= one.keys() & other.keys() and not machine_differences(one, other)


def same_machine(one: Facts, other: Facts) -> bool:
    """Are two machine.json of one machine, whichever names it has there?"""
    return one.get("machine", "") == other.get("machine", "") or alike(one, other)


def machine_differences(there: Facts, here: Facts) -> list[str]:
    """What differs between two machines, in words; a fact that either does not know is no difference."""
    shared = [key for key in LASTING if key in there and key in here]
    return [f"{LASTING[key]} ({there[key]} there, {here[key]} here)" for key in shared if not _same(key, there[key], here[key])]


def _same(key: str, one: Any, other: Any) -> bool:
    if key == "memory_bytes":
        return abs(one - other) <= TOLERANCE * max(one, other)
    return one == other


def _digest(lasting: Facts) -> str:
    """A name for a machine that no record knows; its memory counts in whole GiB."""
    rounded = {**lasting, "memory_bytes": round(lasting["memory_bytes"] / 2**30)}
    return hashlib.sha256(json.dumps(rounded, sort_keys=True).encode()).hexdigest()[:8]


def blas_of(hello: dict[str, Any]) -> dict[str, Any]:
    """A worker's BLAS as machine.json has it."""
    pools = [pool for pool in hello["blas"] if pool.get("user_api") == "blas"]
    if not pools:
        return {"blas": "not reported", "blas_threads": None}
    return {"blas": blas_words(pools), "blas_threads": max(pool["num_threads"] for pool in pools)}


def _python_build() -> str:
    """How this Python was compiled, as far as it changes its speed: two of one version and compiler can differ by a third."""
    options = str(sysconfig.get_config_var("CONFIG_ARGS") or "")
    words = {"--enable-optimizations": "PGO", "--with-lto": "LTO", "--enable-experimental-jit": "JIT", "--with-tail-call": "tail calls"}
    found = [word for option, word in words.items() if option in options]
    return ", ".join([*found, *(["debug"] if sysconfig.get_config_var("Py_DEBUG") else [])]) or "plain"


def _cpu_model() -> str:
    """The processor's name from /proc/cpuinfo, or else what `platform` knows."""
    for line in read_text("/proc/cpuinfo").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
