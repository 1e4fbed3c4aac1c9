"""The report's section on training: what every contender came to, with its costs beside the baseline's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from bench.analyse.training import Trained, TrainingResult, by_network, trained
from bench.plan.contenders import title
from bench.record.results import Results
from bench.show.answers.training import cost_words, failure_words, held_out_words, losses_words, network_words
from bench.show.report.tables import Table

HEADINGS = ("implementation", "update", "trainings", "held-out accuracy", "last loss", "losses")
COSTS = ("CPU time ÷ baseline's", "wall time ÷ baseline's", "peak memory ÷ baseline's")
NOTE = (
    "A training runs in a process of its own. A block trains every contender once, in random order, and gives one ratio; shown are the "
    "median over blocks and its interval. The intervals of one column hold together at 95 %. The baseline is the kept list with the "
    "deferred update, and the control is the baseline once more. Memory is the most that the whole process ever had, Python and NumPy "
    "included."
)


@lru_cache(maxsize=1)
def all_trained(results: Results) -> Trained | None:
    """What was trained; None where nothing was."""
    return trained(results.training)


def training_section(facts: Trained) -> dict[str, Any]:
    """A table for each dataset and depth, and what could not be trained."""
    failures = [f"Left out: {failure_words(failure)}" for failure in facts.failures]
    return {"tables": training_tables(facts.results), "notes": [NOTE, *failures]}


def training_tables(results: Sequence[TrainingResult]) -> list[Table]:
    """A row a contender; the costs are left out where nothing was repeated."""
    return [_table(group) for group in by_network(results)]


def _table(group: Sequence[TrainingResult]) -> Table:
    compared = any(result.cpu for result in group)
    headings = (*HEADINGS, *(COSTS if compared else ()))
    rows = [(*_row(result), *(_costs(result) if compared else ())) for result in group]
    return Table(headings, rows, frozenset({2, 3, 4}), network_words(group[0]))


def _row(result: TrainingResult) -> tuple[str, ...]:
    return title(result.impl), result.update, str(result.blocks), held_out_words(result), f"{result.losses[-1]:.6f}", losses_words(result)


def _costs(result: TrainingResult) -> Iterator[str]:
    for ratio in (result.cpu, result.wall, result.peak):
        yield "1" if result.is_baseline else cost_words(ratio)
