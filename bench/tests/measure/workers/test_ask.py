"""Workers are asked in order, and a new one goes on after each item that ends one; nothing that they started outlives them."""

import json
import os
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from bench.measure.depth.trials import Guard, Trial
from bench.measure.interpreters import venvs
from bench.measure.interpreters.found import Interpreter, Unusable, identify
from bench.measure.other_tools import meter_pairs, sessions
from bench.measure.workers.ask import WorkerFailed, answers, answers_in_order
from bench.measure.workers.checking import broken_contracts
from bench.measure.workers.command import run_command
from bench.measure.workers.environment import worker_environment
from bench.plan.depth import AS_IT_COMES
from bench.tests.places import ROOT

# Each item is an answer, or a way to end.
WORKER = """
import os, sys, time
from bench.measure.workers.serve import serve

def main(task, answer):
    answer(pid=os.getpid())
    for item in task["items"]:
        print("noise")
        if item == "crash": os.abort()
        if item == "leave": sys.exit(0)
        if item == "raise": raise KeyError("W1")
        if item == "hang": time.sleep(60)
        if item == "nonsense": answer(surprise=1)
        answer(done=item)

serve(main)
"""


@pytest.fixture
def ask(tmp_path):
    """What starts the worker above on a list of items; `starts` counts."""
    (tmp_path / "obedient.py").write_text(WORKER)
    environment = {**worker_environment(), "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    environment.pop("PYTHONUNBUFFERED", None)  # most users have none, and then what is printed waits for the end

    def start(items):
        start.starts += 1
        return answers("obedient", {"items": items}, environment, silence_s=2)

    start.starts = 0
    return start


def understand(answer, item):
    if "pid" in answer:
        return None
    if answer.get("done") != item:
        raise WorkerFailed("error", "no sense")
    return item


def test_all_items_are_one_workers_if_none_ends_it(ask):
    assert list(answers_in_order(["a", "b", "c"], ask, understand)) == [("a", "a"), ("b", "b"), ("c", "c")]
    assert ask.starts == 1
    assert list(answers_in_order([], ask, understand)) == []
    assert ask.starts == 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize(
    ("culprit", "status", "detail"),
    [
        ("crash", "error", "killed by SIGABRT"),
        ("leave", "error", "ended before it had answered"),
        ("raise", "error", "KeyError: 'W1'"),
        ("hang", "timeout", "no answer for 2 s"),
        ("nonsense", "error", "no sense"),
    ],
)
def test_an_item_that_ends_the_worker_has_failed_and_the_rest_goes_on_in_a_new_one(ask, culprit, status, detail):
    replies = list(answers_in_order(["a", culprit, "b", culprit], ask, understand))
    assert [item for item, _ in replies] == ["a", culprit, "b", culprit]
    assert [reply for _, reply in replies[::2]] == ["a", "b"]
    assert {(failure.status, failure.detail) for _, failure in replies[1::2]} == {(status, detail)}
    assert ask.starts == 2


def test_the_interpreter_is_a_parameter(tmp_path):
    other = tmp_path / "python"
    other.write_text(f"#!/bin/sh\necho '{{\"started\": \"'$2'\"}}'\nexec {sys.executable} -c pass\n")
    other.chmod(0o755)
    assert list(answers("some.module", {}, worker_environment(), python=str(other))) == [{"started": "some.module"}]


LATE = "(sleep 1.5; touch '{file}') & echo begun >&2; exec sleep 60"


def asked(script, monkeypatch):
    list(answers("any", {}, worker_environment(), silence_s=0.4, python=script))


def run(script, monkeypatch):
    ended = run_command([script], 0.4)
    assert (ended.exit_code, ended.err) == (None, "begun\n")


def session(script, monkeypatch):
    monkeypatch.setattr(sys, "executable", script)
    monkeypatch.setattr(sessions, "LONGEST_SESSION_S", 0.4)
    sessions.timeit("data", 1)


def meter_pair(script, monkeypatch):
    monkeypatch.setattr(sys, "executable", script)
    monkeypatch.setattr(meter_pairs, "LONGEST_READING_S", 0.4)
    with pytest.raises(meter_pairs.ReadingFailed, match="had not ended"):
        meter_pairs._heap("iterative", "data")


def trial(script, monkeypatch):
    assert Trial(script, "iterative", AS_IT_COMES, Guard(2**30, start_s=0.4))(1).status == "timeout"


def interpreter(script, monkeypatch):
    identify(script, timeout_s=0.4)


def venv(script, monkeypatch):
    monkeypatch.setattr(venvs, "INSTALL_S", 0.4)
    venvs.python_with_numpy(Interpreter(script, "3.12.0", (3, 12, 0), 1_000), Path(script).parent / "cache")


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script")
@pytest.mark.parametrize("form", [asked, run, session, meter_pair, trial, interpreter, venv])
def test_a_time_out_ends_the_process_and_all_that_it_has_started(form, tmp_path, monkeypatch):
    script = tmp_path / "hangs"
    script.write_text(f"#!/bin/sh\n{LATE.format(file=tmp_path / 'late')}\n")
    script.chmod(0o755)
    start = time.monotonic()
    with suppress(WorkerFailed, sessions.ToolFailed, Unusable):
        form(str(script), monkeypatch)
    assert 0.4 < time.monotonic() - start < 1.4
    time.sleep(1.5)
    assert not (tmp_path / "late").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="a shell")
def test_what_a_command_leaves_behind_is_ended_with_it(tmp_path):
    ended = run_command(["/bin/sh", "-c", f"(sleep 0.5; touch {tmp_path}/late) & echo begun"], 10)
    assert (ended.exit_code, ended.out) == (0, "begun\n")
    time.sleep(0.8)
    assert not (tmp_path / "late").exists()


def test_more_output_than_a_pipe_holds_blocks_nothing():
    code = "import sys; sys.stdout.write('x' * 2**20); sys.stderr.write('y' * 2**20 + '\\nlast')"
    ended = run_command([sys.executable, "-c", code], 30)
    assert (ended.exit_code, len(ended.out), ended.last_line) == (0, 2**20, "last")


MINE = """
import ctypes, os, time
from impls import IMPLEMENTATIONS, Implementation
do = {"crashes": lambda *_: ctypes.string_at(0), "leaves": lambda *_: os._exit(0), "hangs": lambda *_: time.sleep(60),
      "wrong": lambda *_: 1.0, "right": IMPLEMENTATIONS["iterative"].backprop}
globals().update({name: Implementation(name, name, "nowhere", "other", backprop) for name, backprop in do.items()})
"""


def test_the_registrys_own_and_a_users_are_checked_alike_and_one_that_crashes_costs_only_itself(tmp_path):
    (tmp_path / "mine.py").write_text(MINE)
    names = ["crashes", "iterative", "leaves", "wrong", "hangs", "recursive", "right"]
    broken = broken_contracts(names, [str(tmp_path / "mine.py")], silence_s=5)
    assert list(broken) == ["crashes", "leaves", "wrong", "hangs"]
    assert broken["crashes"] == "fails its check: segmentation fault"
    assert broken["wrong"].startswith("emits layers")
    assert "no answer for 5 s" in broken["hangs"]
    assert json.dumps(broken)
