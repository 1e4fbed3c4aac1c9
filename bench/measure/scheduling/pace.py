"""The pace: how many rounds the visits of a pass may have, so that a budget pays for enough passes.

An interval needs a dozen passes before it has bounds, and most of what makes passes differ is noise within them, which
more rounds average out. So each cell gets the rounds that bring its noise down to the same level, which is as low as the
time of a pass allows, and no lower than the precision needs. A cell that is noisy, or whose step is long, gets more time
than another, and cells that have left leave theirs to those that are open. But rounds cannot average out by what processes
differ, and only more passes can: so they take no more than three times the time of what surrounds them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from math import ceil, inf, log, pi
from statistics import median

from bench.measure.timing.passes import Assignment, Finished
from bench.measure.timing.visit import FEWEST_ROUNDS, MOST_ROUNDS, Measurement
from bench.plan.allocators import STEADY
from bench.plan.cells import Cell
from bench.plan.contenders import FLOOR

LADDER = [0.5 * 0.95**step for step in range(180)]  # standard errors of a visit's log-ratio, from half down to 0.005 %
SHARE = 1 / 3  # of the precision: passes that scatter so little settle a comparison as soon as its interval has bounds
MOST_TIMES = 3.0  # what the start of a visit takes; with no difference between processes, a quarter of the time is lost by that
STARTS, STARTS_S = 20, 0.5  # under the allocator `default` a visit has so many start depths, if they take no longer than that
REMEMBERED = 9  # visits of a cell


@dataclass
class _Past:
    """What the last visits of a cell have shown.

    Attributes:
        starts_matter: does time depend on the start depth, so that a mean over these needs many?
        other_s: seconds of the last one outside its rounds.
        round_s: seconds of one of its rounds.
        scatters: of each visit, by how much the log-ratio of a round strays.

    """

    starts_matter: bool = False
    other_s: float = 0.0
    round_s: float = 0.0
    scatters: deque[float] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def rounds(self, error: float, start_s: float) -> int:
        """How many rounds bring the standard error of their median down to that, as far as they can; `start_s` is the visit's share in
        the start of its pass.
        """
        needed = pi / 2 * (median(self.scatters) / error) ** 2  # a median of so many normal values varies by pi / 2 more than their mean
        most = MOST_TIMES * (start_s + self.other_s) / self.round_s
        starts = min(STARTS, int(STARTS_S / self.round_s)) if self.starts_matter else 0
        return max(FEWEST_ROUNDS, starts, min(MOST_ROUNDS, ceil(needed), int(most)))

    def expected_s(self, error: float, start_s: float) -> float:
        """What a visit with so many rounds would take, with its share in the start."""
        return start_s + self.other_s + self.rounds(error, start_s) * self.round_s


@dataclass
class Pace:
    """Learns from each visit what a round takes in its cell, and how much rounds scatter there.

    Attributes:
        pass_s: seconds that a pass should take at most.
        precision: half the width of an interval, as a fraction of its ratio, with which a comparison is settled.
        starts_s: seconds of the last pass outside its visits, mostly for the start of interpreters.

    """

    pass_s: float = 0.0
    precision: float = 0.0
    starts_s: float = 0.0
    _past: dict[Cell, _Past] = field(default_factory=dict)

    def learn(self, visit: Finished) -> None:
        """Remember a visit, if it has timed anything."""
        if rounds := visit.rounds:
            past = self._past.setdefault(visit.assignment.cell, _Past(visit.assignment.cell.allocator != STEADY))
            past.other_s, past.round_s = visit.wall_s - visit.rounds_s, visit.rounds_s / rounds
            past.scatters.append(scatter(visit.rows))

    def with_rounds(self, assignments: Sequence[Assignment]) -> list[Assignment]:
        """The assignments of a pass, each with the rounds that it should have; as they are while one of their cells is not known."""
        rounds = self.rounds({assignment.cell for assignment in assignments})
        return [replace(each, rounds=rounds[each.cell]) for each in assignments] if rounds else [*assignments]

    def rounds_s(self, assignment: Assignment) -> float:
        """How many seconds the rounds that are asked for should take; 0 where that is not known."""
        past = self._past.get(assignment.cell)
        return assignment.rounds * past.round_s if past else 0.0

    def rounds(self, cells: Collection[Cell]) -> dict[Cell, int]:
        """How many rounds each cell of a pass should have; none is named while one of them is not known."""
        if not {*cells} <= self._past.keys():
            return {}
        due = {cell: self._past[cell] for cell in cells}
        enough = SHARE * self.precision
        errors = [*(error for error in LADDER if error > enough), enough or LADDER[-1]]

        start_s = self.starts_s / max(1, len(due))

        def expected_s(error: float) -> float:
            return sum(past.expected_s(error, start_s) for past in due.values())

        allowed = bisect_right(errors, self.pass_s, key=expected_s)  # less noise never makes a pass shorter
        error = errors[max(1, allowed) - 1]  # with the fewest rounds that there can be, a pass may take longer
        return {cell: past.rounds(error, start_s) for cell, past in due.items()}


def scatter(rows: Sequence[Measurement]) -> float:
    """By how much the log-ratio of two contenders strays from round to round in a visit, as a standard deviation of normal values
    would: 1.48 times the median distance from the median; of the pair with the first in which it is largest. 0 of one alone.

    >>> scatter([Measurement(n, r, 0, 1, ns) for r, ns in enumerate([1.0, 1.1, 1.2]) for n, ns in (("a", 1.0), ("b", ns))])
    0.129...
    """
    shorter: dict[str, dict[int | None, float]] = {}  # name -> round -> the shorter of its two turns, in ns
    for row in rows:
        if row.cpu_ns and row.impl != FLOOR:
            turns = shorter.setdefault(row.impl, {})
            turns[row.round] = min(turns.get(row.round, inf), row.cpu_ns)
    first, *others = shorter.values() or [{}]
    return max((_strays([log(its[turn] / first[turn]) for turn in its.keys() & first.keys()]) for its in others), default=0.0)


def _strays(values: Sequence[float]) -> float:
    centre = median(values or [0.0])
    return 1.4826 * median([abs(value - centre) for value in values] or [0.0])
