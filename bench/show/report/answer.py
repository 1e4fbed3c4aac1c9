"""The report's first section: the answer, as one table with a line of advice."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from bench.analyse.advice.across import costs
from bench.analyse.advice.facts import Overview, overview
from bench.record.results import Results
from bench.show.answers.across import across_table
from bench.show.answers.advice import AnswerTable, answer_table
from bench.show.report.time import timed
from bench.show.report.training import all_trained

MOST = 16  # problems whose facts are kept


@lru_cache(maxsize=MOST)
def known(results: Results) -> Overview | None:
    """What is known of a problem's implementations; None where nothing was timed and no memory was read."""
    times, training = timed(results), all_trained(results)
    return overview(
        times.slices if times else [],
        results.baseline,
        results.machine,
        results.memory.peaks,
        results.limits,
        training.results if training else [],
        results.clarity,
    )


def answered(results: Results) -> AnswerTable | None:
    """The table of one problem, for a page or a terminal; None where nothing is known."""
    facts = known(results)
    return answer_table(facts, results.machine) if facts else None


def answer_of(every: Sequence[Results]) -> AnswerTable | None:
    """The table of a folder: that of its problem, or a row a problem where it has several."""
    return answered(every[0]) if len(every) == 1 else answered_across(every)


def answered_across(every: Sequence[Results]) -> AnswerTable | None:
    """A row for each problem of which something is known; None where nothing is."""
    rows = [costs(facts, times.slices if (times := timed(results)) else []) for results in every if (facts := known(results))]
    return across_table(rows, every[0].machine) if rows else None


def answer_section(table: AnswerTable) -> dict[str, Any]:
    """The table."""
    return {"answer": table}
