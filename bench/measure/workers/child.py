"""A child process with a time limit: what it wrote and how it ended."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO


@dataclass(frozen=True)
class Ended:
    """How a child ended: its exit code, or None if its time ran out; and what it wrote."""

    code: int | None
    out: str
    err: str

    @property
    def last_words(self) -> str:
        """The last line of its complaints, or else of its output."""
        lines = self.err.strip().splitlines() or self.out.strip().splitlines()
        return lines[-1].strip() if lines else ""


def run_child(command: Sequence[str], timeout_s: float, environment: Mapping[str, str] | None = None) -> Ended:
    """Run a command to its end, or to the end of its time.

    It writes to files and not into pipes: a grandchild that holds a pipe open would be waited for. It has a
    session of its own, so that Ctrl-C is for this process, which then ends the whole session.

    Raises:
        OSError: it cannot be started.

    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment, start_new_session=True
        )  # fmt: skip
        try:
            code: int | None = process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            if process.returncode is None:
                _end(process)
        return Ended(code, _text(out), _text(err))


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the process and, where there are process groups, all that it has started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (AttributeError, ProcessLookupError, PermissionError):
        process.kill()
    process.wait()


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace")
