"""The parent's side of a worker: start it, hear what it answers, and tell how it ended if it did not finish."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator, Iterator
from typing import IO, Any

SILENCE_S = 600.0  # a worker that has not answered for so long, in which it should have measured once, is taken to hang


class WorkerDied(Exception):
    """A worker ended before its task did; `status` is the contract's word for how, `detail` says more."""

    def __init__(self, status: str, detail: str) -> None:
        super().__init__(f"{status}: {detail}")
        self.status = status
        self.detail = detail


def answers(module: str, task: dict[str, Any], environment: dict[str, str], silence_s: float = SILENCE_S) -> Generator[dict[str, Any]]:
    """Run `python -m module` on a task and yield its answers as they come; it is gone when this ends.

    Raises:
        WorkerDied: it crashed, was killed, said nothing for `silence_s` seconds or ended in an error.

    """
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env={**environment, "UNWIND_PARENT": str(os.getpid())},
            start_new_session=True,  # Ctrl-C is for the parent, which then ends its worker
        )
        try:
            _send(process, task)
            yield from _heard(process, silence_s)
            if process.wait() != 0:
                raise WorkerDied(*ending(process.returncode, _last_words(complaints)))
        finally:
            process.kill()
            process.wait()
            process.stdout.close()  # type: ignore[union-attr]


def ending(returncode: int, last_words: str = "") -> tuple[str, str]:
    """The contract's word for a process's exit code, and the detail."""
    name = signal.Signals(-returncode).name if returncode < 0 else ""
    if name == "SIGSEGV":
        return "segfault", "segmentation fault"
    if name == "SIGKILL":
        return "out_of_memory", "killed by the system, most likely for memory"
    if name:
        return "error", f"killed by {name}"
    return "error", last_words or f"exit code {returncode}"


def _send(process: subprocess.Popen[bytes], task: dict[str, Any]) -> None:
    assert process.stdin is not None
    try:
        process.stdin.write(json.dumps(task).encode())
        process.stdin.close()
    except BrokenPipeError:
        pass  # it died at once; waiting for it will say how


def _heard(process: subprocess.Popen[bytes], silence_s: float) -> Iterator[dict[str, Any]]:
    lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(process.stdout, lines), daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=silence_s)
        except queue.Empty:
            raise WorkerDied("timeout", f"no answer for {silence_s:.0f} s") from None
        if line is None:
            return
        try:
            yield json.loads(line)
        except ValueError:
            raise WorkerDied("error", f"answered {line[:80]!r}, which is not JSON") from None


def _listen(stream: IO[bytes], lines: queue.SimpleQueue[bytes | None]) -> None:
    try:
        for line in stream:
            lines.put(line)
    except ValueError:
        pass  # closed while reading, by whoever gave up on it
    lines.put(None)


def _last_words(complaints: IO[bytes]) -> str:
    """The last line of what it wrote to standard error: for a traceback, the exception."""
    complaints.seek(0)
    lines = complaints.read().decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else ""
