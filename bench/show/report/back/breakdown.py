"""The report's section on where a step's time goes: every part of every step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.analyse.breakdown.facts import Breakdown, breakdowns
from bench.plan.contenders import title
from bench.record.results import Results
from bench.show.answers.breakdown import GAIN_WORDS, PART_WORDS, cell_words, share_words
from bench.show.answers.words import capital, spaced
from bench.show.report.tables import Table

NOTES = (
    "A part is what its removal saves: the step is timed with and without it, on the same buffers, in rounds of mirrored order, and each "
    "process gives one observation. A part below 0 % means that the step is faster with it, as when an array that was just made is still "
    "in a cache.",
    "Each interval here holds by itself at 95 %. Of twenty, one may miss.",
)


def broken_down(results: Results) -> list[Breakdown] | None:
    """The breakdowns; None where there are none."""
    return breakdowns(results.breakdown) or None


def breakdown_section(facts: Sequence[Breakdown]) -> dict[str, Any]:
    """A table of parts and one of gains."""
    parts = [
        (cell_words(each.cell), title(each.impl), capital(PART_WORDS[name]), spaced(round(each.step_ns * share.value)), share_words(share))
        for each in facts
        for name, share in each.shares.items()
    ]
    gains = [
        (cell_words(each.cell), title(each.impl), capital(GAIN_WORDS[name]), share_words(gain))
        for each in facts
        for name, gain in each.gains.items()
    ]
    tables = [
        Table(("where", "implementation", "part", "ns", "share of the step"), parts, frozenset({3, 4}), "Every part of every step"),
        Table(("where", "implementation", "by", "gain"), gains, frozenset({3}), "What would be gained"),
    ]
    return {"tables": tables, "notes": list(NOTES)}
