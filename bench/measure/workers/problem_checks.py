"""The check of a problem, in a worker: that its implementations agree on small inputs. One that hangs or crashes costs only itself."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing, suppress
from time import perf_counter
from typing import Any

from bench.errors import BadInput
from bench.measure.machine.capacity import available_bytes
from bench.measure.subjects.calls import FRAMES
from bench.measure.workers.ask import UNANSWERED, Answers, WorkerFailed, answers, answers_in_order
from bench.measure.workers.environment import worker_environment
from bench.measure.workers.serve import Answer, serve
from bench.plan.problems import PlannedProblem, load_problem, place_of
from impls import Problem
from impls.contract import BrokenContract
from impls.problem_contract import NoInput, check_solution

try:
    import resource
except ImportError:  # Windows has none
    resource = None  # type: ignore[assignment]

LONGEST_CALL_S = 20.0  # inputs of a few levels take milliseconds
LONGEST_CHECK_S = 5.0  # of an implementation: after that, no further inputs are tried


def disagreeing(problem: PlannedProblem, names: Sequence[str], files: Sequence[str]) -> dict[str, str]:
    """Name -> what is wrong with it, of those implementations that cannot be compared with the baseline; if the baseline
    is wrong itself, that alone.

    Raises:
        BadInput: `setup` makes no arguments, or other ones each time.

    """
    trying = ""

    def ask(pending: list[str]) -> Answers:
        nonlocal trying
        trying = ""
        return answers(__name__, task(problem, files) | {"names": pending}, worker_environment(), LONGEST_CALL_S)

    def understand(answer: dict[str, Any], name: str) -> str | None:
        nonlocal trying
        if "no_input" in answer:
            raise BadInput(f"{place_of(problem.source)}: {answer['no_input']}; correct setup")
        trying = answer.get("trying", trying)
        return str(answer["broken"]) if "broken" in answer else None

    reasons: dict[str, str] = {}
    baseline_first = sorted(names, key=lambda name: name != problem.baseline)
    with closing(answers_in_order(baseline_first, ask, understand)) as replies:  # type: ignore[type-var]
        for name, reply in replies:
            if isinstance(reply, WorkerFailed):
                reply = _failed_at(trying, reply, problem.source)
            if reply:
                reasons[name] = reply
            if problem.baseline in reasons:
                break  # nothing can be checked against it
    return reasons


def task(problem: PlannedProblem, files: Sequence[str]) -> dict[str, Any]:
    """What a worker needs that runs a problem: where it is, and how much memory it may take."""
    return {"source": problem.source, "baseline": problem.baseline, "files": list(files), "memory_bytes": available_bytes() // 2}


def opened_with_limits(task: dict[str, Any]) -> Problem:
    """In a worker: the problem of a task, with the recursion limit raised, and with no more memory than the task says."""
    problem = load_problem(task["source"], task["files"])
    sys.setrecursionlimit(max(sys.getrecursionlimit(), FRAMES))
    if resource:
        most = _address_space_bytes() + task["memory_bytes"]  # libraries may have reserved more than they use
        with suppress(ValueError, OSError):  # macOS does not limit the address space
            resource.setrlimit(resource.RLIMIT_AS, (most, most))
    return problem


def _address_space_bytes() -> int:
    """The address space that this process has taken; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _failed_at(trying: str, failure: WorkerFailed, source: str) -> str:
    """What is wrong with an implementation whose check ended the worker.

    Raises:
        BadInput: it was `setup` that did so, or the file.

    """
    hangs = failure.status == "timeout"
    if not trying:
        raise BadInput(f"{place_of(source)}: cannot be run a second time ({failure.detail}); a file should define a problem and do no more")
    if trying.startswith("setup("):
        what = f"takes more than {LONGEST_CALL_S:g} s" if hangs else ends_the_process(failure)
        raise BadInput(f"{place_of(source)}: {trying} {what}; correct setup")
    if hangs:
        return f"does not return within {LONGEST_CALL_S:g} s, {trying}"
    return f"{ends_the_process(failure)}, {trying}"


def ends_the_process(failure: WorkerFailed) -> str:
    """What has ended a worker, for a sentence about it."""
    return "ends the process" if failure.detail == UNANSWERED else f"ends the process ({failure.detail})"


def main(task: dict[str, Any], answer: Answer) -> None:
    """Check the implementations of the task, one after the other."""
    problem = opened_with_limits(task)
    for name in task["names"]:
        end = perf_counter() + LONGEST_CHECK_S
        try:
            check_solution(
                problem,
                name,
                task["baseline"],
                lambda words: answer(trying=words),
                lambda end=end: perf_counter() > end,  # type: ignore[misc]
            )
            answer(broken="")
        except BrokenContract as error:
            answer(broken=str(error))
        except NoInput as error:
            answer(no_input=str(error))


if __name__ == "__main__":
    serve(main)
