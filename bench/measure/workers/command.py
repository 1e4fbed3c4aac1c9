"""A command that is run to its end, or to the end of its time, and then read."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from bench.measure.workers.patience import waited_in_vain
from bench.measure.workers.process import ended_within, started


@dataclass(frozen=True)
class CommandResult:
    """What a command wrote, and its exit code; None if its time ran out."""

    exit_code: int | None
    out: str
    err: str

    @property
    def last_line(self) -> str:
        """The last line of standard error, or else of standard output."""
        lines = self.err.strip().splitlines() or self.out.strip().splitlines()
        return lines[-1].strip() if lines else ""


def run_command(command: Sequence[str], timeout_s: float, environment: Mapping[str, str] | None = None) -> CommandResult:
    """Run a command; when this returns, nothing that it has started is left.

    It writes to files and not into pipes, which a process that it left behind could hold open.

    Raises:
        OSError: it cannot be started.

    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        with started(command, environment, subprocess.DEVNULL, out, err) as process:
            waited_in_vain(lambda seconds: ended_within(process, seconds), timeout_s)
            exit_code = process.returncode  # None if it has not ended
        return CommandResult(exit_code, _text(out), _text(err))


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace")
