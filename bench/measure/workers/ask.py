"""The parent's side of the protocol: start a worker with a task, read its answers, and go on without what ended it."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from typing import Any, Self, TypeVar

from bench.defaults import SILENCE_S
from bench.measure.workers.endings import ending
from bench.measure.workers.patience import waited_in_vain
from bench.measure.workers.process import ended_within, run_module, started
from bench.measure.workers.serve import PARENT

LONGEST_ANSWER = 2**26  # bytes; a visit's rows take some thousands
KEPT_ERRORS = 2**13  # bytes of what a worker wrote to standard error, the last ones
UNANSWERED = "ended before it had answered"

Answers = Generator[dict[str, Any]]
Item = TypeVar("Item")
Reply = TypeVar("Reply")


class WorkerFailed(Exception):
    """A worker ended before its task was done; `status` is the word of the CSV files for how, `detail` says more."""

    def __init__(self, status: str, detail: str) -> None:
        super().__init__(f"{status}: {detail}")
        self.status = status
        self.detail = detail


class Cancelled(Exception):
    """Nobody wants the answers any more."""


def answers_in_order(
    items: Sequence[Item], ask: Callable[[list[Item]], Answers], understand: Callable[[dict[str, Any], Item], Reply | None]
) -> Iterator[tuple[Item, Reply | WorkerFailed]]:
    """Yield every item with what a worker replied about it, or with how the worker failed at it.

    `ask` starts a worker on a list of items, which it answers in order. An item that ends the worker has
    failed, and a new worker goes on with those after it. `understand(answer, item)` is the reply about the item
    that is due, or None if that is still being worked on; it raises `WorkerFailed` if the answer is no sense.
    """
    pending = list(items)
    while pending:
        try:
            with closing(ask(pending)) as answers:
                for answer in answers:
                    reply = understand(answer, pending[0])
                    if reply is not None:
                        yield pending.pop(0), reply
                    if not pending:
                        return  # without waiting for the worker's end: what it may have started can hold its pipe open
            raise WorkerFailed("error", UNANSWERED)
        except WorkerFailed as failure:
            yield pending.pop(0), failure


def answers(
    module: str,
    task: dict[str, Any],
    environment: Mapping[str, str],
    silence_s: float = SILENCE_S,
    python: str = sys.executable,
    cancelled: Callable[[], bool] = lambda: False,
) -> Answers:
    """Run a module on a task and yield its answers as they come; the worker is gone when this ends.

    Raises:
        Cancelled: it was `cancelled()` while it waited for an answer.
        WorkerFailed: it crashed, was killed, did not answer for `silence_s` seconds, answered no sense, or
            ended in an error.
        OSError: it cannot be started.

    """
    with tempfile.TemporaryFile() as stdin:  # not a pipe, which would wait for a worker that does not read
        stdin.write(json.dumps(task).encode())
        stdin.seek(0)
        variables = {**environment, PARENT: str(os.getpid())}
        with ExitStack() as at_last, started(run_module(python, module), variables, stdin, subprocess.PIPE, subprocess.PIPE) as process:
            lines, errors = at_last.enter_context(_Lines(process)), at_last.enter_context(_Errors(process))
            yield from _until_its_end(lines, silence_s, cancelled)
            if waited_in_vain(lambda seconds: ended_within(process, seconds), silence_s):
                raise WorkerFailed("timeout", f"answered all, and had not ended after {silence_s:g} s")
            exit_code = process.returncode
            if exit_code != 0:
                raise WorkerFailed(*ending(exit_code, errors.last_line()))


def _until_its_end(lines: _Lines, silence_s: float, cancelled: Callable[[], bool]) -> Iterator[dict[str, Any]]:
    received: list[bytes | None] = []

    def received_within(seconds: float) -> bool:
        if cancelled():
            raise Cancelled
        with suppress(queue.Empty):
            received.append(lines.queue.get(timeout=seconds))
        return bool(received)

    while True:
        if waited_in_vain(received_within, silence_s):
            raise WorkerFailed("timeout", f"no answer for {silence_s:g} s")
        line = received.pop()
        if line is None:
            return
        yield _answer(line)


def _answer(line: bytes) -> dict[str, Any]:
    with suppress(ValueError, RecursionError):
        answer = json.loads(line)
        if isinstance(answer, dict):
            return answer
    raise WorkerFailed("error", f"answered {line[:80]!r}, which is no answer")


class _Reader(threading.Thread):
    """Reads one of a worker's streams in a thread, so that its pipe is never full and the worker never waits.

    The thread closes the stream at its end, which a process that the worker left behind can put off.
    """

    def __init__(self, stream: Any) -> None:
        super().__init__(daemon=True)
        self.stream = stream

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.join(timeout=1)


class _Lines(_Reader):
    """Standard output line by line in `queue`, with None at the end."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        super().__init__(process.stdout)
        self.queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()

    def run(self) -> None:
        with self.stream:
            while line := self.stream.readline(LONGEST_ANSWER):
                self.queue.put(line)
        self.queue.put(None)


class _Errors(_Reader):
    """The end of standard error."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        super().__init__(process.stderr)
        self._end = b""

    def run(self) -> None:
        with self.stream:
            while some := self.stream.read1(KEPT_ERRORS):
                self._end = (self._end + some)[-KEPT_ERRORS:]

    def last_line(self) -> str:
        """For a traceback, the exception."""
        self.join(timeout=1)
        lines = self._end.decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else ""
