"""The tracing worker: one step after another, in a fresh interpreter, since a tracer slows down all that comes after it.

Answers, one a step in the order of the task: {"trace": ...}, as `bench.measure.tracing.records` has it.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bench.measure.tracing.records import Trace
from bench.measure.tracing.trace_step import trace_step
from bench.measure.workers.endings import detail_of, status_of
from bench.measure.workers.serve import Answer, serve
from bench.plan.contenders import available
from impls import Implementation


def main(task: dict[str, Any], answer: Answer) -> None:
    """Trace the steps of the task: pairs of an implementation and an update."""
    known = available(task["files"])
    for name, update in task["steps"]:
        answer(trace=asdict(_traced(known[name], update)))


def _traced(implementation: Implementation, update: str) -> Trace:
    try:
        return trace_step(implementation, update)
    except Exception as error:
        return Trace(implementation.name, implementation.title, update, status_of(error), detail_of(error))


if __name__ == "__main__":
    serve(main)
