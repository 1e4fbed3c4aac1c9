"""A table of the report: its headings, and rows of words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from bench.analyse.between.axes import AxisRatio
from bench.plan.contenders import name_of


@dataclass(frozen=True)
class Table:
    """Rows of words under headings.

    Attributes:
        headings: of the columns.
        rows: as many words each.
        right: numbers of the columns, from 0, that are aligned to the right.
        heading: above it, if it is folded away until a reader opens it.
        wrapped: numbers of the columns, from 0, whose words may go over several lines.

    """

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: frozenset[int] = frozenset()
    heading: str = ""
    wrapped: frozenset[int] = frozenset()


def failure_table(records: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> Table:
    """What could not be measured: the named columns of the rows, the last of them, `detail`, in full."""
    words = [[name_of(str(record[column])) if column == "impl" else str(record[column]) for column in columns] for record in records]
    return Table(columns, words, wrapped=frozenset({len(columns) - 1}))


def ratio_words(row: AxisRatio) -> Markup:
    """A ratio with its interval, marked by its verdict."""
    return marked(f"{row.ratio:.3f} [{row.low:.3f}, {row.high:.3f}]" if row.low > 0 else f"{row.ratio:.3f} (open)", row.verdict)


def marked(words: str, verdict: str) -> Markup:
    """Words in the colour and with the mark of a verdict; nothing more where there is none."""
    return Markup('<span class="mark {}">{}</span>').format(verdict, words) if words and verdict else Markup.escape(words)
