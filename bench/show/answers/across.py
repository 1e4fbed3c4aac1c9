"""The answer of several problems: a row each, what to use there and what recursion costs beside a loop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bench.analyse.advice.across import Costs
from bench.analyse.advice.facts import Known
from bench.analyse.ratios import Ratio
from bench.plan.contenders import problem_of, title
from bench.show.answers.advice import NOT_MEASURED, AnswerTable, Column, Entry, depth_entry, measured, peak_entry, scope_words, time_words
from bench.show.answers.words import capital, counted, sized, with_interval

JOINTLY = "Intervals hold together at 95 % within a problem."


def across_table(every: Sequence[Costs], machine: Mapping[str, Any]) -> AnswerTable:
    """The table, and what it holds for."""
    columns = [
        Column("problem", ""),
        Column("use", "use"),
        Column("recursion's time, small input", "time, small"),
        Column("recursion's time, large input", "time, large"),
        Column("recursion's peak memory", "peak"),
        Column("recursion's depth as Python comes", "depth as it comes", verb="limits --problem NAME"),
    ]
    scope = f"{scope_words(machine)}. Times and memory of recursion are beside the first loop. {JOINTLY}"
    return measured(AnswerTable(columns, [[*_entries(costs)] for costs in every], [_summary(every)], scope))


def _entries(costs: Costs) -> Iterator[Entry]:
    yield Entry(capital(problem_of(costs.facts.problem).title))
    yield Entry(title(costs.advice.use.impl)) if costs.advice.use else Entry("undecided", verdict="undecided")
    yield _time(costs.small)
    yield _time(costs.large)
    yield peak_entry(costs.recursion.peak if costs.recursion else None, costs.peak_ratio)
    yield _depth(costs.recursion, costs)


def _time(ratio: Ratio | None) -> Entry:
    if ratio is None:
        return Entry(NOT_MEASURED, verdict="undecided")
    place = sized(ratio.depth, ratio.width)
    if not ratio.closed:
        return Entry("undecided", f"too few passes at {place}", "undecided")
    return Entry(time_words(ratio), f"{with_interval(ratio)} at {place}", ratio.verdict)


def _depth(recursion: Known | None, costs: Costs) -> Entry:
    entry = depth_entry(recursion.as_it_comes if recursion else None)
    levels = problem_of(costs.facts.problem).words.levels
    return entry if entry.words == NOT_MEASURED else Entry(f"{entry.words} {levels}", entry.note, entry.verdict)


def _summary(every: Sequence[Costs]) -> str:
    """In how many problems recursion takes longer for certain."""
    known = [costs.large for costs in every if costs.large and costs.large.closed]
    if not known:
        return "No answer yet: too few passes so far. Run the same command again to add passes."
    slower, faster = (sum(ratio.verdict == verdict for ratio in known) for verdict in ("slower", "faster"))
    also = f", and in {faster} it is faster" if faster else ""
    return f"{slower} of {counted(len(known), 'problem')} take longer by recursion, for certain, with the largest input{also}."
