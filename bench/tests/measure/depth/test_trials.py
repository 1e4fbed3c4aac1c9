"""Each way that a trial can end has its status, tried with real processes that end so."""

import ast
import sys
import time
from pathlib import Path

import pytest

import impls
from bench.measure.depth import calls, probe, surroundings
from bench.measure.depth.study import Studied, Subjects, implementation_limits
from bench.measure.depth.trial_conditions import TrialConditions
from bench.measure.depth.trials import Guard, Trial, TrialResult
from bench.measure.interpreters.found import Unusable, candidates, identify
from bench.measure.machine import cgroups, conditions, malloc, quota
from bench.plan.depth import AS_IT_COMES, CALL, LIMIT_RAISED, RAISED, SETTINGS, WAYS, Setting
from impls import IMPLEMENTATIONS

GUARD = Guard(memory_bytes=2**30)

USER_FILE = """
import ctypes, time
from impls import Implementation
from impls.interface import Library
from impls.iterative import backprop

my_far = Implementation("my_far", "mine", "nowhere", "loop", backprop, library=Library("no_such_library", "far"))

def crash(*arguments): ctypes.string_at(0)
def hoard(*arguments): return bytearray(2**31)
def sleep(*arguments): time.sleep(60)
def stumble(*arguments): raise KeyError("W")
def ask(*arguments): import no_such_library

for work in (crash, hoard, sleep, stumble, ask, backprop):
    globals()["my_" + work.__name__] = Implementation("my_" + work.__name__, "mine", "nowhere", "loop", work)
"""


@pytest.fixture
def trial(tmp_path):
    """A trial of one of the implementations above."""
    file = tmp_path / "mine.py"
    file.write_text(USER_FILE)
    return lambda name, guard=GUARD, setting=AS_IT_COMES: Trial(sys.executable, name, setting, guard, [str(file)])


@pytest.mark.parametrize(
    ("name", "status"),
    [("my_crash", "segfault"), ("my_hoard", "out_of_memory"), ("my_stumble", "error"), ("my_ask", "skipped"), ("my_backprop", "ok")],
)
def test_ending(trial, name, status):
    assert trial(name)(3).status == status


def test_an_error_and_a_missing_library_are_named(trial):
    assert "KeyError: 'W'" in trial("my_stumble")(3).detail
    assert "no_such_library" in trial("my_ask")(3).detail
    assert "my_nothing" in trial("my_nothing")(3).detail
    assert trial("my_far")(3) == TrialResult("skipped", "it needs no_such_library, which this interpreter does not have")


def test_what_cannot_be_tried_is_one_row_for_all_settings(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(USER_FILE)
    here = Studied("3.11.7", sys.executable, GUARD, TrialConditions(1_000, "as usual"))
    limits = [*implementation_limits(here, Subjects(["my_far", "my_backprop"], [str(file)], 3))]
    assert [(limit.impl, limit.status) for limit in limits] == [("my_far", "skipped")] + [("my_backprop", "ok")] * len(SETTINGS)


@pytest.mark.skipif(bool(IMPLEMENTATIONS["compiled_recursion"].missing), reason=IMPLEMENTATIONS["compiled_recursion"].missing)
@pytest.mark.skipif(sys.platform != "linux", reason="another system has other stacks")
def test_compiled_recursion_ends_in_a_segmentation_fault_by_the_size_of_the_stack():
    small, large = Setting(RAISED, 2**19), Setting(RAISED, 2**26)
    guard = Guard(2**32, start_s=120)  # the first trial may have to compile
    expected = {small: ["ok", "segfault", "segfault"], LIMIT_RAISED: ["ok", "ok", "segfault"], large: ["ok", "ok", "ok"]}
    for setting, endings in expected.items():
        trial = Trial(sys.executable, "compiled_recursion", setting, guard)
        assert [trial(depth).status for depth in (100, 3_000, 40_000)] == endings
    assert Trial(sys.executable, "compiled_loop", small, guard)(40_000).status == "ok"


def test_a_time_out(trial):
    start = time.monotonic()
    assert trial("my_sleep", Guard(2**30, start_s=1.0))(3).status == "timeout"
    assert time.monotonic() - start < 10


def test_recursion_ends_in_a_recursion_error_and_a_loop_does_not():
    assert Trial(sys.executable, "recursive", AS_IT_COMES, GUARD)(2_000).status == "recursion_error"
    assert Trial(sys.executable, "iterative", AS_IT_COMES, GUARD)(2_000).status == "ok"


def test_a_thread_passes_its_error_on():
    assert Trial(sys.executable, "recursive", Setting(200, 2**20), GUARD)(2_000).status == "recursion_error"


def test_the_growth_of_memory_is_that_of_the_arrays():
    """A layer's activation is 112 bytes of array object and 32 of malloc for two doubles, and 8 in the list."""
    outcome = Trial(sys.executable, "iterative", AS_IT_COMES, GUARD)(50_000)
    if outcome.resident_bytes is None:
        pytest.skip("resident memory can be read on Linux alone")
    assert 120 < outcome.resident_bytes / 50_000 < 400


@pytest.mark.parametrize("way", calls.CALLS)
def test_every_way_of_calling_goes_down_and_comes_up(way):
    frames = []

    def watch(frame, event, argument):
        frames.append(event)

    sys.setprofile(watch)
    try:
        calls.CALLS[way](20)
    finally:
        sys.setprofile(None)
    assert frames.count("call") >= 20


def test_every_way_has_a_title():
    assert list(calls.CALLS) == list(WAYS)
    assert probe.CALL == CALL


def test_what_runs_on_old_interpreters_has_no_newer_syntax():
    files = [
        *(file for file in Path(impls.__file__).parent.rglob("*.py") if "tests" not in file.parts),
        *(Path(module.__file__) for module in (probe, calls, surroundings, conditions, malloc, quota, cgroups)),
    ]
    assert len(files) > 5
    for file in files:
        ast.parse(file.read_text("utf-8"), feature_version=(3, 9))


def test_the_probe_runs_on_the_oldest_interpreter_here():
    interpreters = []
    for path in candidates():
        try:
            interpreters.append(identify(path))
        except Unusable:
            continue
    oldest = min(interpreters, key=lambda interpreter: interpreter.age, default=None)
    if oldest is None or oldest.numbers[:2] == sys.version_info[:2]:
        pytest.skip("there is no other Python here")
    assert Trial(oldest.path, "call:plain", LIMIT_RAISED, GUARD)(1_500).status == "ok"
    assert Trial(oldest.path, "call:plain", AS_IT_COMES, GUARD)(1_500).status == "recursion_error"


def test_the_limit_that_is_set_is_never_what_stops_a_trial():
    assert RAISED > 10 * 1_000_000


KILLED_ONCE = """
import os, signal, sys
from pathlib import Path
from impls import IMPLEMENTATIONS, Implementation

def backprop(network, X, Y, emit):
    tries = Path({log!r})
    tries.write_text(tries.read_text() + "x")
    if len(tries.read_text()) in {killed}:
        os.kill(os.getpid(), signal.SIGKILL)
    return IMPLEMENTATIONS["iterative"].backprop(network, X, Y, emit)

mine = Implementation("mine", "mine", "", "other", backprop)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="signals")
@pytest.mark.parametrize(("killed", "status", "tries"), [([1], "ok", 2), ([1, 2], "out_of_memory", 2)])
def test_a_trial_that_is_killed_once_is_tried_again(tmp_path, killed, status, tries):
    (tmp_path / "log").write_text("")
    (tmp_path / "mine.py").write_text(KILLED_ONCE.format(log=str(tmp_path / "log"), killed=killed))
    assert Trial(sys.executable, "mine", AS_IT_COMES, Guard(2**32), [str(tmp_path / "mine.py")])(3).status == status
    assert len((tmp_path / "log").read_text()) == tries
