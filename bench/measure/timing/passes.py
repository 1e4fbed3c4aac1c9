"""Passes: which cells one visits, with which contenders, and in which order."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

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
    """One visit made: its rows, and the seconds that it took from start to end, and its rounds alone; and those that it had waited for
    others to finish, which are no part of it.
    """

    assignment: Assignment
    rows: tuple[Measurement, ...]
    wall_s: float
    rounds_s: float = 0.0
    waited_s: float = 0.0

    @property
    def rounds(self) -> int:
        """How many rounds it had."""
        return len({row.round for row in self.rows if row.round is not None})


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
