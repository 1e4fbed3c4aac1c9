"""The lifeline: a measuring process ends when the one that started it does, however that ended."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # prctl(2)


def die_with_parent(parent: int) -> None:
    """Ask Linux to kill this process when `parent`, which must be its parent, dies; elsewhere, do nothing.

    A thread that waits for the parent would do everywhere, but a second thread changes what malloc
    costs, and this process is here to be timed.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the call
        os._exit(1)
