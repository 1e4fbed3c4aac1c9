"""The report's section on interpreters: every ratio behind the answers."""

from __future__ import annotations

from typing import Any

from bench.analyse.between.interpreters import Interpreters, interpreters
from bench.analyse.summary import new_summary
from bench.plan.contenders import title
from bench.record.results import Results
from bench.show.report.tables import Table, ratio_words


def by_interpreter(results: Results) -> Interpreters | None:
    """The comparison of interpreters; None where one alone was measured."""
    if len({*results.times["python"].unique()} - {""}) < 2:
        return None
    return interpreters(results.times, new_summary(results.rows, results.baseline), results.baseline, results.limits)


def interpreters_section(facts: Interpreters) -> dict[str, Any]:
    """A table of each kind of ratio."""
    within = Table(
        ("Python", "where", "implementation", "beside", "CPU time ÷", "passes"),
        [(row.value, row.words, title(row.impl), title(row.other), ratio_words(row), str(row.passes)) for row in facts.within],
        frozenset({4, 5}),
        "Beside the baseline, on each interpreter",
    )
    across = Table(
        ("Python", "where", "implementation", "beside", "CPU time ÷", "passes"),
        [(row.value, row.words, title(row.impl), f"itself on {row.other}", ratio_words(row), str(row.passes)) for row in facts.across],
        frozenset({4, 5}),
        "Beside itself on the oldest interpreter",
    )
    notes = [
        "A pass visits all interpreters, in random order. The second table compares processes of two programs, so it holds for the two "
        "as they are built here. Its intervals hold together at 95 % among themselves."
    ]
    return {"tables": [within, across], "notes": notes}
