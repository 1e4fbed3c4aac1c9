"""Failures of a run: those of a contender's own are remembered, and those with a passing cause are not. Real processes, real signals."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pandas as pd
import psutil
import pytest

from bench.cli import main
from bench.measure.machine import capacity
from bench.measure.memory import readings
from bench.measure.workers import second_tries
from bench.measure.workers.ask import answers
from bench.measure.workers.second_tries import AGAIN, WENT_WELL
from bench.plan import memory
from bench.tests.children import interruptible, wait_for_rows
from bench.tests.places import ROOT
from bench.tests.runs import write_sweep
from bench.verbs.running.wrapping_up import uninterrupted

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals of Linux")

PASSES = 3  # of each run that is not cut short: enough to see who is measured in them
# Implementations that do something before they do what the list does, as long as the file "broken" is there.
MINE = """
import ctypes, os, signal, sys, time
from pathlib import Path
from impls import IMPLEMENTATIONS, Implementation

BROKEN, COUNT = Path({home!r}) / "broken", Path({home!r}) / "count"
WORKER = " ".join(sys.orig_argv)

def mine(name, do, meter="timing"):
    def backprop(network, X, Y, emit):
        if f"bench.measure.{{meter}}.worker" in WORKER and BROKEN.exists():
            do()
        return IMPLEMENTATIONS["iterative"].backprop(network, X, Y, emit)
    return Implementation(name, name, "nowhere", "other", backprop)

def kill():
    with COUNT.open("a") as file:
        file.write("x")
    os.kill(os.getpid(), signal.SIGKILL)

def kill_once():
    if not COUNT.exists():
        kill()

crashes = mine("crashes", lambda: ctypes.string_at(0))
is_killed = mine("is_killed", kill)
is_killed_once = mine("is_killed_once", kill_once)
leaks_memory = mine("leaks_memory", kill, "memory")
hangs_in_memory = mine("hangs_in_memory", lambda: time.sleep(60), "memory")
crawls = mine("crawls", lambda: time.sleep(0.01))
if "bench.measure.timing.worker" in WORKER and (Path({home!r}) / "unreadable").exists():
    raise ImportError("libfoo.so.1: cannot open shared object file")
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder with a sweep of one cell and implementations that fail; a run in this process is over after few passes."""
    monkeypatch.setattr("bench.analyse.stopping.settled", lambda *figures: True)
    write_sweep(tmp_path, width=2, budget_s=100)
    (tmp_path / "mine.py").write_text(MINE.format(home=str(tmp_path)))
    (tmp_path / "broken").write_text("")
    sys.modules.pop("unwind_user_mine", None)
    return tmp_path


def options(home, *names, only="time"):
    sweep = ["--only", only, "--sweep", str(home / "tiny.toml"), "--results", str(home / "results"), "--with", str(home / "mine.py")]
    return ["run", *sweep, "--passes", str(PASSES), *(word for name in ("recursive", *names) for word in ("--impl", name))]


def run(home, capsys, *names, only="time", more=()):
    """Run to the end, and give what was said on standard error."""
    assert main([*options(home, *names, only=only), *more]) == 0
    return " ".join(capsys.readouterr().err.split())


def times(home):
    return pd.read_csv(home / "results" / "time.csv")


def passes_of(home, name):
    rows = times(home)
    return rows.loc[(rows["impl"] == name) & (rows["status"] == "ok"), "pass"].nunique()


def test_one_kill_from_outside_is_recorded_and_costs_nothing(home, capsys):
    run(home, capsys, "is_killed_once")
    [row] = times(home).query("status != 'ok'").itertuples()
    assert (row.impl, row.status, row.detail) == (
        "is_killed_once",
        "out_of_memory",
        f"killed by the system, most likely for memory{WENT_WELL}",
    )
    assert passes_of(home, "is_killed_once") == passes_of(home, "recursive") == PASSES
    assert "is_killed_once" not in run(home, capsys, "is_killed_once"), "there is nothing to say of it any more"


def test_a_contenders_own_failure_is_told_on_resuming_until_it_is_retried(home, capsys):
    run(home, capsys, "crashes")
    [row] = times(home).query("status != 'ok'").itertuples()
    assert (row.impl, row.status, row.detail) == ("crashes", "segfault", f"segmentation fault{AGAIN}")

    (home / "broken").unlink()
    said = run(home, capsys, "crashes")
    assert "crashes is left out of 1 cell: it failed twice, on " in said
    assert f"{time.strftime('%Y', time.gmtime())} at " in said
    assert "(segfault: segmentation fault); give --retry to try it again" in said
    assert passes_of(home, "crashes") == 0

    said = run(home, capsys, "crashes", more=["--retry"])
    assert "crashes failed in 1 cell, on " in said
    assert "and is tried again" in said
    assert passes_of(home, "crashes") >= PASSES
    assert "crashes" not in run(home, capsys, "crashes"), "it has made up for its failure"


def test_who_lacked_memory_twice_is_tried_again_by_the_next_run(home, capsys):
    """As in a container that is short of memory: it fails alone, too, and yet the next container may have more."""
    run(home, capsys, "is_killed")
    assert (home / "count").read_text() == "xx", "in the visit, and once more alone"
    (home / "broken").unlink()
    said = run(home, capsys, "is_killed")
    assert "is_killed failed in 1 cell" in said
    assert "(out_of_memory: killed by the system, most likely for memory), and is tried again" in said
    assert passes_of(home, "is_killed") >= PASSES


def test_a_worker_that_cannot_begin_is_nobodys_failure(home, capsys):
    """Its library cannot be loaded for a while: no contender is to blame, and all are tried again."""
    (home / "unreadable").write_text("")
    assert main(options(home)) == 3
    capsys.readouterr()
    assert set(times(home)["status"]) == {"error"}
    assert times(home)["detail"].str.contains("libfoo.so.1").all()
    (home / "unreadable").unlink()
    run(home, capsys)
    assert passes_of(home, "recursive") == PASSES


def test_a_meter_that_failed_for_memory_is_read_again(home, capsys, monkeypatch):
    monkeypatch.setattr(memory, "study_cells", lambda dataset: [])
    monkeypatch.setattr(memory, "FRAME_DEPTHS", ())

    def heap():
        rows = pd.read_csv(home / "results" / "memory.csv")
        return rows[(rows["impl"] == "leaks_memory") & (rows["meter"] == "heap")]

    said = run(home, capsys, "leaks_memory", only="memory")
    assert "the heap meter failed (out_of_memory)" in said
    assert set(heap()["status"]) == {"out_of_memory"}
    assert heap()["detail"].str.endswith(AGAIN).all()
    before = len(heap())
    (home / "broken").unlink()
    said = run(home, capsys, "leaks_memory", only="memory")
    assert "memory: leaks_memory failed in" in said
    assert "and is tried again" in said
    assert (set(heap()["status"]), len(heap())) == ({"ok"}, before), "its rows took the place of the failures"


def test_a_meter_that_hangs_costs_the_patience_once_in_a_cell(home, capsys, monkeypatch):
    """Recursion is read first, and shows what a reading takes."""
    monkeypatch.setattr("bench.plan.memory.STUDY_DEPTH", 3)
    monkeypatch.setattr("bench.plan.memory.FRAME_DEPTHS", (20,))
    monkeypatch.setattr(second_tries, "LEAST_S", 0.5)
    monkeypatch.setattr(second_tries, "TIMES", 0)
    waited = []

    def spy(module, task, environment, silence_s, python):
        if task["impl"] == "hangs_in_memory":
            waited.append((task["cell"]["depth"], task["cell"]["update"], [*task["meters"]], silence_s))
        return answers(module, task, environment, silence_s, python)

    monkeypatch.setattr(readings, "answers", spy)
    run(home, capsys, "hangs_in_memory", only="memory", more=["--patience", "6"])
    of_study = [(meters, silence_s) for depth, update, meters, silence_s in waited if (depth, update) == (3, "deferred")]
    first = [(["resident", "heap"], 6.0), (["heap"], 0.5), (["profile"], 0.5), (["sampled"], 0.5)]
    again = [([meter], 0.5) for meter in ("resident", "heap", "profile", "sampled")]
    assert of_study == first + again
    rows = pd.read_csv(home / "results" / "memory.csv").query("impl == 'hangs_in_memory'")
    assert set(rows["status"]) == {"timeout"}
    assert rows["detail"].str.endswith(AGAIN).all()


@pytest.fixture
def started(home):
    """Start a run as a process of its own, which is gone at the end of the test."""
    processes = []

    def start(*names, more=()):
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "bench", *options(home, *names), *more]
        processes.append(interruptible(command, cwd=home, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def worker_of(process):
    """A worker that measures, by its command and by the fork in which it makes a visit: one without may be at its end."""
    for _ in range(600):
        for child in psutil.Process(process.pid).children(recursive=True):
            with suppress(psutil.Error):
                if "bench.measure.timing.worker" in " ".join(child.cmdline()) and child.children():
                    return child
        time.sleep(0.02)
    raise AssertionError("no worker in 12 s")


def stop(worker):
    """Stop a process with what it has started."""
    with suppress(psutil.Error):
        for member in [*worker.children(recursive=True), worker]:
            member.send_signal(signal.SIGSTOP)


def interrupted(process):
    """End a run by Ctrl-C as soon as what was waited for has happened, and give what was said on standard error."""
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=200)
    assert process.returncode == 130, err
    return err


def wait_for_more(home):
    """Wait until another visit has been recorded."""
    path = home / "results" / "time.csv"
    size = path.stat().st_size
    for _ in range(1200):
        if path.stat().st_size > size:
            return
        time.sleep(0.05)
    raise AssertionError("no more rows in 60 s")


ENDLESS = ("--precision", "0.0001", "--budget", "300", "--passes", "100000")  # a clear verdict would end it, too


def test_real_kills_of_workers_leave_nobody_out(home, started, capsys):
    process = started(more=(*ENDLESS, "--at-once", "1"))  # so that the next visit is that of the pass whose worker was killed
    wait_for_rows(home / "results" / "time.csv")
    for _ in range(2):
        worker_of(process).kill()
        for _ in range(2):  # until the second try is over, which is not to be killed, too; the first may be a visit that ended meanwhile
            wait_for_more(home)
    interrupted(process)
    failed = times(home).query("status != 'ok'")
    assert all(detail.endswith(WENT_WELL) for detail in failed["detail"]), failed["detail"].tolist()
    (home / "broken").unlink()
    assert "left out" not in run(home, capsys, more=["--budget", "1"])


def test_time_in_which_the_whole_program_is_stopped_is_no_silence(home, started):
    """Ctrl-Z, a paused container, a laptop's lid: longer than --patience, in the middle of a visit."""
    process = started("crawls", more=["--patience", "2", *ENDLESS])
    wait_for_rows(home / "results" / "time.csv")
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    for member in family:
        member.suspend()
    time.sleep(3)
    for member in reversed(family):
        member.resume()
    wait_for_more(home)
    err = interrupted(process)
    assert set(times(home)["status"]) == {"ok"}, err


def test_a_worker_that_is_stopped_times_out_and_is_tried_again(home, started):
    process = started(more=["--patience", "2", *ENDLESS])
    wait_for_rows(home / "results" / "time.csv")
    for number in range(1200):
        if number % 160 == 0:  # again after 8 s: the visit may have ended before it was stopped
            stop(worker_of(process))
        failed = times(home).query("status != 'ok'")
        if len(failed):
            break
        time.sleep(0.05)
    interrupted(process)
    assert set(failed["status"]) == {"timeout"}
    assert (failed["detail"] == f"no answer for 2 s{WENT_WELL}").all()


def test_a_cell_skips_only_who_does_not_fit(home, capsys, monkeypatch):
    """There is room for the popped list and for recursion, and not for the list that is kept, which the control repeats."""
    write_sweep(home, width=2, budget_s=1, impls=["iterative_pop", "recursive"])
    needs = capacity.needed_bytes
    limit = {"iterative": 2.0, "iterative_pop": 1.0, "recursive": 1.0}
    monkeypatch.setattr(capacity, "most_bytes", lambda *cell: 2**40)
    monkeypatch.setattr(capacity, "held_bytes", lambda *cell: 0)
    monkeypatch.setattr(capacity, "needed_bytes", lambda *cell: int(limit[cell[-1].name] * 2**30) if cell[-1] else needs(*cell))
    monkeypatch.setattr(capacity, "available_bytes", lambda: int(1.5 / 0.8 * 2**30))
    command = ["run", "--only", "time", "--sweep", str(home / "tiny.toml"), "--results", str(home / "results"), "--passes", "1"]
    assert main(command) == 0
    assert "iterative is skipped: needs about 2.0 GiB, and 1.9 GiB are available" in " ".join(capsys.readouterr().err.split())
    rows = times(home)
    assert set(rows.loc[rows["status"] == "skipped", "impl"]) == {"iterative", "control"}
    assert set(rows.loc[rows["status"] == "ok", "impl"]) == {"iterative_pop", "recursive", "floor"}
    summary = pd.read_csv(home / "results" / "summary.csv")
    assert ("recursive", "iterative_pop") in {*zip(summary["impl"], summary["baseline"], strict=True)}
    monkeypatch.undo()
    assert main(command) == 0
    assert passes_of(home, "iterative") > 0, "with room it is measured"


def test_the_time_of_this_run_is_told_and_not_the_sum_of_all(home, capsys):
    command, record = [*options(home), "--budget", "1", "--passes", "10000"], home / "results" / "machine.json"  # never at an end
    assert main(command) == 0
    known = json.loads(record.read_text())
    assert known["passes"]["last_run_s"] == known["passes"]["wall_s"]
    record.write_text(json.dumps(known | {"passes": known["passes"] | {"wall_s": 60.0}}))  # whatever the first run took
    assert main(command) == 0
    passes = json.loads(record.read_text())["passes"]
    assert passes["wall_s"] == pytest.approx(60.0 + passes["last_run_s"], abs=0.11)  # both are rounded
    assert " of measuring, 1 minute" in " ".join(capsys.readouterr().out.split())


def test_ctrl_c_again_and_again_loses_nothing(home, started):
    process = started(more=["--precision", "0.0001"])
    wait_for_rows(home / "results" / "time.csv")
    for _ in range(3):
        process.send_signal(signal.SIGINT)
        time.sleep(0.05)
    process.communicate(timeout=60)
    assert json.loads((home / "results" / "machine.json").read_text())["ended"]["by"] == "interruption"
    assert len(pd.read_csv(home / "results" / "summary.csv")) > 0


def test_inside_a_wrap_up_no_interrupt_arrives():
    handler = signal.getsignal(signal.SIGINT)
    with uninterrupted():
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is handler
