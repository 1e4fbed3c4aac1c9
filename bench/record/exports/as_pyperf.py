"""As the JSON of pyperf: a benchmark for each implementation in each cell, a run a pass with one value in it.

pyperf's `compare_to` pools the values of all runs, so with one value a run its test is over processes.
"""

from __future__ import annotations

import json
from typing import Any

from bench.record.exports.series import Series, series
from bench.record.time_parts.rows import TimeRows

MACHINE = {"cpu": "cpu_model_name", "cores": "cpu_count", "kernel": "platform", "python": "python_version", "machine": "hostname"}


def pyperf(machine: dict[str, Any], times: TimeRows) -> bytes:
    """The file's content."""
    shared = {theirs: machine[ours] for ours, theirs in MACHINE.items() if machine.get(ours)}
    return json.dumps(
        {
            "version": "1.0",
            "metadata": {"unit": "second", "timer": "time.process_time", **shared},
            "benchmarks": [_benchmark(each) for each in series(times)],
        },
        indent=1,
    ).encode()


def _benchmark(timed: Series) -> dict[str, Any]:
    return {
        "metadata": {"name": timed.name, "loops": timed.iterations},
        "runs": [{"values": [seconds]} for seconds in timed.seconds],
    }
