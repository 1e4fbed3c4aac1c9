"""The report's sections about time: a note on the answers, and every ratio of every cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd

from bench.analyse.depth import raised_limits
from bench.analyse.slices import Slice, slices
from bench.analyse.summary import new_summary
from bench.plan.contenders import FLOOR, title
from bench.record.results import Results
from bench.show.answers.advice import raised_words
from bench.show.answers.ending import ending_words
from bench.show.answers.words import named
from bench.show.report.tables import Table, failure_table, marked


@dataclass(frozen=True)
class Timed:
    """Times of one machine with their summary, the baseline and slices of these, what machine.json says, what was left out, and
    whether the run was about this problem alone.
    """

    times: pd.DataFrame
    summary: pd.DataFrame
    baseline: str
    slices: list[Slice]
    machine: Mapping[str, Any]
    refused: Mapping[str, str]
    alone: bool


JOINTLY = (
    "All intervals here hold together at 95 %: in answers, tables and figures, and in summary.csv, one ratio has one interval. "
    "Those of averages over start depths hold together among themselves. "
    "Each is widened for the number of comparisons (Bonferroni)."
)


@lru_cache(maxsize=16)  # problems of a folder
def timed(results: Results) -> Timed | None:
    """The slices of the results; None where nothing was timed."""
    times, baseline, machine = results.times, results.baseline, results.machine
    summary = new_summary(results.rows, baseline) if len(times) else times
    parts = [*slices(summary, times)] if len(times) else []
    refused = results.problem.refused or (machine.get("refused", {}) if results.alone else {})
    return Timed(times, summary, baseline, parts, machine, refused, results.alone) if parts else None


def answers_section(facts: Timed) -> dict[str, Any]:
    """How the intervals of the answers hold together, and what speaks against them."""
    raised = map(raised_words, raised_limits(facts.times))
    ending = ending_words(facts.machine) if facts.alone else []  # of a run of several problems, it is told of all together
    notes = [*ending, *raised, JOINTLY]
    if warnings := facts.machine.get("warnings", []):
        notes.append(
            f"The machine was not at its best: {'; '.join(warning['what'] for warning in warnings)}. “The machine” says what to do."
        )
    return {"notes": notes}


def figures_section(facts: Timed) -> dict[str, Any]:
    """Where the figures of other slices than the first are."""
    others = [part.words for part in facts.slices[1:]]
    words = f"The figures of {'; '.join(others)} are among the plots, and their data are in “Explore” and in “Every cell”."
    return {"notes": [words] if others else []}


def cells_section(facts: Timed) -> dict[str, Any]:
    """A table a slice, and what could not be measured."""
    return {
        "baseline": named(facts.baseline),
        "tables": [_ratio_table(part) for part in facts.slices],
        "failures": failure_table(_failures(facts.times), ("cell", "impl", "status", "detail")),
        "refused": facts.refused,
    }


def _ratio_table(part: Slice) -> Table:
    """A row a cell, a column a comparison."""
    rows = part.summary
    compared = list(dict.fromkeys(zip(rows["impl"], rows["baseline"], strict=True)))
    cells = rows.drop_duplicates("cell").sort_values(["width", "depth", "allocator"])
    by_comparison = {(row.cell, row.impl, row.baseline): row for row in rows.itertuples()}
    headings = ("depth", "width", "allocator", "passes", *(comparison_title(*comparison, compared[0][1]) for comparison in compared))
    lines = [
        (
            *map(str, (cell.depth, cell.width, cell.allocator, cell.passes)),
            *(_ratio_words(by_comparison.get((cell.cell, *comparison))) for comparison in compared),
        )
        for cell in cells.itertuples()
    ]
    return Table(headings, lines, frozenset({0, 1, 3}), part.words)


def comparison_title(impl: str, baseline: str, usual: str) -> str:
    """The implementation alone where it is against the usual baseline, which the caption names."""
    return title(impl) if baseline == usual else f"{title(impl)} ÷ {title(baseline)}"


def _ratio_words(row: Any) -> str:
    if row is None:
        return ""
    interval = f" [{row.low:.3f}, {row.high:.3f}]" if row.low > 0 else " (open)"
    return marked(f"{row.ratio:.3f}{interval}", "" if row.impl == FLOOR else row.verdict)


def _failures(times: pd.DataFrame) -> list[dict[str, Any]]:
    failed = times.loc[times["status"] != "ok", ["cell", "impl", "status", "detail"]].drop_duplicates(["cell", "impl", "status"])
    return [{str(key): value for key, value in row.items()} for row in failed.astype("string").fillna("").to_dict("records")]
