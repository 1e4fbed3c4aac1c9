"""Real schedulers and workers of Dask on this machine, whose passes sleep: kill one, stop one, add one, lose the scheduler."""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections import Counter
from contextlib import contextmanager

import pytest

from bench.errors import BadInput
from bench.measure.cluster.connection import connected
from bench.measure.cluster.coordinator import Arrived, Coordinator, Rules
from bench.tests.measure.cluster.processes import JOB, dask_processes
from bench.tests.measure.scheduling.judging import schedule
from bench.tests.runs import FULL


def named(member, answer):
    member.machine = member.host
    return ""


def run(address, passes, at=None, **rules):
    """Run passes to the end; the passes recorded, and what was told. `at(arrived, told)` is called after each of either."""
    plan = schedule(passes)
    rules = Rules(**{"budget_s": 60.0, "look_s": 0.1, "patience_s": 10.0, "slack_s": 30.0, **rules})
    arrived, told = [], []
    with connected(address) as cluster:
        coordinator = Coordinator(cluster, plan, JOB, named, rules, time.monotonic)
        for happening in coordinator.run():
            if isinstance(happening, Arrived):
                plan.judge.add(happening.visits)
                arrived.append((happening.number, happening.member.host))
            elif "no worker is there yet" not in happening.words:
                told.append(happening.words)
            if at:
                at(arrived, told)
    return arrived, told, coordinator


def is_in_mid_pass(dask, host, fewest=0):
    its = [what for where, _, what, _ in dask.lines() if where == host]
    return its.count("ends") >= fewest and its[-1:] == ["begins"]


@contextmanager
def in_mid_pass(dask, host, act, fewest=2):
    """Do something while a host is in the middle of a pass, once it has made a few; it is done when this ends."""

    def wait_and_act():
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if is_in_mid_pass(dask, host, fewest):
                act()
                return
            time.sleep(0.01)

    thread = threading.Thread(target=wait_and_act)
    thread.start()
    yield
    thread.join()


def numbers(arrived):
    return sorted(number for number, _ in arrived)


def overlaps(lines):
    """Pairs of passes of one host that were made at once."""
    spans = []
    for host, number, what, at in sorted(lines, key=lambda line: line[3]):
        if what == "begins":
            spans.append([host, number, at, float("inf")])
        else:
            [span] = [span for span in spans if span[:2] == [host, number] and span[3] == float("inf")]
            span[3] = at
    return [(a[:2], b[:2]) for n, a in enumerate(spans) for b in spans[n + 1 :] if a[0] == b[0] and a[2] < b[3] and b[2] < a[3]]


def test_hosts_share_the_passes_and_each_arrives_once(tmp_path):
    """Two workers are on the host "one", and only one of them is given passes; a fourth lacks the resource."""
    with dask_processes(tmp_path) as dask:
        for host in ("one", "one", "two"):
            dask.worker(host)
        dask.worker("three", resource="gpu")
        arrived, told, _ = run(dask.address, 12)
        assert numbers(arrived) == [*range(1, 13)]
        assert {host for _, host in arrived} == {"one", "two"}
        assert overlaps(dask.lines()) == []
        assert len(told) == 1
        assert told[0].endswith("start it with --resources unwind=1")


def test_a_worker_killed_in_mid_pass_loses_its_pass_to_another_and_one_that_is_added_joins_in(tmp_path):
    with dask_processes(tmp_path) as dask:
        first = dask.worker("one", 0.5)
        dask.worker("two", 0.5)

        def kill_and_add():
            first.kill()
            dask.worker("three", 0.1)

        with in_mid_pass(dask, "one", kill_and_add):
            arrived, told, coordinator = run(dask.address, 20)
        assert numbers(arrived) == [*range(1, 21)]
        assert Counter(number for number, _ in arrived).most_common(1)[0][1] == 1
        assert {host for _, host in arrived[8:]} == {"two", "three"}
        assert coordinator.lost == coordinator.repeated == len(told) == 1
        assert "has gone" in told[0]


def test_a_worker_that_is_stopped_past_its_time_has_its_pass_made_by_another(tmp_path):
    """Passes take 0.2 s, and one is given up after two. The worker that is stopped goes on when the other one has made two passes
    since, of which one is that.
    """
    with dask_processes(tmp_path) as dask:
        stopped = dask.worker("one", 0.2)
        dask.worker("two", 0.2)
        since = []

        def stop():
            """Where the pass has ended meanwhile, the next one will do."""
            stopped.send_signal(signal.SIGSTOP)
            time.sleep(0.05)
            while not is_in_mid_pass(dask, "one"):
                stopped.send_signal(signal.SIGCONT)
                time.sleep(0.1)
                stopped.send_signal(signal.SIGSTOP)
                time.sleep(0.05)

        def wake(arrived, told):
            if told:
                since.append(len(arrived))
                if len(arrived) == since[0] + 2:
                    stopped.send_signal(signal.SIGCONT)

        with in_mid_pass(dask, "one", stop):
            arrived, told, coordinator = run(dask.address, 24, wake, factor=0.0, slack_s=2.0)
        assert numbers(arrived) == [*range(1, 25)]
        assert coordinator.lost == 1
        assert "has not answered for" in told[0]
        begun = Counter(number for _, number, what, _ in dask.lines() if what == "begins")
        assert [count for count in begun.values() if count > 1] == [2]
        assert coordinator.repeated == 1


def test_a_worker_that_was_away_for_too_long_is_gone_and_comes_back_as_a_new_one(tmp_path):
    """The scheduler gives a worker up that it has not heard of for two seconds; when it goes on, it ends."""
    with dask_processes(tmp_path, ttl="2s") as dask:
        away = dask.worker("one", 0.2)
        dask.worker("two", 0.2)
        gone = threading.Event()

        def come_back():
            assert gone.wait(30)
            away.send_signal(signal.SIGCONT)
            dask.worker("one", 0.1)

        back = threading.Thread(target=come_back)
        back.start()
        with in_mid_pass(dask, "one", lambda: away.send_signal(signal.SIGSTOP)):
            arrived, told, coordinator = run(dask.address, 48, lambda arrived, told: told and gone.set())
        back.join()
        assert numbers(arrived) == [*range(1, 49)]
        assert coordinator.lost == coordinator.repeated == 1
        assert "has gone" in told[0]
        assert "one" in {host for _, host in arrived[-10:]}


def test_without_its_scheduler_a_run_ends_with_a_sentence_and_workers_end_their_passes(tmp_path, monkeypatch):
    monkeypatch.setattr("bench.measure.cluster.connection.RECONNECT_S", 1.0)
    with dask_processes(tmp_path) as dask:
        worker = dask.worker("one", 0.3)
        arrived = []

        def kill(so_far, _):
            arrived[:] = so_far
            if len(so_far) == 2:
                dask.scheduler.kill()

        with pytest.raises(BadInput, match="the scheduler has gone; finished passes are kept"):
            run(dask.address, 50, kill)
        assert numbers(arrived) == [1, 2]
        worker.wait(20)
        assert Counter(what for _, _, what, _ in dask.lines())["ends"] <= 4


@contextmanager
def network_namespace(name, ours, theirs):
    """A network of its own, joined to ours by a link; the command to run something inside, and the link's end on our side."""
    link = f"{name}-link"

    def ip(*words):
        subprocess.run(["ip", *words], check=True)

    ip("netns", "add", name)
    try:
        ip("link", "add", link, "type", "veth", "peer", "name", "inner", "netns", name)
        ip("addr", "add", f"{ours}/30", "dev", link)
        ip("link", "set", link, "up")
        ip("-n", name, "addr", "add", f"{theirs}/30", "dev", "inner")
        ip("-n", name, "link", "set", "inner", "up")
        yield ["ip", "netns", "exec", name], lambda state: ip("link", "set", link, state)
    finally:
        ip("netns", "del", name)


@pytest.mark.skipif(not FULL or not hasattr(os, "geteuid") or os.geteuid() != 0 or not shutil.which("ip"), reason="needs root and ip(8)")
@pytest.mark.parametrize(("down_s", "lost"), [(2, 0), (12, 1)])
def test_a_link_that_goes_down_and_comes_back(tmp_path, down_s, lost):
    """For two seconds: nothing is lost, the answer comes late. For twelve: the scheduler gives the worker up after five, its pass
    is made by another, and a new worker joins by the same link.
    """
    with (
        network_namespace("unwind", "10.213.7.1", "10.213.7.2") as (inside, link),
        dask_processes(tmp_path, ttl="5s", at="10.213.7.1") as dask,
    ):
        dask.worker("here", 0.3, at="10.213.7.1")
        dask.worker("there", 0.3, at="10.213.7.2", inside=inside)

        def come_back():
            link("up")
            if lost:
                dask.worker("again", 0.3, at="10.213.7.2", inside=inside)

        back = threading.Timer(down_s, come_back)

        def go_down():
            link("down")
            back.start()

        with in_mid_pass(dask, "there", go_down):
            arrived, told, coordinator = run(dask.address, 120)
        back.join()
        assert numbers(arrived) == [*range(1, 121)]
        assert (coordinator.lost, coordinator.repeated) == (lost, lost), told
        assert {"again" if lost else "there"} <= {host for _, host in arrived[-20:]}


def test_a_client_that_loses_its_connection_for_a_moment_goes_on(tmp_path):
    """The scheduler takes it for gone, and has its passes stopped; they are made again."""
    with dask_processes(tmp_path) as dask:
        dask.worker("one", 0.5)
        dask.worker("two", 0.5)
        with connected(dask.address) as cluster:
            plan = schedule(16)
            coordinator = Coordinator(cluster, plan, JOB, named, Rules(60.0, look_s=0.1), time.monotonic)
            arrived = []

            def cut():
                cluster._client.loop.add_callback(cluster._client.scheduler_comm.comm.abort)

            with in_mid_pass(dask, "one", cut):
                for happening in coordinator.run():
                    if isinstance(happening, Arrived):
                        plan.judge.add(happening.visits)
                        arrived.append((happening.number, happening.member.host))
        assert numbers(arrived) == [*range(1, 17)]
        assert coordinator.lost == coordinator.repeated > 0
        assert {what for _, _, what, _ in dask.lines()} == {"begins", "ends", "stops"}


def test_two_clients_on_one_cluster_take_turns(tmp_path):
    with dask_processes(tmp_path) as dask:
        dask.worker("one", 0.1)
        dask.worker("two", 0.1)
        results = []
        clients = [threading.Thread(target=lambda: results.append(run(dask.address, 10))) for _ in range(2)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        assert [numbers(arrived) for arrived, _, _ in results] == [[*range(1, 11)]] * 2
        assert all(told == [] for _, told, _ in results)
        times = sorted((at, 1 if what == "begins" else -1, host) for host, _, what, at in dask.lines())
        for host in ("one", "two"):
            busy = [step for _, step, where in times if where == host]
            assert max(sum(busy[: n + 1]) for n in range(len(busy))) == 1


def test_passes_that_nobody_wants_any_more_are_stopped(tmp_path):
    """The client ends, as by Ctrl-C, while a pass of a minute is under way; the next client gets the worker at once."""
    with dask_processes(tmp_path) as dask:
        dask.worker("one", 60)
        with connected(dask.address) as cluster:
            coordinator = Coordinator(cluster, schedule(1), JOB, named, Rules(60.0, look_s=0.1), time.monotonic)

            def break_off():
                cluster._queue.put(None)  # which no event is, and so an error in mid-run

            with in_mid_pass(dask, "one", break_off, fewest=0), pytest.raises(AttributeError):
                [*coordinator.run()]
        deadline = time.monotonic() + 10
        while not any(what == "stops" for _, _, what, _ in dask.lines()):
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.mark.parametrize("address", ["tcp://", "tcp://127.0.0.1:1", "nonsense", "ftp://127.0.0.1:9", "tcp://no-such-host.invalid:8786"])
def test_a_wrong_address_is_told_in_a_sentence(address, monkeypatch):
    monkeypatch.setattr("bench.measure.cluster.connection.CONNECT_S", 0.5)
    with pytest.raises(BadInput, match=rf"^--scheduler {address}: no scheduler answers there .*; start one"), connected(address):
        pass


def test_a_cluster_without_workers_is_waited_for_and_then_given_up(tmp_path):
    with dask_processes(tmp_path) as dask, pytest.raises(BadInput, match="the cluster has had no worker for"):
        run(dask.address, 1, patience_s=1.0)
