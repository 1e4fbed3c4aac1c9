"""How a process is started, and how it is ended with all that it has started."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

Stream = IO[bytes] | int

DOOR = Path(__file__).resolve().parents[3] / "unwind_bench.py"


def run_module(python: str, module: str, *arguments: str) -> list[str]:
    """The command that runs a module as a program, as `-m` does, but without the current folder on Python's path.

    Our own modules are those of this checkout or installation, whatever else the interpreter has under their names.
    """
    return [python, str(DOOR), module, *arguments]


@contextmanager
def started(
    command: Sequence[str], environment: Mapping[str, str] | None, stdin: Stream, stdout: Stream, stderr: Stream
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a command in a session of its own; on leaving, kill it and all that it has started.

    Because of its own session, Ctrl-C reaches this process alone, which then ends the other.

    Raises:
        OSError: it cannot be started.

    """
    process = subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=stderr, env=environment, start_new_session=True)
    try:
        yield process
    finally:
        _end(process)


def ended_within(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Wait so long at most for a process; has it ended?"""
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    return process.returncode is not None


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the process group; where the system has none (Windows), the process and its descendants."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        import psutil  # which PyPy, on other systems, need not have

        with suppress(psutil.Error):
            for descendant in psutil.Process(process.pid).children(recursive=True):
                descendant.kill()
    process.kill()
    process.wait()
