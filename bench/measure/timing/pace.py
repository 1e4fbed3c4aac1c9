"""The pace: how many rounds the visits of a pass have, so that a budget pays for enough passes.

An interval needs a dozen passes before it has bounds, and most of what makes passes differ is noise within them, which
more rounds average out. So all cells of a pass get the same number of rounds, as many as its share of the budget pays for:
cells that have left the sweep leave their time to those that are open, whose steps are mostly the long ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from bench.measure.timing.passes import Finished
from bench.measure.timing.visit import FEWEST_ROUNDS, MOST_ROUNDS
from bench.plan.cells import Cell


@dataclass
class Pace:
    """Learns from each visit what a round takes in its cell.

    Attributes:
        pass_s: seconds that a pass should take.
        starts_s: seconds of the last pass outside its visits, mostly for the start of interpreters.

    """

    pass_s: float
    starts_s: float = 0.0
    _last: dict[Cell, Finished] = field(default_factory=dict)

    def learn(self, visit: Finished) -> None:
        """Remember the last visit of its cell, if it has timed anything."""
        if visit.rounds:
            self._last[visit.assignment.cell] = visit

    def rounds(self, cells: Iterable[Cell]) -> int:
        """How many rounds each of the cells can have in a pass over them; the fewest while one of them is not known."""
        due = list(cells)
        if not set(due) <= set(self._last):
            return FEWEST_ROUNDS

        def expected_s(rounds: int) -> float:
            return self.starts_s + sum(_expected_s(self._last[cell], rounds) for cell in due)

        return max((rounds for rounds in range(FEWEST_ROUNDS, MOST_ROUNDS + 1) if expected_s(rounds) <= self.pass_s), default=FEWEST_ROUNDS)


def _expected_s(visit: Finished, rounds: int) -> float:
    """What the visit would take with at least so many rounds: those of its cell's may be so short that it has more anyway."""
    return visit.wall_s + max(0, rounds - visit.rounds) * visit.rounds_s / visit.rounds
