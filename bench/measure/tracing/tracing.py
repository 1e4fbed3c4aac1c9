"""Tracing from outside: every implementation with both updates, in a worker, so that one that crashes costs only itself."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bench.measure.tracing.records import Trace, Traces
from bench.measure.tracing.trace_step import BATCH, SIZES
from bench.measure.workers.ask import Answers, WorkerFailed, answers, answers_in_order
from bench.measure.workers.environment import worker_environment
from impls import Implementation
from impls.updates import UPDATES

WORKER = "bench.measure.tracing.worker"
LONGEST_TRACE_S = 60.0  # a step takes some tenths of a second, and the import of a user's file as long as it likes
TRACE = TypeAdapter(Trace)


def trace_all(implementations: Sequence[Implementation], files: Sequence[str] = (), silence_s: float = LONGEST_TRACE_S) -> Traces:
    """Trace a step of each; what could not be traced says why.

    `files` are the user's own, which some of the implementations may come from.
    """
    titles = {implementation.name: implementation.title for implementation in implementations}
    steps = [*itertools.product(titles, UPDATES)]

    def ask(pending: list[tuple[str, str]]) -> Answers:
        return answers(WORKER, {"steps": pending, "files": list(files)}, worker_environment(), silence_s)

    replies = answers_in_order(steps, ask, _understood)
    traces = [
        Trace(impl, titles[impl], update, reply.status, reply.detail) if isinstance(reply, WorkerFailed) else reply
        for (impl, update), reply in replies
    ]
    return Traces(SIZES, BATCH, "float64", tuple(traces))


def _understood(answer: dict[str, Any], step: tuple[str, str]) -> Trace:
    try:
        trace = TRACE.validate_python(answer.get("trace"))
    except ValidationError:
        raise WorkerFailed("error", f"answered {str(answer)[:80]}, which is no trace") from None
    if (trace.impl, trace.update) != step:
        raise WorkerFailed("error", f"answered for {trace.impl}, which it was not asked")
    return trace
