"""Company: which measurements may go on at the same time on one machine.

What fits into the caches can be measured on two cores at once. What does not goes through the memory that all cores share, and is
measured alone. Two locks of the file system, which end with
the process that holds one, keep the order: whoever wants to measure waits for its turn first, so that a measurement that must
be alone is not overtaken again and again by others that need not.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import IO

if sys.platform != "win32":
    import fcntl

MOMENT_S = 0.002  # how often a process that waits looks again; its core has nothing else to do
TELLING_S = 0.5  # how often it says that it waits


@contextmanager
def measuring(folder: str, alone: bool, tell: Callable[[], object]) -> Iterator[None]:
    """Measure while others that keep to the same folder do so as well, or `alone`; wait until that can be, and `tell` from time to time.

    Without a folder nobody else measures.

    Raises:
        OSError: the folder is not there.

    """
    if not folder:
        yield
        return
    with (Path(folder) / "measuring").open("w") as lock:
        with (Path(folder) / "turn").open("w") as turn:
            _lock(turn, True, tell)
            _lock(lock, alone, tell)
        yield


def _lock(file: IO[str], alone: bool, tell: Callable[[], object]) -> None:
    told_s = monotonic()
    while not _locked(file, alone):
        sleep(MOMENT_S)
        if monotonic() - told_s > TELLING_S:
            told_s = monotonic()
            tell()


def _locked(file: IO[str], alone: bool) -> bool:
    try:
        fcntl.flock(file, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
