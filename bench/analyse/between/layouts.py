"""Layouts: what each implementation takes with examples as rows beside itself with examples as columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from bench.analyse.between.axes import AxisRatio, across
from bench.plan.cells import Cell
from bench.plan.contenders import CONTROL, FLOOR, in_order
from impls.layers import LAYOUTS

FASTER = "faster"


@dataclass(frozen=True)
class Layouts:
    """What a run with both layouts has found, under everything but depth and width the same.

    Attributes:
        words: what is the same, for a reader.
        ratios: each implementation's time with rows over its time with columns, by width and depth.
        floors: the same of the floor: the matrix products alone.

    """

    words: str
    ratios: tuple[AxisRatio, ...]
    floors: tuple[AxisRatio, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The implementations, as tables show them."""
        return tuple(in_order(row.impl for row in self.ratios))

    def of(self, name: str) -> tuple[AxisRatio, ...]:
        """Those ratios of one implementation that have an interval."""
        return tuple(row for row in (*self.ratios, *self.floors) if row.impl == name and row.low > 0)


def layouts(times: pd.DataFrame) -> list[Layouts]:
    """The comparisons of both layouts, for each batch, dataset and so on; none where one layout alone was measured."""
    timed = times[times["round"].notna() & (times["impl"] != CONTROL)]
    if not {*LAYOUTS} <= {*timed["layout"].dropna().unique()}:
        return []
    rows = sorted(across(timed, "layout", LAYOUTS), key=lambda row: (row.cell.width, row.cell.depth))
    found = []
    for same in dict.fromkeys(_without_size(row.cell) for row in rows):
        here = [row for row in rows if _without_size(row.cell) == same]
        of_floor, others = ([row for row in here if (row.impl == FLOOR) is it] for it in (True, False))
        if others:
            found.append(Layouts(same.words("layout", "problem"), tuple(others), tuple(of_floor)))
    return found


def fast_from(ratios: Sequence[AxisRatio]) -> int | None:
    """The least width from which on rows are faster at every width and depth; None where they are not at the greatest."""
    others = max((row.cell.width for row in ratios if row.verdict != FASTER), default=0)
    return min((row.cell.width for row in ratios if row.cell.width > others), default=None)


def _without_size(cell: Cell) -> Cell:
    """The cell with nothing said of its depth and width."""
    nothing: dict[str, None] = dict.fromkeys(("depth", "width"))
    return replace(cell, **nothing)  # type: ignore[arg-type]
