"""Checks of a problem, in a worker: that its implementations agree, and that inputs of the sizes to measure can be had.

One that hangs or crashes costs only itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import Any

from bench.measure.machine.capacity import available_bytes
from bench.measure.subjects.calls import FRAMES, CallBench
from bench.measure.workers.ask import Answers, WorkerFailed, answers, answers_in_order
from bench.measure.workers.environment import worker_environment
from bench.measure.workers.serve import Answer, serve
from bench.plan.problems import PlannedProblem, load_problem
from impls import Problem
from impls.contract import BrokenContract
from impls.problem_contract import NoInput, check_solution

try:
    import resource
except ImportError:  # Windows has none
    resource = None  # type: ignore[assignment]

LONGEST_CHECK_S = 20.0  # inputs of a few levels take milliseconds
LONGEST_CALL_S = 2.0  # a visit makes some dozens
LONGEST_SIZE_S = 20.0  # to set one size up, and to call every implementation once

Size = tuple[int, int]  # depth and width


def disagreeing(problem: PlannedProblem, names: Sequence[str], files: Sequence[str]) -> dict[str, str]:
    """Name -> what is wrong with it, of those implementations that cannot be compared with the baseline."""

    def ask(pending: list[str]) -> Answers:
        return answers(__name__, _task(problem, files) | {"names": pending}, worker_environment(), LONGEST_CHECK_S)

    replies = answers_in_order(names, ask, lambda answer, name: str(answer.get("broken")))
    reasons = {name: _failed_check(reply) if isinstance(reply, WorkerFailed) else reply for name, reply in replies}
    return {name: reason for name, reason in reasons.items() if reason}


def out_of_reach(problem: PlannedProblem, sizes: Sequence[Size], files: Sequence[str]) -> dict[Size, dict[str, str]]:
    """Size -> implementation -> why it cannot be measured there: no input can be made, or a call takes too long or fails."""
    asked = [(size, name) for size in sizes for name in problem.implementations]

    def ask(pending: list[tuple[Size, str]]) -> Answers:
        return answers(__name__, _task(problem, files) | {"sizes": pending}, worker_environment(), LONGEST_SIZE_S)

    reasons: dict[Size, dict[str, str]] = {}
    for (size, name), reply in answers_in_order(asked, ask, lambda answer, item: str(answer.get("why"))):
        why = _failed_size(reply) if isinstance(reply, WorkerFailed) else reply
        if why:
            reasons.setdefault(size, {})[name] = why
    return reasons


def _task(problem: PlannedProblem, files: Sequence[str]) -> dict[str, Any]:
    return {"source": problem.source, "files": list(files), "memory_bytes": available_bytes() // 2}


def _failed_check(failure: WorkerFailed) -> str:
    if failure.status == "timeout":
        return f"does not return from a small input within {LONGEST_CHECK_S:g} s"
    return f"fails its check: {failure.detail}"


def _failed_size(failure: WorkerFailed) -> str:
    if failure.status == "timeout":
        return f"setup and a call take more than {LONGEST_SIZE_S:g} s"
    return f"ends the process: {failure.detail}"


def main(task: dict[str, Any], answer: Answer) -> None:
    """Check the implementations or the sizes of the task, one after the other."""
    problem = load_problem(task["source"], task["files"])
    for name in task.get("names", ()):
        answer(broken=_broken(problem, name))
    if resource and "sizes" in task:
        resource.setrlimit(resource.RLIMIT_AS, (task["memory_bytes"], task["memory_bytes"]))
    benches: dict[Size, Any] = {}
    for (depth, width), name in task.get("sizes", ()):
        answer(why=_why_not(problem, (depth, width), name, benches))


def _broken(problem: Problem, name: str) -> str:
    """What is wrong with an implementation; empty if nothing is."""
    try:
        check_solution(problem, name)
    except (BrokenContract, NoInput) as error:
        return str(error)
    return ""


def _why_not(problem: Problem, size: Size, name: str, benches: dict[Size, Any]) -> str:
    """Why an implementation cannot be measured at a size; empty if it can."""
    if size not in benches:
        benches.clear()  # one size at a time is in memory
        try:
            benches[size] = CallBench(problem, *size)
        except Exception as error:
            benches[size] = f"setup({size[0]}, {size[1]}, rng) raises {_named(error)}"
    bench = benches[size]
    if isinstance(bench, str):
        return bench
    solution = problem.by_name[name]
    bench.raised_limit_for({name: solution}, lambda name: None)
    start = perf_counter()
    try:
        bench.step(solution)()
    except RecursionError:
        return f"recurses through more than {FRAMES} calls"
    except Exception as error:
        return f"raises {_named(error)}"
    seconds = perf_counter() - start
    return f"a call takes {seconds:.1f} s, and {LONGEST_CALL_S:g} s are the most" if seconds > LONGEST_CALL_S else ""


def _named(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


if __name__ == "__main__":
    serve(main)
