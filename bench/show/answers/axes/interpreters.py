"""Answers about interpreters: what a recursion costs on each Python, and whether a newer one is faster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.analyse.between.axes import AxisRatio
from bench.analyse.between.interpreters import Interpreters
from bench.plan.contenders import control_flow_of, title
from bench.show.answers import TOO_FEW, Answer
from bench.show.answers.words import capital, named, percent

COST = "Does recursion cost the same on each Python?"
NEWER = "Is a newer Python faster?"


def interpreters_answers(facts: Interpreters) -> list[Answer]:
    """Both questions, each answered by the largest input as Python comes."""
    return [*_cost(facts), *_newer(facts)]


def largest(rows: Sequence[AxisRatio]) -> list[AxisRatio]:
    """Those of the place that was recorded last among the ones with the default allocator: sweeps go from small to large."""
    default = [row for row in rows if "steady" not in row.words]
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
    text = f"No difference is certain: it takes {least.ratio:.2f} to {most.ratio:.2f} {beside}"
    if least.high < most.low:
        text = f"No: it takes {least.ratio:.2f} {beside} on Python {least.value}, and {most.ratio:.2f} times on {most.value}"
    yield Answer(COST, f"{text}, at {least.words}.", tuple(f"Python {row.value}: {_interval(row)}" for row in rows))


def _newer(facts: Interpreters) -> Iterator[Answer]:
    newest = facts.pythons[-1]
    rows = [row for row in largest(facts.across) if row.value == newest]
    closed = [row for row in rows if row.low > 0]
    if rows and not closed:
        yield Answer(NEWER, TOO_FEW)
    if closed:
        faster = sum(row.verdict == "faster" for row in closed)
        start = f"Yes, in {faster} of {len(closed)} implementations" if faster else "No, in no implementation for certain"
        text = f"{start}: Python {newest} beside {facts.pythons[0]}, at {closed[0].words}."
        yield Answer(
            NEWER,
            f"{text} Ratios are CPU times on the newer over those on the older.",
            tuple(f"{capital(title(row.impl))}: {_change(row)}" for row in rows),
        )


def _change(row: AxisRatio) -> str:
    more = "less" if row.ratio < 1 else "more"
    return f"{percent(abs(1 - row.ratio))} {more} CPU time, {_interval(row)}"


def _interval(row: AxisRatio) -> str:
    return f"{row.ratio:.3f} [{row.low:.3f}, {row.high:.3f}]" if row.low > 0 else f"{row.ratio:.3f}, too few passes for an interval"
