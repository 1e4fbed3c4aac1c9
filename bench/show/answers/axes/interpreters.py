"""Answers about interpreters: what a recursion costs on each Python, and whether a newer one is faster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.analyse.between.axes import AxisRatio
from bench.analyse.between.interpreters import Interpreters
from bench.plan.allocators import STEADY
from bench.plan.cells import python_words
from bench.plan.contenders import control_flow_of, title
from bench.show.answers import TOO_FEW, Answer
from bench.show.answers.axes import change_words
from bench.show.answers.words import capital, named

COST = "Does recursion cost the same on each Python?"
NEWER, PYPY = "Is a newer Python faster?", "Is PyPy faster?"


def interpreters_answers(facts: Interpreters) -> list[Answer]:
    """The questions, each answered by the largest input as Python comes."""
    oldest, *others = facts.pythons
    newer = _beside(facts, facts.newest, NEWER) if facts.newest != oldest else []
    pypy = [answer for python in others if python.startswith("pypy") for answer in _beside(facts, python, PYPY)]
    return [*_cost(facts), *newer, *pypy]


def largest(rows: Sequence[AxisRatio]) -> list[AxisRatio]:
    """Those of the place that was recorded last among the ones with the default allocator: sweeps go from small to large."""
    default = [row for row in rows if row.cell.allocator != STEADY]
    return [row for row in default if row.place == default[-1].place] if default else []


def _cost(facts: Interpreters) -> Iterator[Answer]:
    rows = [row for row in largest(facts.within) if control_flow_of(row.impl) == "recursion"]
    if not rows:
        return
    if not any(row.low > 0 for row in rows):
        yield Answer(COST, TOO_FEW)
        return
    closed = [row for row in rows if row.low > 0]
    least, most = min(closed, key=lambda row: row.ratio), max(closed, key=lambda row: row.ratio)
    beside = f"times the CPU time of {named(least.other)}"
    text = f"Yes, as far as is known: it takes {least.ratio:.2f} to {most.ratio:.2f} {beside}"
    if least.high < most.low:
        cheap, dear = python_words(least.value), python_words(most.value)
        text = f"No: it takes {least.ratio:.2f} {beside} on {cheap}, and {most.ratio:.2f} times on {dear}"
    yield Answer(COST, f"{text}, at {least.words}.", tuple(f"{python_words(row.value)}: {_interval(row)}" for row in rows))


def _beside(facts: Interpreters, python: str, question: str) -> Iterator[Answer]:
    """An interpreter beside the oldest."""
    rows = [row for row in largest(facts.across) if row.value == python]
    closed = [row for row in rows if row.low > 0]
    if rows and not closed:
        yield Answer(question, TOO_FEW)
    if closed:
        faster = sum(row.verdict == "faster" for row in closed)
        start = f"Yes, in {faster} of {len(closed)} implementations" if faster else "No, in no implementation for certain"
        text = f"{start}: {python_words(python)} beside {python_words(facts.pythons[0])}, at {closed[0].words}."
        yield Answer(
            question,
            f"{text} Ratios are CPU times on the one over those on the other.",
            tuple(f"{capital(title(row.impl))}: {change_words(row)}, {_interval(row)}" for row in rows),
        )


def _interval(row: AxisRatio) -> str:
    return f"{row.ratio:.3f} [{row.low:.3f}, {row.high:.3f}]" if row.low > 0 else f"{row.ratio:.3f}, too few passes for an interval"
