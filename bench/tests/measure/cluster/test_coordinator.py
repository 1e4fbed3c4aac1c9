"""The coordinator, over a cluster that is played by hand and a clock that is moved by hand."""

from collections import Counter

import pytest

from bench.errors import BadInput
from bench.measure.cluster import on_worker
from bench.measure.cluster.coordinator import Arrived, Coordinator, Event, Note, Rules
from bench.measure.cluster.wire import assignment_of, plain_visit
from bench.measure.timing.passes import Finished
from bench.tests.measure.cluster.processes import rows
from bench.tests.measure.scheduling.judging import schedule

PASS_S = 10.0


class Play:
    """A cluster of workers, each on a host, that a test plays: a pass takes ten seconds unless `act` does something else.

    `act(play)` is called whenever the coordinator waits; what it returns are events beside those that are due.
    """

    def __init__(self, hosts, act=lambda play: ()):
        self.hosts, self.act = dict(hosts), act
        self.now = 0.0
        self.asked, self.due, self.dropped, self.given = {}, {}, [], Counter()
        self.stopped = set()

    def clock(self):
        return self.now

    def workers(self):
        return dict.fromkeys(self.hosts, "")

    def ask(self, key, address, function, *arguments, alone=True):
        self.asked[key] = (address, function, arguments)
        if function is on_worker.take_pass:
            self.given[self.number(key)] += 1
        self.due[key] = self.now + (PASS_S if function is on_worker.take_pass else 0.0)

    def heard_of(self, address):
        return 0.0 if address in self.stopped else self.now

    def drop(self, key):
        self.dropped.append(key)
        self.due.pop(key, None)

    def number(self, key):
        return self.asked[key][2][0]["assignments"][0]["pass"]

    def key_of(self, number):
        return next(key for key in self.due if self.asked[key][1] is on_worker.take_pass and self.number(key) == number)

    def answer(self, key):
        address, function, arguments = self.asked[key]
        if function is on_worker.admit:
            return {"host": self.hosts[address], "node": address, "facts": {}, "settings": {}, "caveats": []}
        if function is on_worker.awake:
            return True
        visits = [Finished(visit, tuple(rows(visit.contenders)), 5.0, 1.0) for visit in map(assignment_of, arguments[0]["assignments"])]
        return {"visits": [*map(plain_visit, visits)], "hellos": [], "starts_s": 0.0}

    def events(self, wait_s):
        found = [*self.act(self)]
        self.now += 1.0
        ready = [key for key, at in self.due.items() if at <= self.now and self.asked[key][0] in self.hosts.keys() - self.stopped]
        for key in ready:
            del self.due[key]
        begun = [Event("started", key) for key, at in self.due.items() if self.asked[key][0] not in self.stopped]
        return [*found, *begun, *(Event("answered", key, self.answer(key)) for key in ready)]


def go(play, passes, accept=lambda member, answer: "", on_arrival=lambda happening: None, **rules):
    """Run to the end; the passes that were recorded, in the order in which they came, and all that was told."""
    plan = schedule(passes)
    rules = Rules(**{"budget_s": 1e9, "slack_s": 5.0, "factor": 1.0, "patience_s": 60.0, **rules})

    def named(member, answer):
        member.machine = member.host
        return accept(member, answer)

    coordinator = Coordinator(play, plan, {"id": "j"}, named, rules, play.clock)
    arrived, told = [], []
    for happening in coordinator.run():
        if isinstance(happening, Note):
            told.append(happening.words)
        if isinstance(happening, Arrived):
            on_arrival(happening)
            plan.judge.add(happening.visits)
            arrived.append((happening.number, happening.member.address))
    return arrived, told, coordinator


def numbers(arrived):
    return sorted(number for number, _ in arrived)


def test_every_host_makes_one_pass_at_a_time():
    arrived, told, _ = go(Play({"a": "one", "b": "two", "c": "two"}), 6)
    assert numbers(arrived) == [1, 2, 3, 4, 5, 6]
    assert {address for _, address in arrived} == {"a", "b"}, "c is on b's host"
    assert told == []


def test_workers_of_one_host_measure_side_by_side_if_that_is_asked_for():
    play = Play({"a": "one", "b": "one"})
    arrived, _, _ = go(play, 4, side_by_side=True)
    assert {address for _, address in arrived} == {"a", "b"}
    assert play.now < 4 * PASS_S


def test_a_host_gets_its_next_pass_before_those_that_have_answered_meanwhile_are_recorded():
    play = Play({"a": "one", "b": "two"})
    given = []

    def known(happening):
        given.append(max(play.given))

    go(play, 4, on_arrival=known)
    assert given == [2, 3, 4, 4]


def test_a_pass_whose_worker_dies_is_made_by_another_under_its_number():
    def act(play):
        if play.now == 5.0:
            del play.hosts["a"]
        return ()

    play = Play({"a": "one", "b": "two"}, act)
    arrived, told, coordinator = go(play, 3)
    assert sorted(arrived) == [(1, "b"), (2, "b"), (3, "b")]
    assert told == ["pass 1 is lost (a (a) has gone) and is given out again"]
    assert (coordinator.lost, coordinator.repeated) == (1, 1)


def test_the_host_of_a_dead_worker_goes_on_with_the_next_one():
    def act(play):
        if play.now == 5.0:
            del play.hosts["a"]
        return ()

    arrived, _, _ = go(Play({"a": "one", "b": "one"}, act), 3)
    assert sorted(arrived) == [(1, "b"), (2, "b"), (3, "b")]


def test_what_takes_too_long_is_given_to_another_and_a_late_answer_is_dropped():
    """A pass should take at most 60 s (two cells that are not known), and b makes 10 of them while a is stopped."""

    def act(play):
        play.stopped = {"a"} if 3.0 < play.now < 200.0 else set()
        return ()

    play = Play({"a": "one", "b": "two"}, act)
    arrived, told, coordinator = go(play, 25)
    assert numbers(arrived) == [*range(1, 26)]
    assert told == ["pass 1 is lost (a (a) has not answered for 65 s) and is given out again"]
    assert dict(arrived)[1] == "b"
    assert play.given[1] == 2
    assert coordinator.repeated == 1
    assert {address for number, address in arrived if number > 20} == {"a", "b"}, "a is awake, and gets passes again"


def test_a_late_answer_counts_if_nobody_else_has_answered():
    """a alone: its pass is overdue at 68 s, nobody else is there, and at 80 s it wakes up."""

    def act(play):
        play.stopped = {"a"} if 3.0 < play.now < 80.0 else set()
        return ()

    play = Play({"a": "one"}, act)
    arrived, _, coordinator = go(play, 2)
    assert arrived == [(1, "a"), (2, "a")]
    assert coordinator.lost == 1
    assert play.given[1] == 1
    assert coordinator.repeated == 0


def test_a_pass_that_has_not_begun_is_given_to_another_if_its_worker_is_not_heard_of():
    """a is stopped before its second pass has begun: after 5 s it has not begun, and after 5 s more nothing has been heard."""

    class Stopping(Play):
        def ask(self, key, address, function, *arguments, **options):
            super().ask(key, address, function, *arguments, **options)
            if address == "a" and function is on_worker.take_pass and self.number(key) > 2:
                self.stopped = {"a"}

    play = Stopping({"a": "one", "b": "two"})
    arrived, told, _ = go(play, 8)
    assert numbers(arrived) == [*range(1, 9)]
    assert told == ["pass 3 is lost (a (a) has not answered for 5 s) and is given out again"]


def test_a_pass_that_waits_for_another_clients_pass_is_waited_for():
    class Busy(Play):
        def events(self, wait_s):
            return [event for event in super().events(wait_s) if event.kind != "started" or self.now > 100]

        def ask(self, key, *arguments, **options):
            super().ask(key, *arguments, **options)
            if key in self.due and self.asked[key][1] is on_worker.take_pass:
                self.due[key] = max(self.due[key], 110.0)

    arrived, told, coordinator = go(Busy({"a": "one"}), 2)
    assert arrived == [(1, "a"), (2, "a")]
    assert told == []
    assert coordinator.given == 2


def test_a_worker_that_answers_twice_is_heard_once():
    twice = []

    def act(play):
        if not twice and play.now > PASS_S + 2:
            return ()
        for key, (_, function, _) in play.asked.items():
            if function is on_worker.take_pass and key not in twice and play.due.get(key, 1e9) <= play.now + 1:
                twice.append(key)
                return (Event("answered", key, play.answer(key)),)
        return ()

    play = Play({"a": "one"}, act)
    arrived, _, _ = go(play, 3)
    assert twice
    assert numbers(arrived) == [1, 2, 3]


def test_a_worker_that_joins_gets_passes_at_once():
    def act(play):
        if play.now == 12.0:
            play.hosts["b"] = "two"
        return ()

    arrived, _, _ = go(Play({"a": "one"}, act), 6)
    assert numbers(arrived) == [1, 2, 3, 4, 5, 6]
    assert {address for _, address in arrived} == {"a", "b"}


def test_a_worker_that_is_refused_is_told_and_the_others_go_on():
    arrived, told, _ = go(Play({"a": "one", "b": "two"}), 2, lambda member, answer: "it is odd" if member.address == "a" else "")
    assert arrived == [(1, "b"), (2, "b")]
    assert told == ["worker a (a) is left out: it is odd"]


def test_a_worker_on_which_passes_fail_is_left_out_after_three():
    class Failing(Play):
        def answer(self, key):
            failed = self.asked[key][0] == "a" and self.asked[key][1] is on_worker.take_pass
            return {"failed": "error: no room"} if failed else super().answer(key)

    arrived, told, _ = go(Failing({"a": "one", "b": "two"}), 8)
    assert numbers(arrived) == [*range(1, 9)]
    assert {address for _, address in arrived} == {"b"}
    assert told[-1] == "worker a (a) is left out: 3 passes in a row have failed there"
    assert told[0] == "pass 1 is lost (a (a): error: no room) and is given out again"


def test_a_worker_that_has_started_anew_under_its_address_is_asked_again_who_it_is():
    class Forgetful(Play):
        forgotten = False

        def answer(self, key):
            if self.asked[key][1] is on_worker.take_pass and self.number(key) == 2 and not self.forgotten:
                self.forgotten = True
                return {"unknown": "j"}
            return super().answer(key)

    play = Forgetful({"a": "one"})
    arrived, told, _ = go(play, 3)
    assert numbers(arrived) == [1, 2, 3]
    assert sum(function is on_worker.admit for _, function, _ in play.asked.values()) == 2
    assert "started anew" in told[0]


def test_after_the_budget_passes_under_way_are_waited_for_and_no_more_are_given():
    play = Play({"a": "one", "b": "two"})
    arrived, _, _ = go(play, 1000, budget_s=25.0)
    assert numbers(arrived) == [*range(1, len(arrived) + 1)]
    assert sum(play.given.values()) == len(arrived)
    assert 4 <= len(arrived) <= 6


def test_nobody_there_for_too_long_is_an_error_with_a_remedy():
    with pytest.raises(BadInput, match=r"no worker for 6\d s; start one with `dask worker"):
        go(Play({}), 1)
    with pytest.raises(BadInput, match="no worker that can take passes"):
        go(Play({"a": "one"}), 1, lambda member, answer: "no")


def test_a_budget_that_ends_before_there_is_a_worker_is_told_as_that():
    with pytest.raises(BadInput, match=r"no worker for 1\d s"):
        go(Play({}), 1, budget_s=10.0)


def test_what_is_under_way_when_all_is_decided_is_dropped():
    class Slow(Play):
        def ask(self, key, address, *arguments, **options):
            super().ask(key, address, *arguments, **options)
            if address == "b" and self.due[key] > self.now:
                self.due[key] += 1000

    play = Slow({"a": "one", "b": "two"})
    plan = schedule(2)
    arrived = []
    coordinator = Coordinator(play, plan, {"id": "j"}, lambda member, answer: "", Rules(1e9, slack_s=1e9), play.clock)
    for happening in coordinator.run():
        arrived.append(happening.number)
        plan.judge.made.update(dict.fromkeys(plan.cells, 2))
    assert len(arrived) == 1
    assert any(play.number(key) != arrived[0] for key in play.dropped)
