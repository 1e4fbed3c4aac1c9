"""The coordinator: gives passes to workers, and sees to it that each arrives once and only once, whatever becomes of who makes it.

What it needs of a cluster is small (`Cluster`), and is an argument as the clock is.
"""

from __future__ import annotations

import gc
import secrets
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bench.errors import BadInput
from bench.measure.cluster import on_worker
from bench.measure.cluster.job import Job
from bench.measure.cluster.members import Lengths, Member, idle, told_of
from bench.measure.cluster.wire import plain_assignment, visit_of
from bench.measure.scheduling.pace import Pace
from bench.measure.scheduling.schedule import Pass, Schedule
from bench.measure.timing.passes import Finished
from bench.measure.timing.visit import VISIT_S

MOMENT_S = 0.25
MOST_FAILURES = 3
NO_WORKER_S = 120.0  # a run waits so long for one


@dataclass(frozen=True)
class Event:
    """What a cluster has to say of a key: "started", "answered" (with the answer), "failed" (with the reason) or "gone"."""

    kind: str
    key: str
    answer: Any = None


class Cluster(Protocol):
    """Workers that can be asked something."""

    def workers(self) -> Mapping[str, str] | None:
        """The address of each worker that is there -> why it cannot be used, or ""; None if that cannot be told now."""

    def ask(self, key: str, address: str, function: Callable[..., Any], *arguments: Any, alone: bool = True) -> None:
        """Ask a worker; `alone` waits until it does nothing else of ours."""

    def heard_of(self, address: str) -> Any:
        """What changes whenever a worker is heard of; None if that cannot be told now."""

    def drop(self, key: str) -> None:
        """Nobody wants that answer any more."""

    def events(self, wait_s: float) -> Sequence[Event]:
        """What has happened, after so long a wait at most if nothing has."""


@dataclass(frozen=True)
class Rules:
    """How long it waits for what.

    Attributes:
        budget_s: after this time it gives out no pass.
        visit_s: CPU seconds that the rounds of a visit should take at least.
        pass_s, precision: what a pass may take, and how wide an interval may be: the `Pace` of each machine.
        side_by_side: may several workers of a host measure at once?
        look_s: it looks so often which workers are there.
        patience_s: a worker must have been there in this time.
        factor, slack_s: a pass that takes `factor` times what it should and `slack_s` more is given to another worker, and so is one
            that has not begun if its worker is not heard of for `slack_s`.

    """

    budget_s: float
    visit_s: float = VISIT_S
    pass_s: float = 0.0
    precision: float = 0.0
    side_by_side: bool = False
    look_s: float = 1.0
    patience_s: float = field(default_factory=lambda: NO_WORKER_S)
    factor: float = 3.0
    slack_s: float = 30.0


@dataclass(frozen=True)
class Note:
    """Something to tell."""

    words: str


@dataclass(frozen=True)
class Arrived:
    """A pass that is to be recorded: who made it, its visits, and what measuring processes said when they started."""

    member: Member
    number: int
    visits: tuple[Finished, ...]
    hellos: tuple[dict[str, Any], ...] = ()


Happening = Note | Arrived
Accept = Callable[[Member, dict[str, Any]], str]


@dataclass
class _Attempt:
    """A pass that was given to a worker."""

    number: int
    member: Member
    expected_s: float
    since_s: float
    started: bool = False
    heard: Any = None
    overdue: bool = False


@dataclass
class Coordinator:
    """Has the passes of a schedule made by a cluster.

    Attributes:
        cluster: who makes them.
        schedule: which are to be made.
        job: what travels.
        accept: called with a worker and what it says of itself: names its `machine`, and returns why it is refused, or "".
        rules: how long it waits.
        clock: seconds.
        given, lost, repeated: how many passes were given out; of those how many did not come, and were given out again.

    """

    cluster: Cluster
    schedule: Schedule
    job: Job
    accept: Accept
    rules: Rules
    clock: Callable[[], float]
    members: dict[str, Member] = field(default_factory=dict)
    given: int = 0
    lost: int = 0
    repeated: int = 0
    topic: str = field(default_factory=lambda: f"unwind-{secrets.token_hex(6)}")
    _attempts: dict[str, _Attempt] = field(default_factory=dict)
    _lengths: dict[str, Lengths] = field(default_factory=dict)
    _again: set[int] = field(default_factory=set)
    _known: set[str] = field(default_factory=set)
    _asked: int = 0
    _cut_off: bool = False

    @property
    def under_way(self) -> int:
        """How many passes are being made."""
        return sum(not attempt.overdue for attempt in self._attempts.values())

    @property
    def machines(self) -> int:
        """How many hosts can make passes."""
        ready = [member for member in self.members.values() if member.state == "ready"]
        return len(ready) if self.rules.side_by_side else len({member.host for member in ready})

    def run(self) -> Generator[Happening]:
        """Yield what happens until every cell is decided or the time is spent; each pass that arrives must be recorded, and told the
        judge, before the next is asked for.

        Raises:
            BadInput: there is no worker, or the scheduler has gone.

        """
        start = self.clock()
        last_look, there_s = -self.rules.look_s, start
        gc.freeze()  # rows come by the thousand, and each collection would look through all that is loaded, too
        try:
            while not self.schedule.finished:
                now = self.clock()
                in_budget = now - start < self.rules.budget_s
                if now - last_look >= self.rules.look_s:
                    last_look = now
                    yield from self._look()
                yield from self._give_up_overdue(now)
                if in_budget:
                    self._give()
                there_s = now if self._anybody() else there_s
                self._refuse_to_wait(now - there_s, in_budget or self.given > 0)
                if not in_budget and not self.under_way:
                    return
                for event in self.cluster.events(MOMENT_S):
                    yield from self._happened(event)
                    if self.clock() - start < self.rules.budget_s:
                        self._give()  # whoever has answered does not wait until all are recorded that have answered meanwhile
        finally:
            gc.unfreeze()
            for member in self.members.values():
                for key in member.waiting_for:
                    self.cluster.drop(key)

    def _look(self) -> Iterator[Happening]:
        """Ask workers that are new what they are; give up those that have gone, with what they were to make."""
        there = self.cluster.workers()
        if there is None:
            if not self._cut_off:
                yield Note("the scheduler does not answer; passes go on once it does")
            self._cut_off = True
            return
        self._cut_off = False
        for address in [address for address in self.members if address not in there]:
            yield from self._leave(self.members.pop(address))
        if not there and not self.rules.side_by_side:
            yield from self._once("no worker is there yet; the run waits for one")
        for address, why_not in there.items():
            if address not in self.members:
                member = self.members[address] = Member(address)
                if why_not:
                    member.state = "left out"
                    yield from self._once(f"worker {address} is left out: {why_not}")
                else:
                    self._ask(member, "admit", on_worker.admit, self.job)

    def _leave(self, member: Member) -> Iterator[Happening]:
        for key in member.waiting_for:
            self.cluster.drop(key)
            yield from self._lose(self._attempts.pop(key, None), f"{member.name} has gone")

    def _lose(self, attempt: _Attempt | None, why: str) -> Iterator[Happening]:
        """A pass will not come from there; it is given out again, unless that has been done."""
        if attempt and self.schedule.lose(attempt.number):
            self.lost += 1
            self._again.add(attempt.number)
            yield Note(f"pass {attempt.number} is lost ({why}) and is given out again")

    def _give_up_overdue(self, now: float) -> Iterator[Happening]:
        """What takes too long is given to another worker; if it comes all the same, the first answer counts."""
        for attempt in [*self._attempts.values()]:
            patience_s = self.rules.slack_s + (self.rules.factor * attempt.expected_s if attempt.started else 0.0)
            if not attempt.overdue and now - attempt.since_s > patience_s and not self._only_waits(attempt, now):
                attempt.overdue = True
                attempt.member.state = "silent"
                yield from self._lose(attempt, f"{attempt.member.name} has not answered for {patience_s:.0f} s")

    def _only_waits(self, attempt: _Attempt, now: float) -> bool:
        """Has a pass not begun because its worker makes one of another client? It does, if it is heard of; then the wait begins anew."""
        if attempt.started:
            return False
        before, attempt.heard = attempt.heard, self.cluster.heard_of(attempt.member.address)
        if attempt.heard == before is not None:
            return False
        attempt.since_s = now
        return True

    def _give(self) -> None:
        """Give a pass to every host that has none, as long as there are any."""
        for member in idle(self.members.values(), self.rules.side_by_side):
            given = self.schedule.next_pass()
            if given is None:
                return
            self._give_to(member, given)

    def _give_to(self, member: Member, given: Pass) -> None:
        lengths = self._lengths.setdefault(member.machine, Lengths(Pace(self.rules.pass_s, self.rules.precision)))
        assignments = lengths.pace.with_rounds(given.assignments)
        order = {
            "job": self.job["id"],
            "topic": self.topic,
            "visit_s": self.rules.visit_s,
            "assignments": [plain_assignment(assignment) for assignment in assignments],
        }
        key = self._ask(member, f"pass-{given.number}", on_worker.take_pass, order)
        self._attempts[key] = _Attempt(given.number, member, lengths.expected_s(assignments, self.rules.visit_s), self.clock())
        self.given += 1
        self.repeated += given.number in self._again

    def _ask(self, member: Member, what: str, function: Callable[..., Any], *arguments: Any, alone: bool = True) -> str:
        self._asked += 1
        key = f"{self.topic}-{what}-{self._asked}"
        member.waiting_for.add(key)
        self.cluster.ask(key, member.address, function, *arguments, alone=alone)
        return key

    def _happened(self, event: Event) -> Iterator[Happening]:
        """Take in an event; what is about a key that nobody waits for any more is dropped."""
        attempt = self._attempts.get(event.key)
        if event.kind == "started":
            if attempt:
                attempt.started, attempt.since_s = True, self.clock()
            return
        member = next((member for member in self.members.values() if event.key in member.waiting_for), None)
        if member:
            member.waiting_for.discard(event.key)
        if attempt:
            del self._attempts[event.key]
            yield from self._pass_ended(attempt, event)
        elif member:
            yield from self._member_answered(member, event)

    def _member_answered(self, member: Member, event: Event) -> Iterator[Happening]:
        """What a worker says of itself, or that it is awake."""
        if event.kind == "gone":
            del self.members[member.address]  # it is asked again if it is still there
        elif event.kind == "failed":
            member.state = "left out"
            yield from self._once(f"worker {member.name} is left out: {_why(event)}")
        elif event.answer is True:
            member.state = "ready"
        else:
            yield from self._admitted(member, event.answer)

    def _admitted(self, member: Member, answer: dict[str, Any]) -> Iterator[Happening]:
        refused = answer.get("refused", "")
        if not refused:
            member.host, member.node = answer["host"], answer["node"]
            refused = self.accept(member, answer)
        member.state = "left out" if refused else "ready"
        if refused:
            yield from self._once(f"worker {member.name} is left out: {refused}")

    def _pass_ended(self, attempt: _Attempt, event: Event) -> Iterator[Happening]:
        member = attempt.member
        answer = event.answer if event.kind == "answered" else {}
        if "visits" in answer:
            member.failures = 0
            member.state = "ready"
            yield from self._arrived(attempt, answer)
        elif "unknown" in answer:  # the worker has started anew under its old address
            self.members.pop(member.address, None)
            yield from self._lose(attempt, f"{member.name} has started anew")
        elif event.kind == "gone":
            yield from self._lose(attempt, "the scheduler has dropped it")
        else:
            yield from self._lose(attempt, f"{member.name}: {_why(event)}")
            yield from self._failed(member)

    def _failed(self, member: Member) -> Iterator[Happening]:
        member.failures += 1
        if member.failures >= MOST_FAILURES:
            member.state = "left out"
            yield from self._once(f"worker {member.name} is left out: {member.failures} passes in a row have failed there")

    def _arrived(self, attempt: _Attempt, answer: dict[str, Any]) -> Iterator[Happening]:
        """Record a pass unless it has come from another before; then nobody needs it from a third."""
        visits = tuple(map(visit_of, answer["visits"]))
        self._lengths[attempt.member.machine].learn(visits, answer["starts_s"])
        if not self.schedule.take(attempt.number):
            return
        yield Arrived(attempt.member, attempt.number, visits, tuple(answer["hellos"]))
        for key, other in [*self._attempts.items()]:
            if other.number == attempt.number:
                self._drop(key, other)

    def _drop(self, key: str, attempt: _Attempt) -> None:
        """Have no more of an attempt; whoever was to make it gets another pass once it is awake."""
        del self._attempts[key]
        self.cluster.drop(key)
        attempt.member.waiting_for.discard(key)
        if attempt.member.address in self.members and attempt.overdue:
            self._ask(attempt.member, "awake", on_worker.awake)

    def _once(self, words: str) -> Iterator[Note]:
        if words not in self._known:
            self._known.add(words)
            yield Note(words)

    def _anybody(self) -> bool:
        """Is there a worker that makes passes, or may yet?"""
        return any(member.state != "left out" for member in self.members.values())

    def _refuse_to_wait(self, waited_s: float, may_wait: bool) -> None:
        if waited_s > (self.rules.patience_s if may_wait else 0.0):
            which = "no worker that can take passes" if self.members else "no worker"
            raise BadInput(
                f"the cluster has had {which} for {waited_s:.0f} s; start one with `dask worker ADDRESS --nthreads 1 "
                "--resources unwind=1`; finished passes are kept"
            )


def _why(event: Event) -> str:
    """Why something failed, in words."""
    if event.kind == "answered":
        return told_of(event.answer) or "it has answered no sense"
    return str(event.answer)
