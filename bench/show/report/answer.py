"""The report's first section: the answer, as one table with a line of advice."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from bench.analyse.advice.facts import overview
from bench.record.results import Results
from bench.show.answers.advice import AnswerTable, answer_table
from bench.show.report.time import timed
from bench.show.report.training import all_trained


@lru_cache(maxsize=1)
def answered(results: Results) -> AnswerTable | None:
    """The table of the results, for a page or a terminal; None where nothing was timed and no memory was read."""
    times, training = timed(results), all_trained(results)
    facts = overview(
        times.slices if times else [],
        results.baseline,
        results.machine,
        results.memory.peaks,
        results.limits,
        training.results if training else [],
        results.clarity,
    )
    return answer_table(facts, results.machine) if facts else None


def answer_section(table: AnswerTable) -> dict[str, Any]:
    """The table."""
    return {"answer": table}
