"""The workers of `--workers N`: processes of this machine, each started again when it ends, all gone at the end."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack, suppress
from typing import Self

import psutil

from bench.errors import BadInput
from bench.measure.workers.process import run_module, started
from bench.measure.workers.serve import PARENT

WORKER = "bench.measure.cluster.local_worker"
MOST_FAILURES = 3


class LocalWorkers:
    """So many workers of the scheduler at an address."""

    def __init__(self, address: str, count: int) -> None:
        self._address = address
        self._environment = {**os.environ, PARENT: str(os.getpid())}
        self._places = [ExitStack() for _ in range(count)]
        self._processes: list[subprocess.Popen[bytes]] = []
        self._failures = 0

    def __enter__(self) -> Self:
        self._errors = tempfile.TemporaryFile()
        self._folder = tempfile.TemporaryDirectory(prefix="unwind-workers-", ignore_cleanup_errors=True)
        self._processes = [self._start(place) for place in self._places]
        return self

    def __exit__(self, *error: object) -> None:
        for process, place in zip(self._processes, self._places, strict=True):
            _kill_descendants(process.pid)
            place.close()
        self._folder.cleanup()
        self._errors.close()

    @property
    def pids(self) -> list[int]:
        """Of the workers that run now."""
        return [process.pid for process in self._processes]

    def restart_ended(self) -> None:
        """Start those again that have ended, by whatever it was.

        Raises:
            BadInput: they end with an error again and again.

        """
        for number, process in enumerate(self._processes):
            if process.poll() is None:
                continue
            self._failures = self._failures + 1 if process.returncode > 0 else 0
            if self._failures >= MOST_FAILURES:
                raise BadInput(f"--workers: a worker cannot be started ({self._last_line()}); measure without --workers")
            self._places[number].close()
            self._processes[number] = self._start(self._places[number])

    def _start(self, place: ExitStack) -> subprocess.Popen[bytes]:
        nothing, command = subprocess.DEVNULL, run_module(sys.executable, WORKER, self._address, self._folder.name)
        return place.enter_context(started(command, self._environment, nothing, nothing, self._errors))

    def _last_line(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "it says nothing"


def _kill_descendants(pid: int) -> None:
    """Kill what a worker has started, in sessions of their own: where no parent's death is told, they would go on."""
    with suppress(psutil.Error):
        for descendant in psutil.Process(pid).children(recursive=True):
            descendant.kill()
