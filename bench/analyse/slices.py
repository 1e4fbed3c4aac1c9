"""Slices: the parts of a table that one figure or one answer can hold, the same on all axes but depth, width and allocator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from bench.analyse.observations import Comparison
from bench.plan.allocators import ALLOCATORS
from bench.plan.cells import Cell
from bench.plan.contenders import REFERENCES
from bench.plan.described import DescribedProblem
from bench.record.problems import problem_in
from bench.record.time_parts.visits import COUNTS
from bench.record.times import cells_of, numbered_cells, only

SEVERAL = ("depth", "width", "allocator")  # the axes that a slice has several values of
TIMES = ["cell", "dataset", "pass", *SEVERAL, "impl", "round", "cpu_ns", "wall_ns", "minor_faults", "detail", *COUNTS]


@dataclass(frozen=True)
class Slice:
    """What has one value on every other axis: one dataset, batch, dtype, update, activation and so on.

    Attributes:
        words: these, for a reader.
        name: these, for a file's name; empty for the slice that was recorded first.
        times: what time.csv says of each visit that was timed (`by_visit`), without the columns that nothing is shown of (`TIMES`).
        summary: the CPU rows of summary.csv.

    """

    words: str
    name: str
    times: pd.DataFrame
    summary: pd.DataFrame

    @property
    def problem(self) -> DescribedProblem:
        """What was computed."""
        return problem_in(self.summary)

    @property
    def allocators(self) -> list[str]:
        """The allocators that there are rows of."""
        there = set(self.times["allocator"].unique())
        return [name for name in ALLOCATORS if name in there]

    @property
    def comparisons(self) -> list[Comparison]:
        """Every comparison but those with the floor and the control."""
        rows = self.summary[~self.summary["impl"].isin(REFERENCES)]
        return list(dict.fromkeys(zip(rows["impl"], rows["baseline"], strict=True)))


def slices(summary: pd.DataFrame, times: pd.DataFrame) -> Iterator[Slice]:
    """The slices of one machine's summary and visits, in the order recorded."""
    cpu = summary[summary["metric"] == "cpu"]
    timed = only(times, times["round"].notna())
    numbers, cells = numbered_cells(timed)
    shared_cells = [_shared(cell) for cell in cells]
    shared_in_summary = cells_of(cpu).map(_shared)
    timed = timed[[column for column in TIMES if column in timed]]
    for number, shared in enumerate(dict.fromkeys(shared_cells)):
        name = shared.name() if number else ""
        its_own = numbers.isin([place for place, other in enumerate(shared_cells) if other == shared])
        yield Slice(shared.words("problem"), name, only(timed, its_own), cpu[shared_in_summary == shared])


def _shared(cell: Cell) -> Cell:
    """The cell with nothing said of the axes that a slice has several of."""
    several: dict[str, Any] = dict.fromkeys(SEVERAL)
    return replace(cell, **several)
