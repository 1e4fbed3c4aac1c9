"""Checking: implementations are held to their contract in a worker, so that one that crashes or hangs costs only itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.measure.workers.ask import Answers, WorkerFailed, answers, answers_in_order
from bench.measure.workers.environment import worker_environment
from bench.measure.workers.problem_checks import disagreeing
from bench.measure.workers.serve import Answer, serve
from bench.plan.cells import BACKPROPAGATION, DEFAULT_ACTIVATION
from bench.plan.contenders import available
from bench.plan.problems import PlannedProblem
from impls.contract import broken
from impls.layers import COLUMNS

LONGEST_CHECK_S = 60.0  # a check takes milliseconds, and the import of a library some seconds


def refused(problem: PlannedProblem, names: Sequence[str], files: Sequence[str], activation: str, layout: str = COLUMNS) -> dict[str, str]:
    """Name -> how it breaks its contract, of those implementations of a problem that cannot be compared."""
    if problem.name == BACKPROPAGATION:
        return broken_contracts(names, files, activation, layout)
    return disagreeing(problem, names, files)


def broken_contracts(
    names: Sequence[str],
    files: Sequence[str],
    activation: str = DEFAULT_ACTIVATION,
    layout: str = COLUMNS,
    silence_s: float = LONGEST_CHECK_S,
) -> dict[str, str]:
    """Name -> how it breaks the contract, of those implementations that cannot be used with that activation and layout.

    `files` are the user's own, which some of the names may come from.
    """

    def ask(pending: list[str]) -> Answers:
        task = {"names": pending, "files": list(files), "activation": activation, "layout": layout}
        return answers(__name__, task, worker_environment(), silence_s)

    replies = answers_in_order(names, ask, lambda answer, name: str(answer.get("broken")))
    reasons = {name: f"fails its check: {reply.detail}" if isinstance(reply, WorkerFailed) else reply for name, reply in replies}
    return {name: reason for name, reason in reasons.items() if reason}


def main(task: dict[str, Any], answer: Answer) -> None:
    """Check the named implementations, one after the other."""
    known = available(task["files"])
    for name in task["names"]:
        answer(broken=broken(known[name], task["activation"], task["layout"]))


if __name__ == "__main__":
    serve(main)
