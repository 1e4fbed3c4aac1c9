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
from contextlib import suppress
from typing import IO, Any

SILENCE_S = 600.0  # a worker that has not answered for so long, in which it should have measured once, is taken to hang
LONGEST_ANSWER = 2**26  # bytes; a visit's rows take some thousands
KEPT_COMPLAINTS = 2**13  # bytes of what a worker wrote to standard error, the last ones


class WorkerDied(Exception):
    """A worker ended before its task did; `status` is the contract's word for how, `detail` says more."""

    def __init__(self, status: str, detail: str) -> None:
        super().__init__(f"{status}: {detail}")
        self.status = status
        self.detail = detail


def answers(module: str, task: dict[str, Any], environment: dict[str, str], silence_s: float = SILENCE_S) -> Generator[dict[str, Any]]:
    """Run `python -m module` on a task and yield its answers as they come; it is gone when this ends.

    Raises:
        WorkerDied: it crashed, was killed, said nothing for `silence_s` seconds, answered nonsense
            or ended in an error.

    """
    process = _start(module, task, environment)
    lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    listener = threading.Thread(target=_listen, args=(process.stdout, lines), daemon=True)
    complaints = _Complaints(process.stderr)
    try:
        listener.start()
        complaints.start()
        yield from _heard(lines, silence_s)
        if _ended(process, silence_s) != 0:
            raise WorkerDied(*ending(process.returncode, complaints.last_line()))
    finally:
        _end(process)
        for thread, stream in ((listener, process.stdout), (complaints, process.stderr)):
            thread.join(timeout=1)
            if not thread.is_alive():  # a process that it left behind may hold the other end, and closing would wait for it
                stream.close()  # type: ignore[union-attr]


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


def _start(module: str, task: dict[str, Any], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    with tempfile.TemporaryFile() as written:  # not a pipe, which would wait for a worker that does not read
        written.write(json.dumps(task).encode())
        written.seek(0)
        return subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=written,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**environment, "UNWIND_PARENT": str(os.getpid())},
            start_new_session=True,  # Ctrl-C is for the parent, which then ends its worker
        )


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the worker and whatever it has started: they are a process group of their own."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def _ended(process: subprocess.Popen[bytes], silence_s: float) -> int:
    try:
        return process.wait(silence_s)
    except subprocess.TimeoutExpired:
        raise WorkerDied("timeout", f"answered all, and had not ended after {silence_s:.0f} s") from None


def _heard(lines: queue.SimpleQueue[bytes | None], silence_s: float) -> Iterator[dict[str, Any]]:
    while True:
        try:
            line = lines.get(timeout=silence_s)
        except queue.Empty:
            raise WorkerDied("timeout", f"no answer for {silence_s:g} s") from None
        if line is None:
            return
        yield _answer(line)


def _answer(line: bytes) -> dict[str, Any]:
    with suppress(ValueError, RecursionError):
        answer = json.loads(line)
        if isinstance(answer, dict):
            return answer
    raise WorkerDied("error", f"answered {line[:80]!r}, which is no answer")


def _listen(stream: IO[bytes], lines: queue.SimpleQueue[bytes | None]) -> None:
    while line := stream.readline(LONGEST_ANSWER):
        lines.put(line)
    lines.put(None)


class _Complaints(threading.Thread):
    """Takes in what a worker writes to standard error, so that its pipe is never full, and keeps the end of it."""

    def __init__(self, stream: Any) -> None:
        super().__init__(daemon=True)
        self._stream = stream
        self._end = b""

    def run(self) -> None:
        while some := self._stream.read1(KEPT_COMPLAINTS):
            self._end = (self._end + some)[-KEPT_COMPLAINTS:]

    def last_line(self) -> str:
        """For a traceback, the exception."""
        self.join(timeout=1)
        lines = self._end.decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else ""
