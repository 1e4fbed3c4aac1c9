"""The report's section on time against memory: every figure behind the answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.analyse.frontier import Candidate, FrontierCell
from bench.plan.contenders import problem_of, title
from bench.show.answers.frontier import cell_words, peak_words
from bench.show.answers.words import with_interval
from bench.show.report.tables import Table


def frontier_section(cells: Sequence[FrontierCell]) -> dict[str, Any]:
    """A table a cell."""
    words = problem_of(cells[0].problem).words
    of_axes = ", of the data, batch and dtype that were recorded first, and with examples as columns where there are such"
    notes = [
        "What beats what is observed pass by pass between the two themselves. Its interval is one of those that hold "
        "together at 95 %, as all of this report do. The heap's peaks repeat exactly; those of resident memory lie between two bounds. "
        f"Shown are the deepest {words.inputs}, the narrowest and the widest{of_axes if cells[0].batch else ''}."
    ]
    return {"tables": [_table(cell) for cell in cells], "notes": notes}


def _table(cell: FrontierCell) -> Table:
    """A row an implementation, the smallest peak first."""
    time = f"CPU time ÷ {title(cell.baseline)}"
    headings = ("implementation", "peak", time, "standing", "beaten by", "peak of that ÷ its own", "time of that ÷ its own")
    return Table(headings, [_row(candidate) for candidate in cell.candidates], frozenset({1, 5}), f"At {cell_words(cell)}")


def _row(candidate: Candidate) -> tuple[str, ...]:
    time = with_interval(candidate.time) if candidate.time else "1"
    loss = candidate.loss
    beaten_by = (title(loss.impl), f"{loss.memory:.3f}", with_interval(loss.time)) if loss else ("", "", "")
    return title(candidate.impl), peak_words(candidate.peak), time, candidate.standing, *beaten_by
