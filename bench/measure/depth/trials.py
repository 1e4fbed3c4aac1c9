"""A trial: the probe in a process of its own at one depth, and the status that it ends with."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.measure.depth import probe
from bench.measure.machine.capacity import available_bytes
from bench.measure.workers.command import CommandResult, run_command
from bench.measure.workers.endings import ending
from bench.measure.workers.environment import worker_environment
from bench.measure.workers.process import DOOR
from bench.plan.cells import BACKPROPAGATION
from bench.plan.depth import Setting

MOST_BYTES = 4 * 2**30  # of address space that a trial may take

# By `-I` there is neither the current folder on the path nor any variable of Python's, such as PYTHON_GIL, which may fit one version
# and stop another. Our packages come in by the door, but with fewer frames under the first than when it runs a module.
BOOT = (
    "import json, sys; sys.path.append(sys.argv[1]); import unwind_bench; sys.path.pop(); unwind_bench.take_own_packages(); "
    "from importlib import import_module; import_module(sys.argv[2]).main(json.loads(sys.argv[3]))"
)


@dataclass(frozen=True)
class TrialResult:
    """How a trial ended: the status (of limits.csv, or `probe.NO_INPUT`), more about it, and by how much memory grew if that is known."""

    status: str
    detail: str = ""
    resident_bytes: int | None = None


@dataclass(frozen=True)
class Guard:
    """What a trial may take: bytes of address space, and seconds: some at any depth and some for each layer."""

    memory_bytes: int
    start_s: float = 10.0
    layer_s: float = 60e-6

    def seconds(self, depth: int) -> float:
        """The time limit at a depth: several times what a layer takes, so that only what hangs is cut off."""
        return self.start_s + self.layer_s * depth


def usual_guard(available: int | None = None) -> Guard:
    """At most 4 GiB, and at most half of what is free: rounded down to 4, 3, 2, 1.5, 1, 0.75, ... GiB, so that what a search is
    allowed, which its row tells, does not change with every page that another program takes.

    >>> [usual_guard(gib * 2**30).memory_bytes / 2**30 for gib in (20, 8, 7, 3.9, 3)]
    [4.0, 4.0, 3.0, 1.5, 1.5]
    """
    most = min(MOST_BYTES, (available_bytes() if available is None else int(available)) // 2)
    power = 2 ** (most.bit_length() - 1)
    return Guard(power * 3 // 2 if power * 3 // 2 <= most else power)


def command_of(python: str, module: str, task: dict[str, Any]) -> list[str]:
    """The command that gives a task to a module's `main`, under an interpreter that is as it comes."""
    return [python, "-I", "-c", BOOT, str(DOOR.parent), module, json.dumps(task)]


@dataclass(frozen=True)
class Trial:
    """A trial at a depth that it is called with; if its subject `may_be_slow`, time that runs out is taken for its own fault."""

    python: str
    subject: str
    setting: Setting
    guard: Guard
    files: Sequence[str] = ()
    problem: str = BACKPROPAGATION
    may_be_slow: bool = False

    def __call__(self, depth: int) -> TrialResult:
        """Try the depth in a fresh process, and once more if something else may have ended it: a kill, or a pause of the machine."""
        ended = self._end_at(depth)
        own_fault = self.may_be_slow and ended.exit_code is None
        if _may_be_from_outside(ended) and not own_fault:
            ended = self._end_at(depth)
        if self.problem != BACKPROPAGATION and _ended_in_setup(ended):
            return TrialResult(probe.NO_INPUT, f"setup({depth}, 1, rng) ends the process: {ending(ended.exit_code or 0)[1]}")
        return result_of(ended)

    def _end_at(self, depth: int) -> CommandResult:
        timeout_s = self.guard.seconds(depth)
        task = {
            "subject": self.subject,
            "depth": depth,
            "files": list(self.files),
            "problem": self.problem,
            "recursion_limit": self.setting.recursion_limit,
            "stack_bytes": self.setting.stack_bytes,
            "memory_bytes": self.guard.memory_bytes,
            "cpu_s": int(timeout_s) + 1,
        }
        return run_command(command_of(self.python, probe.__name__, task), timeout_s, worker_environment())


def _may_be_from_outside(ended: CommandResult) -> bool:
    """Was the probe killed, or did its time run out? What its own guard or its stack ends it by, it does again."""
    return ended.exit_code is None or (ended.exit_code != 0 and ending(ended.exit_code)[0] == "out_of_memory")


def _ended_in_setup(ended: CommandResult) -> bool:
    """Has the probe died, or been killed, before there was an input?"""
    return ended.exit_code not in (0, None) and probe.MADE not in ended.out


def result_of(ended: CommandResult) -> TrialResult:
    """What the probe answered, or what its exit code means."""
    if ended.exit_code is None:
        return TrialResult("timeout", "its time ran out")
    if ended.exit_code != 0:
        return TrialResult(*ending(ended.exit_code, ended.last_line))
    try:
        return TrialResult(**json.loads(ended.out.removeprefix(probe.MADE)))
    except (ValueError, TypeError):
        return TrialResult("error", f"answered {ended.out[-80:]!r}, which is no answer")
