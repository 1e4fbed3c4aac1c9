"""The lifeline: a measuring process ends when the one that started it does, however that ended."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1  # prctl(2)


def die_with_parent(parent: int) -> None:
    """Ask Linux to kill this process when `parent`, which must be its parent, dies; elsewhere, do nothing.

    A thread that waits for the parent would do everywhere, but a second thread changes what malloc
    costs, and this process is here to be timed.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    _die_first()
    if os.getppid() != parent:  # it died before the call
        os._exit(1)


def _die_first() -> None:
    """When memory runs out, Linux is to kill this process and not the one that keeps the records (proc(5), oom_score_adj)."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
