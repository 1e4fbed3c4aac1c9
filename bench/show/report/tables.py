"""A table of the report: its headings, and rows of words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """Rows of words under headings.

    Attributes:
        headings: of the columns.
        rows: as many words each.
        right: numbers of the columns, from 0, that are aligned to the right.
        heading: above it, if it is folded away until a reader opens it.

    """

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: frozenset[int] = frozenset()
    heading: str = ""
