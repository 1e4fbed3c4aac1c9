"""The pace: how long the visits of a pass may last, so that a budget pays for enough passes.

An interval needs a dozen passes before it has bounds, and most of what makes passes differ is noise within them, which
more rounds average out. So the time of a pass is divided evenly between its cells, and cells that have left the sweep
leave their time to those that are open: first all short steps are settled, and then long ones get what they need.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from bench.measure.timing.passes import Finished
from bench.measure.timing.visit import FEWEST_ROUNDS, MOST_ROUNDS
from bench.plan.cells import Cell

LADDER_S = [0.05 * 1.1**step for step in range(100)]  # what a visit's rounds may take: up to ten minutes


class _Past(NamedTuple):
    """What a visit took, in seconds from start to end and in its rounds, and how many these were."""

    wall_s: float
    rounds_s: float
    rounds: int


@dataclass
class Pace:
    """Learns from each visit what a round takes in its cell.

    Attributes:
        pass_s: seconds that a pass should take.
        starts_s: seconds of the last pass outside its visits, mostly for the start of interpreters.

    """

    pass_s: float
    starts_s: float = 0.0
    _last: dict[Cell, _Past] = field(default_factory=dict)

    def learn(self, visit: Finished) -> None:
        """Remember the last visit of its cell, if it has timed anything."""
        if rounds := visit.rounds:
            self._last[visit.assignment.cell] = _Past(visit.wall_s, visit.rounds_s, rounds)

    def visit_s(self, cells: Iterable[Cell]) -> float:
        """How many seconds the rounds of each visit may take in a pass over the cells; 0 while one of them is not known."""
        due = list(cells)
        if not set(due) <= set(self._last):
            return 0.0

        def expected_s(visit_s: float) -> float:
            return self.starts_s + sum(_expected_s(self._last[cell], visit_s) for cell in due)

        rungs = bisect_right(LADDER_S, self.pass_s, key=expected_s)  # longer rounds never make a pass shorter
        return LADDER_S[rungs - 1] if rungs else 0.0


def _expected_s(last: _Past, visit_s: float) -> float:
    """What the visit would take if its rounds took so many seconds, as far as they can."""
    round_s = last.rounds_s / last.rounds
    rounds = max(FEWEST_ROUNDS, min(MOST_ROUNDS, int(visit_s / round_s)))
    return last.wall_s + (rounds - last.rounds) * round_s
