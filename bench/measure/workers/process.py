"""How a process is started, how it is ended with all that it has started, and what its exit code means."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import IO

import psutil

CRASHES = {
    -signal.SIGSEGV,
    -getattr(signal, "SIGBUS", signal.SIGSEGV),  # what macOS sends for a stack that overflows
    0xC00000FD,  # the same on Windows: STATUS_STACK_OVERFLOW
    0xC0000005,  # STATUS_ACCESS_VIOLATION
}

Stream = IO[bytes] | int


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


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the process group; where the system has none (Windows), the process and its descendants."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        with suppress(psutil.Error):
            for descendant in psutil.Process(process.pid).children(recursive=True):
                descendant.kill()
    process.kill()
    process.wait()


def ending(exit_code: int, last_line: str = "") -> tuple[str, str]:
    """The status and detail of a process that ended by itself; `last_line` is the last that it wrote."""
    if exit_code in CRASHES:
        return "segfault", "segmentation fault"
    name = signal.Signals(-exit_code).name if exit_code < 0 else ""
    if name == "SIGKILL":
        return "out_of_memory", "killed by the system, most likely for memory"
    if name == "SIGXCPU":
        return "timeout", "used up its CPU time"
    if name:
        return "error", f"killed by {name}"
    return "error", last_line or f"exit code {exit_code}"
