"""The schedule: which passes are still to be made, and which number each has, whoever makes them.

A number is given once in a run, whichever machine makes the pass: a pass that is lost with its worker is given out again under
its number, and of two answers to one number the first counts. The seed of a pass is its number's, so that no two machines
draw the same orders and heap histories.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bench.measure.timing.passes import Assignment, assigned
from bench.plan.cells import Cell


class Judge(Protocol):
    """What the schedule must know of the results so far; `bench.analyse.stopping` implements it."""

    def decided(self, cell: Cell, under_way: int = 0) -> bool:
        """Is there nothing more to learn in this cell, once so many passes that are under way are made?"""

    def runnable(self, cell: Cell) -> Sequence[str]:
        """Which contenders have not failed in this cell, and have something left to decide?"""


@dataclass(frozen=True)
class Pass:
    """A pass to be made: a number, and a visit to each cell."""

    number: int
    assignments: tuple[Assignment, ...]

    @property
    def cells(self) -> list[Cell]:
        """The cells that it visits."""
        return [assignment.cell for assignment in self.assignments]


@dataclass
class Schedule:
    """Hands out passes until every cell is decided.

    Attributes:
        cells: to be visited.
        judge: who knows what is decided.
        seed: of all orders.
        recorded: cell id -> the numbers of the passes that have visited it before this run.

    """

    cells: Sequence[Cell]
    judge: Judge
    seed: int
    recorded: Mapping[str, Collection[int]] = field(default_factory=dict)
    _visited: dict[str, set[int]] = field(default_factory=dict)
    _unmade: set[int] = field(default_factory=set)
    _under_way: dict[int, Pass] = field(default_factory=dict)
    _visiting: Counter[Cell] = field(default_factory=Counter)
    _made: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._visited = {cell: {*numbers} for cell, numbers in self.recorded.items()}
        self._last = max((max(numbers, default=0) for numbers in self.recorded.values()), default=0)
        seen = [self._visited.get(cell.id, set()) for cell in self.cells if not self.judge.decided(cell)]
        self._unmade |= {number for numbers in seen for number in range(1, self._last + 1) if number not in numbers}

    @property
    def finished(self) -> bool:
        """Is every cell decided?"""
        return all(self.judge.decided(cell) for cell in self.cells)

    def next_pass(self) -> Pass | None:
        """A pass to be made now, with the lowest number that is free; None if those under way may be the last."""
        wanting = [cell for cell in self.cells if not self.judge.decided(cell, self._visiting[cell])]
        for number in [*sorted(self._unmade), self._last + 1] if wanting else []:
            if due := [cell for cell in wanting if number not in self._visited.get(cell.id, ())]:
                return self._given(number, due)
        return None

    def note(self, visit: Assignment) -> None:
        """A visit of a pass that is under way has come; if its pass is lost, that cell need not be visited again."""
        self._visited.setdefault(visit.cell.id, set()).add(visit.pass_number)

    def lose(self, number: int) -> bool:
        """That pass will not come from who was to make it; is it to be given out again?"""
        lost = self._under_way.pop(number, None)
        if lost is None:
            return False
        self._visiting.subtract(lost.cells)
        self._unmade.add(number)
        return True

    def take(self, number: int) -> bool:
        """That pass has come; is it the first of its number, and to be recorded?"""
        if number in self._made:
            return False
        self._made.add(number)
        self._unmade.discard(number)
        if arrived := self._under_way.pop(number, None):
            self._visiting.subtract(arrived.cells)
        return True

    def _given(self, number: int, due: list[Cell]) -> Pass:
        self._unmade.discard(number)
        self._last = max(self._last, number)
        given = Pass(number, tuple(assigned(due, number, self.judge.runnable, self.seed)))
        self._under_way[number] = given
        self._visiting.update(due)
        return given
