"""The members of a cluster: the workers that take part, which host each is on, and how long a pass may take there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.measure.scheduling.pace import Pace
from bench.measure.timing.passes import Assignment, Finished
from bench.plan.cells import Cell

UNKNOWN_VISIT_S = 30.0  # of a cell that the machine has not visited yet
ROUNDS_TO_VISIT = 3.0  # a visit may take so many times as long as its rounds should take CPU time


@dataclass
class Member:
    """A worker.

    Attributes:
        address: Dask's name of it.
        state: "asked" (it is being looked at), "ready", "left out", or "silent": it has not answered in time.
        host, node, machine: what it says of its host, the host's own name, and the name that its rows carry; empty until it has answered.
        waiting_for: the keys of what it was asked and has not answered yet.
        failures: how many passes have failed on it, one after the other.

    """

    address: str
    state: str = "asked"
    host: str = ""
    node: str = ""
    machine: str = ""
    waiting_for: set[str] = field(default_factory=set)
    failures: int = 0

    @property
    def name(self) -> str:
        """What a sentence calls it."""
        return f"{self.node} ({self.address})" if self.node else self.address


def idle(members: Iterable[Member], side_by_side: bool) -> list[Member]:
    """Those that a pass can be given to now: of each host the first that is ready, unless one of the host's is busy.

    Every client picks the same one of a host, and so its resource is the host's. `side_by_side` lets all workers of a host measure
    at once.
    """
    hosts: dict[str, list[Member]] = {}
    for member in members:
        hosts.setdefault(member.address if side_by_side else member.host or member.address, []).append(member)
    free = (of_host for of_host in hosts.values() if not any(member.waiting_for for member in of_host))
    ready = (sorted((member for member in of_host if member.state == "ready"), key=lambda member: member.address) for of_host in free)
    return [of_host[0] for of_host in ready if of_host]


@dataclass
class Lengths:
    """What passes take on one machine.

    Attributes:
        pace: how many rounds visits should have there.

    """

    pace: Pace
    _visits_s: dict[Cell, float] = field(default_factory=dict)

    def learn(self, visits: Sequence[Finished], starts_s: float) -> None:
        """Take in a pass."""
        for visit in visits:
            self.pace.learn(visit)
            self._visits_s[visit.assignment.cell] = visit.wall_s
        self.pace.starts_s = starts_s

    def expected_s(self, assignments: Sequence[Assignment], visit_s: float) -> float:
        """How long such a pass should take at most, if nothing goes wrong, where rounds take `visit_s` at least."""
        return self.pace.starts_s + sum(
            max(self._visits_s.get(each.cell, UNKNOWN_VISIT_S), ROUNDS_TO_VISIT * max(visit_s, self.pace.rounds_s(each)))
            for each in assignments
        )


def told_of(answer: dict[str, Any]) -> str:
    """Why a pass that came back has no visits; empty if it has."""
    return str(answer.get("failed", "")) or ("it was stopped" if "stopped" in answer else "")
