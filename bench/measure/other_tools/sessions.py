"""Sessions: one run of another tool over the trio, and every time that it took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

from bench.measure.other_tools.trio import DATA
from bench.measure.workers.environment import BLAS_VARIABLES, worker_environment

HERE = Path(__file__).parent
LONGEST_S = 300.0  # some twenty times what a session takes


@dataclass(frozen=True)
class Sample:
    """Seconds a call, as the tool recorded them, the first one first; `process` counts those that it used for the subject."""

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
    """Another tool could not be run; the message is its last word, and `missing` says whether it is not installed."""

    def __init__(self, message: str, missing: bool = False) -> None:
        super().__init__(message)
        self.missing = missing


def pytest_benchmark(data: Path, seconds: float) -> Session:
    """One session with so many seconds a function (`--benchmark-max-time`), all in one process as the tool has it.

    Raises:
        ToolFailed: it is not installed, or ends in an error.

    """

    def command(out: Path) -> list[str]:
        settings = ["--rootdir", str(out.parent), "-c", os.devnull, "-p", "no:cacheprovider", "--noconftest", "-q"]
        timing = [f"--benchmark-max-time={seconds}", "--benchmark-min-rounds=1", f"--benchmark-json={out}"]
        return ["-m", "pytest", str(HERE / "in_pytest_benchmark.py"), *settings, *timing]

    def read(text: str) -> list[Sample]:
        return [Sample(one["params"]["subject"], 0, seconds) for one in json.loads(text)["benchmarks"] for seconds in one["stats"]["data"]]

    return _session("pytest-benchmark", command, read, data)


def pyperf(data: Path, processes: int) -> Session:
    """One session with so many processes a function, and the rest as pyperf has it: three values each, of 0.1 s.

    Raises:
        ToolFailed: as above.

    """

    def command(out: Path) -> list[str]:
        inherited = ",".join([DATA, *BLAS_VARIABLES])
        return [str(HERE / "in_pyperf.py"), "--quiet", "-p", str(processes), "--inherit-environ", inherited, "-o", str(out)]

    def read(text: str) -> list[Sample]:
        found = []
        for one in json.loads(text)["benchmarks"]:
            runs = [run for run in one["runs"] if "values" in run]  # the others only calibrate
            found += [Sample(_name(one), number, seconds) for number, run in enumerate(runs) for seconds in run["values"]]
        return found

    return _session("pyperf", command, read, data)


def timeit(data: Path, repeats: int) -> Session:
    """One session with so many repeats a function.

    Raises:
        ToolFailed: as above.

    """

    def read(text: str) -> list[Sample]:
        return [Sample(subject, 0, seconds) for subject, values in json.loads(text).items() for seconds in values]

    return _session("timeit", lambda out: [str(HERE / "in_timeit.py"), str(repeats)], read, data)


def _session(tool: str, command: Callable[[Path], Sequence[str]], read: Callable[[str], list[Sample]], data: Path) -> Session:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        start = perf_counter()
        ended = _run(command(out), {**worker_environment(), DATA: str(data), "PYTEST_ADDOPTS": ""})
        wall_s = perf_counter() - start
        if ended.returncode != 0:
            last_word = [f"exit code {ended.returncode}", *(ended.stderr or ended.stdout).strip().splitlines()][-1]
            raise ToolFailed(last_word, missing=find_spec(tool.replace("-", "_")) is None)
        return Session(tool, tuple(read(out.read_text("utf-8") if out.exists() else ended.stdout)), wall_s)


def _run(command: Sequence[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            [sys.executable, *command], stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment, timeout=LONGEST_S
        )
    except subprocess.TimeoutExpired:
        raise ToolFailed(f"it had not ended after {LONGEST_S:.0f} s") from None


def _name(benchmark: dict[str, dict[str, str]]) -> str:
    return benchmark["metadata"]["name"]
