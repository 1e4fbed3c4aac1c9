"""One training step of a small network, traced: which files are looked into, and the text of what ran."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from types import CodeType, FunctionType
from typing import Any

from bench.measure.tracing.array_names import ArrayNames
from bench.measure.tracing.records import Trace
from bench.measure.tracing.source_lines import functions_of
from bench.measure.tracing.step_tracer import MOST_STEPS, UPDATE_FILE, StepTracer, TooLong
from impls import Implementation
from impls.contract import example
from impls.updates import UPDATES

SIZES = (8, 8, 8, 8, 8, 4)  # five layers; an activation and a gradient take about as much, so that both can be seen
BATCH = 8
LEARNING_RATE = 0.1


def trace_step(implementation: Implementation, update: str, sizes: tuple[int, ...] = SIZES) -> Trace:
    """Take a step with an implementation, after one to warm up, and record it; what has no lines of Python says so.

    Examples are columns, unless the implementation is written for rows alone.
    """
    files = _own_files(implementation)
    if implementation.library or not files:
        runs_in = implementation.library.name if implementation.library else "compiled code"
        return _without_steps(implementation, update, f"its arithmetic runs in {runs_in}, and not in lines of Python")
    fresh = partial(example, sizes, examples=BATCH, layout=implementation.layouts[0])
    UPDATES[update](implementation, *implementation.prepared(*fresh()), LEARNING_RATE)  # imports and fills caches
    network, X, Y = fresh()
    names = ArrayNames(network, X, Y, LEARNING_RATE)
    network, X, Y = implementation.prepared(network, X, Y)
    slots = network.slots(update) if hasattr(network, "slots") else ()
    tracer = StepTracer({*files, UPDATE_FILE}, len(sizes) - 1, names, X, slots)
    try:
        tracer.run(lambda: UPDATES[update](implementation, network, X, Y, LEARNING_RATE))
    except TooLong:
        return _without_steps(implementation, update, f"a step has more than {MOST_STEPS} lines, too many to look at")
    return Trace(
        implementation.name, implementation.title, update, "ok", "",
        functions_of(tracer.codes, lambda code: code.co_filename == UPDATE_FILE),
        tuple(tracer.arrays), tracer.frames, tracer.containers, tuple(tracer.steps),
    )  # fmt: skip


def _without_steps(implementation: Implementation, update: str, why: str) -> Trace:
    return Trace(implementation.name, implementation.title, update, "skipped", why)


def _own_files(implementation: Implementation) -> set[str]:
    """The files of its functions."""
    functions: Iterable[Any] = (implementation.backprop, *implementation.steps.values())
    return {code.co_filename for function in functions if (code := _code(function))}


def _code(function: Any) -> CodeType | None:
    while isinstance(function, partial):
        function = function.func
    return function.__code__ if isinstance(function, FunctionType) else None
