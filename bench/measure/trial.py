"""The trial: a user's implementation is held to the contract in a process of its own, where it may crash or hang."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from contextlib import closing

from bench.measure.environment import worker_environment
from bench.measure.lifeline import die_first, die_with_parent
from bench.measure.process import WorkerDied, answers
from bench.measure.worker import answers_only
from bench.plan.contenders import available
from bench.plan.experiment import broken

TRIAL_S = 60.0  # the check takes milliseconds


def why_refused(name: str, files: Sequence[str], silence_s: float = TRIAL_S) -> str:
    """Why an implementation of the user's files cannot be used; empty if it can."""
    try:
        with closing(answers(__name__, {"name": name, "files": list(files)}, worker_environment(), silence_s)) as heard:
            return str(next(heard)["broken"])
    except (StopIteration, KeyError):
        return "ends the program when it is run"
    except WorkerDied as death:
        return f"comes to a bad end when it is tried: {death.status}, {death.detail}"


def main() -> None:
    """Try the implementation that standard input names."""
    answer = answers_only()
    die_with_parent(int(os.environ["UNWIND_PARENT"]))
    die_first()
    task = json.load(sys.stdin)
    answer(broken=broken(available(task["files"])[task["name"]]))


if __name__ == "__main__":
    main()
