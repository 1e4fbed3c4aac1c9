"""The report's section on layouts: every ratio of rows to columns behind the answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bench.analyse.between.layouts import Layouts, layouts
from bench.plan.contenders import title
from bench.record.results import Results
from bench.show.answers import Answer
from bench.show.answers.axes.layouts import layouts_answers
from bench.show.report.tables import Table, ratio_words


@dataclass(frozen=True)
class BothLayouts:
    """The comparisons, and the baseline, which answers for all."""

    every: tuple[Layouts, ...]
    baseline: str

    @property
    def answers(self) -> list[Answer]:
        """What they say."""
        return layouts_answers(self.every, self.baseline)


def by_layout(results: Results) -> BothLayouts | None:
    """The comparison of layouts; None where one alone was measured."""
    every = layouts(results.times)
    return BothLayouts(tuple(every), results.baseline) if every else None


def layouts_section(facts: BothLayouts) -> dict[str, Any]:
    """The table, and how it was made."""
    rows = [row for here in facts.every for row in (*here.ratios, *here.floors)]
    table = Table(
        ("where", "implementation", "CPU time, rows ÷ columns", "passes"),
        [(row.words, title(row.impl), ratio_words(row), str(row.passes)) for row in rows],
        frozenset({2, 3}),
        "With rows beside itself with columns",
    )
    notes = [
        "Both layouts compute the same network: W has a row for each unit in both, and gradients agree to rounding. A pass visits "
        "the two cells one after the other, in random order. The intervals hold together at 95 % among themselves."
    ]
    return {"tables": [table], "notes": notes}
