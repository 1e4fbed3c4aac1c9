"""Control groups for tests: containers' limits, the real thing."""

import os
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

GROUPS = Path("/sys/fs/cgroup")


@contextmanager
def memory_group(limit):
    """A control group (version 1 or 2) in which the kernel kills whoever takes more; the test is skipped where none can be made."""
    parent, name = (GROUPS / "memory", "memory.limit_in_bytes") if (GROUPS / "memory").is_dir() else (GROUPS, "memory.max")
    folder = parent / f"unwind-{os.getpid()}"
    try:
        folder.mkdir()
        (folder / name).write_text(str(limit))
    except OSError as error:
        pytest.skip(f"no control group can be made: {error}")
    yield folder
    end = time.monotonic() + 30
    while (folder / "cgroup.procs").read_text():
        assert time.monotonic() < end, "a process is left in the group"
        time.sleep(0.02)
    folder.rmdir()
