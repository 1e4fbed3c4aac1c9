"""Whole runs of a sweep, as a user makes them, alone or beside a busy neighbour.

Run as a program, it is the neighbour: `python -m bench.measure.other_tools.whole_runs SECONDS` keeps a core busy for so long.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from bench.measure.workers.command import run_command
from bench.measure.workers.process import started
from bench.measure.workers.serve import PARENT, die_with_parent
from bench.plan import selfcheck as plan

START_AND_END_S = 120.0  # beyond its budget a run takes some seconds


def whole_run(sweep: Path, folder: Path, seconds: float, busy: bool) -> str:
    """Run a sweep into a folder for so many seconds; return why that failed, or nothing.

    What the folder held before is set aside.
    """
    command = [sys.executable, "-m", "bench", "run", "--only", "time", "--fresh", "--sweep", str(sweep), "--results", str(folder)]
    command += ["--budget", f"{seconds:g}", "--passes", str(plan.RUN_PASSES)]
    longest_s = seconds + START_AND_END_S
    with neighbour(longest_s) if busy else nullcontext():
        ended = run_command(command, longest_s)
    if ended.exit_code is None:
        return f"it had not ended after {longest_s:.0f} s"
    return "" if ended.exit_code == 0 else ended.last_line or f"exit code {ended.exit_code}"


@contextmanager
def neighbour(seconds: float) -> Iterator[subprocess.Popen[bytes]]:
    """A process that keeps a core busy inside, for so many seconds at most."""
    environment = {**os.environ, PARENT: str(os.getpid())}
    nothing = subprocess.DEVNULL
    with started([sys.executable, "-m", __name__, f"{seconds:g}"], environment, nothing, nothing, nothing) as process:
        yield process


def main(seconds: float) -> None:
    """Keep a core busy for so long, or until the process that asked for it is gone."""
    die_with_parent(int(os.environ[PARENT]))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        sum(range(100_000))


if __name__ == "__main__":
    main(float(sys.argv[1]))
