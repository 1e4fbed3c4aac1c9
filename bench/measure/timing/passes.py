"""Passes: which cells are visited in which order, and when to stop. The clock and the measuring function are arguments."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from bench.measure.timing.visit import Measurement
from bench.plan.cells import Cell


@dataclass(frozen=True)
class Assignment:
    """One visit to make: the cell, the contenders, the seed of their order, and how many rounds it should have at least."""

    cell: Cell
    pass_number: int
    contenders: tuple[str, ...]
    seed: str
    rounds: int = 0


@dataclass(frozen=True)
class Finished:
    """One visit made: its rows, and the seconds that it took from start to end, and its rounds alone."""

    assignment: Assignment
    rows: tuple[Measurement, ...]
    wall_s: float
    rounds_s: float = 0.0

    @property
    def rounds(self) -> int:
        """How many rounds it had."""
        return len({row.round for row in self.rows if row.round is not None})


class Judge(Protocol):
    """What the schedule must know of the results so far; `bench.analyse.stopping` implements it."""

    def decided(self, cell: Cell) -> bool:
        """Is there nothing more to learn in this cell?"""

    def runnable(self, cell: Cell) -> Sequence[str]:
        """Which contenders have not failed in this cell?"""

    def last_pass(self, cell: Cell) -> int:
        """The number of the last pass that visited the cell; 0 if none did."""


MeasurePass = Callable[[Sequence[Assignment]], Iterable[Finished]]


def run_passes(
    cells: Sequence[Cell],
    judge: Judge,
    measure_pass: MeasurePass,
    seed: int,
    budget_s: float,
    clock: Callable[[], float],
) -> Iterator[Finished]:
    """Yield visits as they finish, pass after pass, until every cell is decided or the time is spent.

    The consumer must record each visit and tell the judge before it asks for the next one. A pass that
    was cut short is completed first, and stopping between any two visits loses nothing.
    """
    start = clock()
    number = max(1, max((judge.last_pass(cell) for cell in cells), default=1))
    while True:
        open_cells = [cell for cell in cells if not judge.decided(cell)]
        if not open_cells:
            return
        due = [cell for cell in open_cells if judge.last_pass(cell) < number]
        for finished in measure_pass(assigned(due, number, judge.runnable, seed)):
            yield finished
            if clock() - start >= budget_s:
                return
        number += 1


def assigned(cells: Sequence[Cell], number: int, runnable: Callable[[Cell], Sequence[str]], seed: int) -> list[Assignment]:
    """The visits of a pass of that number over those cells, in the order that the seed gives; `runnable` are a cell's contenders."""
    order = [*cells]
    random.Random(f"{seed} {number}").shuffle(order)
    return [Assignment(cell, number, tuple(runnable(cell)), f"{seed} {number} {cell.id}") for cell in _side_by_side(order)]


def _side_by_side(cells: Sequence[Cell]) -> list[Cell]:
    """The cells in that order, but those that differ in layout alone one after the other: they are compared with each other, too, and
    what drifts between two visits would be noise in that.
    """
    places = {cell.name("layout"): number for number, cell in reversed([*enumerate(cells)])}
    return sorted(cells, key=lambda cell: places[cell.name("layout")])
