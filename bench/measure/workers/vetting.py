"""The vetting: implementations that may crash or hang are held to the contract in a process of their own.

They are those of a user's files, and those over other libraries.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from contextlib import closing

from bench.measure.timing.worker import answers_only
from bench.measure.workers.environment import worker_environment
from bench.measure.workers.lifeline import die_with_parent
from bench.measure.workers.process import WorkerDied, answers
from bench.plan.cells import DEFAULT_ACTIVATION
from bench.plan.contenders import available
from bench.plan.experiment import broken

VETTING_S = 60.0  # the check takes milliseconds


def refused(
    names: Sequence[str], files: Sequence[str], activation: str = DEFAULT_ACTIVATION, silence_s: float = VETTING_S
) -> dict[str, str]:
    """Name -> why, for those implementations that cannot be used with that activation."""
    found: dict[str, str] = {}
    left = list(names)
    while left:
        found |= _one_process(left, files, activation, silence_s)
    return {name: why for name, why in found.items() if why}


def _one_process(left: list[str], files: Sequence[str], activation: str, silence_s: float) -> dict[str, str]:
    """What is wrong with whom, "" if nothing is; those who have been tried are taken from `left`."""
    found: dict[str, str] = {}
    task = {"names": left, "files": list(files), "activation": activation}
    try:
        with closing(answers(__name__, task, worker_environment(), silence_s)) as heard:
            for answer in heard:
                found[left[0]] = str(answer.get("broken"))
                left.pop(0)
                if not left:
                    return found
        raise WorkerDied("error", "it ends the program")
    except WorkerDied as death:
        found[left.pop(0)] = f"comes to a bad end when it is tried: {death.status}, {death.detail}"
    return found


def main() -> None:
    """Try the implementations that standard input names, one after the other."""
    answer = answers_only()
    die_with_parent(int(os.environ["UNWIND_PARENT"]))
    task = json.load(sys.stdin)
    known = available(task["files"])
    for name in task["names"]:
        answer(broken=broken(known[name], task["activation"]))


if __name__ == "__main__":
    main()
