"""As the JSON of pytest-benchmark: a benchmark for each implementation in each cell, a round a pass.

`pytest-benchmark compare` reads a file that it did not write if every one of its statistics is there. They are
defined as in pytest_benchmark/stats.py, except quartiles, which are interpolated in the same way for any number of rounds.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from statistics import fmean, median, quantiles, stdev
from typing import Any

from bench.record.exports.series import Series, series
from bench.record.time_parts.rows import TimeRows


def pytest_benchmark(machine: dict[str, Any], times: TimeRows) -> bytes:
    """The file's content."""
    now = datetime.now(UTC).isoformat()
    return json.dumps(
        {
            "machine_info": _machine_info(machine),
            "commit_info": {"id": "unknown", "dirty": False, "branch": "unknown", "project": "unwind", "time": None, "author_time": None},
            "benchmarks": [_benchmark(each) for each in series(times)],
            "datetime": now,
            "version": "5.1.0",
        },
        indent=1,
    ).encode()


def _machine_info(machine: dict[str, Any]) -> dict[str, Any]:
    return {
        "node": machine.get("machine", "unknown"),
        "system": machine.get("os", "unknown"),
        "release": machine.get("kernel", "unknown"),
        "machine": machine.get("architecture", "unknown"),
        "python_version": machine.get("python", "unknown"),
        "python_implementation": machine.get("python_implementation", "unknown"),
        "python_compiler": machine.get("python_compiler", "unknown"),
        "cpu": {"brand_raw": machine.get("cpu", "unknown"), "count": machine.get("cores")},
    }


def _benchmark(timed: Series) -> dict[str, Any]:
    return {
        "group": timed.cell,
        "name": timed.impl,
        "fullname": timed.name,
        "params": {"cell": timed.cell, "impl": timed.impl},
        "param": timed.name,
        "extra_info": {"cell": timed.cell, "contender": timed.impl},
        "options": {"timer": "process_time", "warmup": True, "disable_gc": False},
        "stats": _stats(timed),
    }


def _stats(timed: Series) -> dict[str, Any]:
    data = sorted(timed.seconds)
    mean, middle = fmean(data), median(data)
    deviation = stdev(data) if len(data) > 1 else 0.0
    q1, _, q3 = quantiles(data, method="inclusive") if len(data) > 1 else data * 3
    low, high = q1 - 1.5 * (q3 - q1), q3 + 1.5 * (q3 - q1)
    far = sum(abs(value - mean) > deviation for value in data)
    outside = sum(not low <= value <= high for value in data)
    return {
        "min": data[0],
        "max": data[-1],
        "mean": mean,
        "stddev": deviation,
        "rounds": len(data),
        "median": middle,
        "iqr": q3 - q1,
        "q1": q1,
        "q3": q3,
        "iqr_outliers": outside,
        "stddev_outliers": far,
        "outliers": f"{far};{outside}",
        "ld15iqr": min(value for value in data if value >= low),
        "hd15iqr": max(value for value in data if value <= high),
        "ops": 1 / mean,
        "total": sum(data),
        "data": list(timed.seconds),
        "iterations": timed.iterations,
    }
