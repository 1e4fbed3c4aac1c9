"""How a run ended, in a sentence or two: by precision or by budget, how many comparisons are settled, and which are not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.plan.contenders import title
from bench.show.answers.words import counted, duration, percent

MOST_NAMED = 3


def ending_words(machine: Mapping[str, Any]) -> list[str]:
    """The sentences, from machine.json; none where nothing was timed, or an earlier version did the timing."""
    ended, sweep = machine.get("ended"), machine.get("sweep", {})
    if not ended:
        return []
    spent = duration(machine.get("passes", {}).get("wall_s", 0.0))
    aim = f"settled: a clear verdict, or an interval within ±{100 * sweep.get('precision', 0.01):g} %"
    if ended["settled"] == ended["comparisons"]:
        return [f"All {counted(ended['comparisons'], 'comparison')} are {aim}. That took {spent}."]
    start = f"{ended['settled']} of {counted(ended['comparisons'], 'comparison')} are {aim}. {REASONS[ended['by']]} after {spent}."
    return [start, _widest(ended["open"]), "Run the same command again to add passes."]


REASONS = {
    "precision": "The rest cannot be measured, and the run ended",
    "budget": "The time budget was spent",
    "interruption": "The run was interrupted",
}


def _widest(still_open: list[dict[str, Any]]) -> str:
    """The comparisons that are farthest from settled."""
    first = sorted(still_open, key=lambda comparison: -(comparison["half_width"] or float("inf")))[:MOST_NAMED]
    return f"The widest are {'; '.join(map(_words, first))}." if first else ""


def _words(comparison: dict[str, Any]) -> str:
    width = "too few passes" if comparison["half_width"] is None else f"±{percent(comparison['half_width'], 1)}"
    return f"{title(comparison['impl'])} ÷ {title(comparison['baseline'])} in {comparison['cell']} ({width})"
