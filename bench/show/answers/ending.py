"""How a run ended, in a sentence or two: by precision or by budget, how many comparisons are settled, and which are not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.plan.contenders import key, title
from bench.show.answers.words import counted, duration, percent

MOST_NAMED = 3
AGAIN = "Run the same command again to add passes."


def ending_words(machine: Mapping[str, Any], in_full: bool = True) -> list[str]:
    """The sentences, from machine.json; none where nothing was timed, or an earlier version did the timing.

    Those that are farthest from settled are named `in_full` alone.
    """
    ended, sweep = machine.get("ended"), machine.get("sweep", {})
    if not ended:
        return []
    if not ended["comparisons"]:
        return ["There was nothing to compare: fewer than two implementations could be measured."]
    spent = _spent(machine)
    aim = f"a clear verdict, or an interval within ±{100 * (sweep.get('precision') or 0.01):g} %"
    settled = f"{ended['settled']} of {counted(ended['comparisons'], 'comparison')} settled ({aim})."
    if ended["settled"] == ended["comparisons"]:
        return [f"{settled} That took {spent}."]
    return [f"{settled} {REASONS[ended['by']]} after {spent}.", *(_widest(ended["open"]) if in_full else ()), AGAIN]


def _spent(machine: Mapping[str, Any]) -> str:
    """How long the run measured that ended so; the sum over runs where it had nothing to do or an earlier version recorded it."""
    passes = machine.get("passes", {})
    in_all, this_run = passes.get("wall_s") or 0.0, passes.get("last_run_s")
    if not this_run or in_all < this_run + 1:
        return f"{duration(in_all)} of measuring in all"
    return f"{duration(this_run)} of measuring, {duration(in_all)} with the runs before"


REASONS = {
    "precision": "The rest cannot be measured, so the run ended",
    "budget": "The time budget was spent",
    "interruption": "The run was interrupted",
}


def _widest(still_open: list[dict[str, Any]]) -> list[str]:
    """The comparisons that are farthest from settled."""
    first = sorted(still_open, key=lambda comparison: -(comparison["half_width"] or float("inf")))[:MOST_NAMED]
    return [f"Farthest from settled: {'; '.join(map(_words, first))}."] if first else []


def _words(comparison: dict[str, Any]) -> str:
    width = "too few passes" if comparison["half_width"] is None else f"±{percent(comparison['half_width'], 1)}"
    names = (comparison[what] for what in ("impl", "baseline"))
    if "problem" in comparison:  # else an earlier version wrote it, whose names are keys
        names = (key(comparison["problem"], name) for name in names)
    impl, baseline = map(title, names)
    return f"{impl} ÷ {baseline} in {comparison['cell']} ({width})"
