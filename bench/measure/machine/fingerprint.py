"""The fingerprint: a record of the machine that is kept beside the figures, and a short name for the machine."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from typing import Any

import numpy as np
import psutil

from bench.measure.machine.caveats import read_text


def fingerprint() -> dict[str, Any]:
    """Hardware, system and software that figures depend on; `machine` is a digest of all that does not change by the hour."""
    lasting = {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "memory_bytes": psutil.virtual_memory().total,
        "os": platform.system(),
        "architecture": platform.machine(),
        "python": platform.python_version(),
        "python_implementation": platform.python_implementation(),
        "python_compiler": platform.python_compiler(),
        "gil": getattr(sys, "_is_gil_enabled", lambda: True)(),
        "numpy": np.__version__,
        "libc": " ".join(platform.libc_ver()),
    }
    passing = {
        "kernel": platform.release(),
        "governor": read_text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        "load_1_min": round(psutil.getloadavg()[0], 2),
    }
    digest = hashlib.sha256(json.dumps(lasting, sort_keys=True).encode()).hexdigest()[:8]
    return {"machine": digest, **lasting, **passing}


def blas_of(hello: dict[str, Any]) -> dict[str, Any]:
    """A worker's BLAS as machine.json has it."""
    pools = [pool for pool in hello["blas"] if pool.get("user_api") == "blas"]
    if not pools:
        return {"blas": "not reported", "blas_threads": None}
    pool = pools[0]
    words = (pool.get("internal_api"), pool.get("version"), pool.get("architecture"))
    return {"blas": " ".join(word for word in words if word), "blas_threads": max(pool["num_threads"] for pool in pools)}


def _cpu_model() -> str:
    """The processor's name from /proc/cpuinfo, or else what `platform` knows."""
    for line in read_text("/proc/cpuinfo").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
