"""Tracing calls from outside: every implementation of a problem in a worker, so that one that crashes or hangs costs only itself.

All are traced on the same input, the largest of a few small ones on which each has few enough steps to be looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bench.measure.tracing.calls.records import CallTrace, CallTraces
from bench.measure.tracing.calls.trace_call import MOST_STEPS, trace_call, without_steps
from bench.measure.tracing.calls.tracer import TooLong
from bench.measure.workers.ask import Answers, WorkerFailed, answers, answers_in_order
from bench.measure.workers.endings import status_of
from bench.measure.workers.environment import worker_environment
from bench.measure.workers.serve import Answer, serve
from bench.plan.problems import PlannedProblem, load_problem
from impls import Problem

SIZES = ((3, 2), (2, 2), (2, 1), (1, 1))  # depth and width, the largest first
LONGEST_TRACE_S = 60.0  # a call takes some tenths of a second, and the import of a user's file as long as it likes
TRACE = TypeAdapter(CallTrace)

Sized = tuple[int, CallTrace]  # the place of the size in SIZES, and the trace


def trace_problem(problem: PlannedProblem, files: Sequence[str] = (), silence_s: float = LONGEST_TRACE_S) -> CallTraces:
    """Trace a call of each implementation of a problem; what could not be traced says why. `files` are the user's own beside it."""
    traced = _traced(problem, dict.fromkeys(problem.implementations, SIZES), files, silence_s)
    place = max((place for place, trace in traced.values() if trace.steps), default=0)
    at_another = [name for name, (its, trace) in traced.items() if trace.steps and its != place]
    traced |= _traced(problem, dict.fromkeys(at_another, SIZES[place:]), files, silence_s)
    return CallTraces(problem.name, problem.title, *SIZES[place], tuple(trace for _, trace in traced.values()))


def _traced(problem: PlannedProblem, sizes: dict[str, Sequence[Any]], files: Sequence[str], silence_s: float) -> dict[str, Sized]:
    """Each named implementation on the first of the sizes that suits it."""

    def ask(pending: list[str]) -> Answers:
        calls = [(name, sizes[name]) for name in pending]
        return answers(__name__, {"source": problem.source, "files": list(files), "calls": calls}, worker_environment(), silence_s)

    known: Mapping[str, Any] = problem.implementations
    return {
        name: (0, without_steps(known[name], reply.detail, reply.status)) if isinstance(reply, WorkerFailed) else reply
        for name, reply in answers_in_order([*sizes], ask, _understood)
    }


def _understood(answer: dict[str, Any], name: str) -> Sized:
    try:
        trace, place = TRACE.validate_python(answer.get("trace")), SIZES.index(tuple(answer.get("size", ())))
    except (ValidationError, ValueError, TypeError):
        raise WorkerFailed("error", f"answered {str(answer)[:80]}, which is no trace") from None
    if trace.impl != name:
        raise WorkerFailed("error", f"answered for {trace.impl}, which it was not asked")
    return place, trace


def main(task: dict[str, Any], answer: Answer) -> None:
    """Trace the calls of the task: pairs of an implementation and sizes, of which the first is taken that suits it."""
    problem = load_problem(task["source"], task["files"])
    for name, sizes in task["calls"]:
        trace, size = _on_the_first_that_suits(problem, name, sizes)
        answer(trace=asdict(trace), size=size)


def _on_the_first_that_suits(problem: Problem, name: str, sizes: Iterable[Sequence[int]]) -> tuple[CallTrace, Sequence[int]]:
    solution = problem.by_name[name]
    for size in sizes:
        try:
            return trace_call(problem, solution, *size), size
        except TooLong:
            continue
        except Exception as error:
            return without_steps(solution, f"{type(error).__name__}: {error}", status_of(error)), size
    return without_steps(solution, f"a call has more than {MOST_STEPS} lines even on the smallest input, too many to look at"), size


if __name__ == "__main__":
    serve(main)
