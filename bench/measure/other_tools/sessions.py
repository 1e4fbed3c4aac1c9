"""Sessions: one run of another tool over the trio, with every time that it recorded."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

from bench.measure.other_tools.trio import DATA
from bench.measure.workers.command import run_command
from bench.measure.workers.environment import worker_environment
from bench.measure.workers.process import run_module

HERE = Path(__file__).parent
PACKAGE = __package__
LONGEST_SESSION_S = 300.0  # some twenty times what a session takes


@dataclass(frozen=True)
class Sample:
    """Seconds a call as the tool recorded them; `process` counts, from 0, the processes that it used for the subject."""

    subject: str
    process: int
    seconds: float


@dataclass(frozen=True)
class Session:
    """One run of a tool: its samples, and the seconds from its start to its end."""

    tool: str
    samples: tuple[Sample, ...]
    wall_s: float


class ToolFailed(Exception):
    """Another tool could not be run; the message is the last line that it wrote."""


class ToolMissing(ToolFailed):
    """Another tool is not installed."""


def pytest_benchmark(data: Path, seconds: float) -> Session:
    """One session with that many seconds a function (`--benchmark-max-time`), all in one process as is the tool's way.

    Raises:
        ToolMissing: it is not installed.
        ToolFailed: it ends in an error, or hangs.

    """

    def command(out: Path) -> list[str]:
        settings = ["--rootdir", str(out.parent), "-c", os.devnull, "-p", "no:cacheprovider", "--noconftest", "-q"]
        timing = [f"--benchmark-max-time={seconds}", "--benchmark-min-rounds=1", f"--benchmark-json={out}"]
        return ["pytest", str(HERE / "in_pytest_benchmark.py"), *settings, *timing]

    def read(text: str) -> list[Sample]:
        benchmarks = json.loads(text)["benchmarks"]
        return [Sample(each["params"]["subject"], 0, seconds) for each in benchmarks for seconds in each["stats"]["data"]]

    return _session("pytest-benchmark", command, read, data)


def pyperf(data: Path, processes: int) -> Session:
    """One session with that many processes a function, and pyperf's own settings: three values each, of 0.1 s.

    Raises:
        ToolMissing, ToolFailed: as above.

    """

    def command(out: Path) -> list[str]:
        inherited = ",".join([DATA, *worker_environment()])
        return [f"{PACKAGE}.in_pyperf", "--quiet", "-p", str(processes), "--inherit-environ", inherited, "-o", str(out)]

    def read(text: str) -> list[Sample]:
        samples = []
        for benchmark in json.loads(text)["benchmarks"]:
            subject = benchmark["metadata"]["name"]
            runs = [run for run in benchmark["runs"] if "values" in run]  # the others only calibrate
            samples += [Sample(subject, number, seconds) for number, run in enumerate(runs) for seconds in run["values"]]
        return samples

    return _session("pyperf", command, read, data)


def timeit(data: Path, repeats: int) -> Session:
    """One session with that many repeats a function.

    Raises:
        ToolMissing, ToolFailed: as above.

    """

    def read(text: str) -> list[Sample]:
        return [Sample(subject, 0, seconds) for subject, values in json.loads(text).items() for seconds in values]

    return _session("timeit", lambda out: [f"{PACKAGE}.in_timeit", str(repeats)], read, data)


def _session(tool: str, command: Callable[[Path], Sequence[str]], read: Callable[[str], list[Sample]], data: Path) -> Session:
    """Run the tool, a module and its arguments, on a file to write to, and read what it wrote there, or else on standard output."""
    if find_spec(tool.replace("-", "_")) is None:
        raise ToolMissing("it is not installed")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        start = perf_counter()
        environment = {**worker_environment(), DATA: str(data)}
        ended = run_command(run_module(sys.executable, *command(out)), LONGEST_SESSION_S, environment)
        wall_s = perf_counter() - start
        if ended.exit_code is None:
            raise ToolFailed(f"it had not ended after {LONGEST_SESSION_S:.0f} s")
        if ended.exit_code != 0:
            raise ToolFailed(ended.last_line or f"exit code {ended.exit_code}")
        return Session(tool, tuple(read(out.read_text("utf-8") if out.exists() else ended.out)), wall_s)
