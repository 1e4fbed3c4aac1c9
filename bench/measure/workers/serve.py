"""The worker's side of the protocol: read the task from standard input, answer in lines of JSON, die with the parent."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

PARENT = "UNWIND_PARENT"  # the variable that names the process which started the worker
PR_SET_PDEATHSIG = 1  # prctl(2)

Answer = Callable[..., None]


def serve(work: Callable[[dict[str, Any], Answer], None]) -> None:
    """Do the task on standard input: `work(task, answer)`, where `answer(key=value, ...)` sends one answer."""
    answer = _answers_only()
    die_with_parent(int(os.environ[PARENT]))
    try:
        work(json.load(sys.stdin), answer)
    finally:
        sys.stdout.flush()  # what was printed stands before a traceback, whose last line says how the worker failed


def _answers_only() -> Answer:
    """Keep standard output for answers, and send whatever else is printed, by implementations too, to standard error."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def answer(**message: Any) -> None:
        channel.write(json.dumps(message) + "\n")
        channel.flush()

    return answer


def die_with_parent(parent: int) -> None:
    """Ask Linux to kill this process when `parent`, which must be its parent, dies; elsewhere, do nothing.

    A thread that waits for the parent would work everywhere, but a second thread changes what malloc
    costs, and this process is here to be timed.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    _be_killed_first()
    if os.getppid() != parent:  # it died before the call
        os._exit(1)


def _be_killed_first() -> None:
    """When memory runs out, Linux is to kill this process and not the one that keeps the records (proc(5), oom_score_adj)."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
