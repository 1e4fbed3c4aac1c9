"""Answers about layouts: does it matter whether examples are rows or columns, and from which width?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import log

from bench.analyse.between.axes import AxisRatio
from bench.analyse.between.layouts import Layouts, fast_from
from bench.plan.contenders import FLOOR
from bench.show.answers import TOO_FEW, Answer
from bench.show.answers.axes import change_words
from bench.show.answers.words import bounds, capital, named, spaced

MATTERS = "Does it matter whether examples are rows or columns?"
WIDTH = "From which width on are rows faster?"


def layouts_answers(every: Sequence[Layouts], baseline: str) -> list[Answer]:
    """Both questions, each answered by the baseline, or by the first that was measured where it was not."""
    return [answer for facts in every for answer in _answers(facts, baseline if baseline in facts.names else facts.names[0])]


def _answers(facts: Layouts, name: str) -> Iterator[Answer]:
    rows = facts.of(name)
    if not rows:
        yield Answer(MATTERS, TOO_FEW)
        return
    floors = {row.place: row for row in facts.of(FLOOR)}
    yield Answer(MATTERS, _matters(facts, name, rows), tuple(_item(row, floors.get(row.place)) for row in rows))
    if len({row.cell.width for row in rows}) > 1:
        yield Answer(WIDTH, f"{_from_width(rows)} This is of {named(name)}, at {facts.words}.")


def _matters(facts: Layouts, name: str, rows: Sequence[AxisRatio]) -> str:
    """Yes, where there is a difference for certain, with the largest in each direction."""
    where = f"of {named(name)}, at {facts.words}"
    faster = [row for row in rows if row.verdict == "faster"]
    slower = [row for row in rows if row.verdict == "slower"]
    if not faster and not slower:
        if all(row.verdict == "same" for row in rows):
            return f"No: with rows, the time {where}, is within 1 % of that with columns at every width."
        return f"No difference is certain: the ratio {where}, has intervals that reach to both sides of 1, or into the 1 % around it."
    ends = [max(those, key=lambda row: abs(log(row.ratio))) for those in (faster, slower) if those]
    told = " and ".join(f"{change_words(row)} at width {spaced(row.cell.width)}" for row in ends)
    return f"Yes: with rows, a step takes {told}. This is of {named(name)}, at {facts.words}."


def _from_width(rows: Sequence[AxisRatio]) -> str:
    start, widths = fast_from(rows), sorted({row.cell.width for row in rows})
    widest = f"{spaced(widths[-1])}, the widest that was measured"
    if start is None:
        return f"No width: rows are not faster for certain at {widest}."
    if start == widths[-1]:
        return f"{capital(widest)}: there rows are faster, and not for certain below."
    below = "" if start == widths[0] else ", and not for certain at every width below"
    return f"{spaced(start)}: rows are faster from there up to {widest}{below}."


def _item(row: AxisRatio, floor: AxisRatio | None) -> str:
    place = f"depth {spaced(row.cell.depth)}, width {spaced(row.cell.width)}"
    products = f"; the matrix products alone: {_ratio(floor)}" if floor else ""
    return f"{place}: {_ratio(row)}{products}"


def _ratio(row: AxisRatio) -> str:
    return f"{row.ratio:.3f} {bounds(row.low, row.high)}"
