"""Passes in real processes: what is measured, and the row of a contender that crashes, hangs or raises."""

import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event, Timer

import numpy as np
import psutil
import pytest

from bench.measure.timing import pass_timer
from bench.measure.timing.company import measuring
from bench.measure.timing.pass_timer import PassTimer
from bench.measure.timing.passes import Assignment
from bench.measure.workers import second_tries
from bench.measure.workers.ask import Cancelled, answers
from bench.measure.workers.second_tries import AGAIN
from bench.plan.cells import Cell
from bench.tests.children import MISCHIEF

FIVE_ROUNDS_S = 1e-9  # no visit makes fewer
CELL = Cell("breast_cancer", 4, 2, 3, "float64", "deferred", "default")

MISCHIEVOUS = (
    MISCHIEF
    + """
import signal, subprocess, sys, time
is_killed = mischief("is_killed", lambda: os.kill(os.getpid(), signal.SIGKILL))
exits = mischief("exits", lambda: os._exit(7))
aborts = mischief("aborts", os.abort)
sleeps = mischief("sleeps", lambda: time.sleep(60))
raises = mischief("raises", lambda: [][0])
left_behind = []
sleep = lambda: subprocess.Popen(["sleep", "40"], start_new_session=True)
leaves_a_process = mischief("leaves_a_process", lambda: left_behind or left_behind.append(sleep()))
prints = mischief("prints", lambda: print("garbage {", flush=True) or sys.stdout.write("x" * 5000))
"""
)


@pytest.fixture
def workers(tmp_path):
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "batch.npz", X=rng.standard_normal((5, 4)), Y=np.array([[0.0, 1, 1, 0]]), loss="binary_cross_entropy")
    (tmp_path / "mischief.py").write_text(MISCHIEVOUS)
    hellos = []
    data, files = {("breast_cancer", 4): tmp_path / "batch.npz"}, [str(tmp_path / "mischief.py")]
    return PassTimer(data, "iterative", files, on_hello=hellos.append, visit_s=FIVE_ROUNDS_S), hellos


def assign(*contenders, **changes):
    return Assignment(replace(CELL, **changes), 1, contenders, "seed")


def test_a_pass_measures_every_cell_and_contender_with_blas_pinned(workers):
    measure, hellos = workers
    done = list(measure([assign("iterative", "recursive", "control", "floor"), assign("iterative", "recursive", allocator="steady")]))
    assert [visit.assignment.cell.allocator for visit in done] == ["default", "steady"]
    assert Counter(row.impl for row in done[0].rows) == dict.fromkeys(["iterative", "recursive", "control", "floor"], 10)
    assert Counter(row.impl for row in done[1].rows) == {"iterative": 10, "recursive": 10}
    assert all(row.cpu_ns > 0 and row.wall_ns > 0 and row.status == "ok" for visit in done for row in visit.rows)
    assert all(row.iterations > 1 for row in done[1].rows), "a step of some 30 µs is repeated"
    assert [pool["num_threads"] for hello in hellos for pool in hello["blas"] if pool["user_api"] == "blas"] == [1, 1]


def test_another_python_times_nothing_that_fails_its_check_there(workers, tmp_path):
    (tmp_path / "wrong.py").write_text(
        "from impls import IMPLEMENTATIONS, Implementation\n"
        "def backprop(network, X, Y, emit):\n"
        "    return 2 * IMPLEMENTATIONS['iterative'].backprop(network, X, Y, emit)\n"
        "wrong = Implementation('wrong', 'wrong', 'nowhere', 'loop', backprop)\n"
    )
    measure = replace(workers[0], files=[str(tmp_path / "wrong.py")], pythons={"": sys.executable, "3.x": sys.executable})
    [own] = measure([assign("iterative", "wrong")])
    assert {row.status for row in own.rows} == {"ok"}  # the harness's own has checked it before
    [other] = measure([assign("iterative", "wrong", python="3.x")])
    assert Counter((row.impl, row.status) for row in other.rows) == {("iterative", "ok"): 10, ("wrong", "error"): 1}
    [row] = [row for row in other.rows if row.status != "ok"]
    assert row.detail.startswith("fails its check on this Python: ")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counts page faults")
def test_a_steady_visit_has_no_fresh_pages_for_frames(workers):
    """Through 2 000 layers recursion meets 26 edges of frame chunks, at whatever depth it starts; each faults pages in."""
    measure, _ = workers
    faults = {}
    for done in measure([assign("recursive", depth=2000, allocator=allocator) for allocator in ("default", "steady")]):
        faults[done.assignment.cell.allocator] = statistics.median(row.minor_faults for row in done.rows)
    assert faults["steady"] < 10  # one or two come from elsewhere
    if sys.version_info < (3, 13, 1):  # later ones may keep a chunk themselves
        assert faults["default"] > 26


@pytest.mark.skipif(sys.platform == "win32", reason="one pass at a time there")
@pytest.mark.parametrize("alone", [True, False])
def test_a_visit_waits_for_one_that_must_be_alone_and_is_no_shorter_of_patience_for_that(workers, tmp_path, alone):
    """The other goes on for 4 s and the patience is 2 s; the wait is no part of the visit."""
    measure = replace(workers[0], company=str(tmp_path), alone=lambda cell: alone, silence_s=2.0)
    begun, over = Event(), Event()

    def other():
        with measuring(str(tmp_path), True, lambda: None):
            begun.set()
            over.wait(60)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(other)
        assert begun.wait(60)
        Timer(4.0, over.set).start()
        [done] = measure([assign("iterative")])
    assert {row.status for row in done.rows} == {"ok"}
    assert 1 < done.waited_s < 4
    assert done.wall_s < 2


def test_a_pass_that_nobody_wants_any_more_ends_with_all_that_it_has_started(workers):
    """`sleeps` would be waited for for minutes; a moment of patience is half a second."""
    measure, hellos = workers
    cancelled = Event()
    begun = time.monotonic()
    Timer(3.0, cancelled.set).start()
    with pytest.raises(Cancelled):
        [*measure([assign("sleeps", "iterative")], cancelled.is_set)]
    assert time.monotonic() - begun < 30
    assert hellos
    assert not [child for child in psutil.Process().children(recursive=True) if child.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.parametrize(
    ("culprit", "status", "detail"),
    [
        ("crashes", "segfault", "segmentation fault"),
        ("is_killed", "out_of_memory", "killed by the system"),
        ("exits", "error", "exit code 7"),
        ("aborts", "error", "killed by SIGABRT"),
        ("raises", "error", "IndexError: list index out of range"),
    ],
)
def test_a_culprit_is_a_row_and_all_others_are_measured(workers, culprit, status, detail):
    measure, _ = workers
    done = list(measure([assign("iterative", culprit, "recursive"), assign("iterative", culprit, width=2)]))
    failures = [row for visit in done for row in visit.rows if row.status != "ok"]
    assert {(row.impl, row.status) for row in failures} == {(culprit, status)}
    assert all(detail in row.detail for row in failures)
    timed = Counter((visit.assignment.cell.width, row.impl) for visit in done for row in visit.rows if row.status == "ok")
    assert timed == {(3, "iterative"): 10, (3, "recursive"): 10, (2, "iterative"): 10}


@pytest.mark.parametrize(
    ("contenders", "waits_s"),
    [
        (("iterative", "recursive", "sleeps"), [4.0, 2.0, 4.0]),  # the visit, the second try alone, and the visit without it
        (("sleeps", "iterative"), [4.0, 4.0, 4.0]),  # nothing is known of others yet
        (("iterative", "crashes"), [4.0, 4.0, 4.0]),  # what is no time-out costs no patience
    ],
)
def test_who_hangs_costs_the_patience_once_where_others_have_shown_what_it_takes(workers, monkeypatch, contenders, waits_s):
    measure, _ = workers
    waited = []

    def spy(module, task, environment, silence_s, *others):
        waited.append(silence_s)
        return answers(module, task, environment, silence_s, *others)

    monkeypatch.setattr(pass_timer, "answers", spy)
    monkeypatch.setattr(second_tries, "LEAST_S", 2.0)
    done = list(replace(measure, silence_s=4.0)([assign(*contenders)]))
    assert waited == waits_s
    [failed] = [row for visit in done for row in visit.rows if row.status != "ok"]
    assert failed.detail.endswith(AGAIN)
    assert {row.impl for row in done[-1].rows} == {*contenders} - {failed.impl}


def test_a_process_that_is_left_behind_with_an_open_pipe_delays_nothing(workers):
    measure, _ = workers
    begun = time.monotonic()
    done = list(measure([assign("iterative", "leaves_a_process"), assign("iterative", allocator="steady")]))
    assert {row.status for visit in done for row in visit.rows} == {"ok"}
    assert time.monotonic() - begun < 30


def test_printing_does_not_get_into_the_answers(workers):
    measure, _ = workers
    [done] = measure([assign("iterative", "prints")])
    assert {row.status for row in done.rows} == {"ok"}


def test_a_cell_that_cannot_even_begin_fails_for_all_and_the_next_goes_on(workers):
    measure, _ = workers
    done = list(measure([assign("iterative", "recursive", initialiser="nonsense"), assign("iterative")]))
    assert [(row.impl, row.status) for row in done[0].rows] == [("iterative", "error"), ("recursive", "error")]
    assert "unknown initialiser 'nonsense'" in done[0].rows[0].detail
    assert {row.status for row in done[1].rows} == {"ok"}


def test_a_worker_that_cannot_start_is_a_row(workers):
    measure, _ = workers
    [done] = replace(measure, files=["/nowhere.py"])([assign("iterative")])
    assert done.rows[0].status == "error"
    assert "no such file" in done.rows[0].detail


PARENT = """
import sys
from bench.measure.workers.environment import worker_environment
from bench.measure.timing.pass_timer import PassTimer
from bench.measure.timing.passes import Assignment
from bench.plan.cells import Cell
cell = Cell("breast_cancer", 4, 2, 3, "float64", "deferred", "default")
measure = PassTimer({("breast_cancer", 4): sys.argv[1]}, "iterative", [sys.argv[2]])
list(measure([Assignment(cell, 1, ("iterative", "sleeps"), "")]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is asked for on Linux alone")
def test_no_worker_outlives_a_killed_parent(tmp_path):
    np.savez(tmp_path / "batch.npz", X=np.ones((5, 4)), Y=np.array([[0.0, 1, 1, 0]]), loss="binary_cross_entropy")
    (tmp_path / "sleeps.py").write_text(
        "import time\nfrom impls import Implementation\n"
        "sleeps = Implementation('sleeps', 'sleeps', '', 'other', lambda *_: time.sleep(60))\n"
    )
    command = [sys.executable, "-c", PARENT, str(tmp_path / "batch.npz"), str(tmp_path / "sleeps.py")]
    parent = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(Path.cwd())})
    family = _wait_for(lambda: psutil.Process(parent.pid).children(recursive=True), count=2)
    parent.kill()
    parent.wait()
    _, alive = psutil.wait_procs(family, timeout=5)
    assert not alive


def _wait_for(processes, count):
    for _ in range(200):
        running = processes()
        if len(running) >= count:
            return running
        time.sleep(0.05)
    raise AssertionError(f"never saw {count} processes")
