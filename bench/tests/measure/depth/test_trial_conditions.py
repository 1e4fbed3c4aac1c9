"""What trials of depth run under is seen in real ones: tracers, another recursion limit, variables, another malloc, little memory."""

import os
import shutil
import subprocess
import sys

import pandas as pd
import pytest

from bench.cli import main
from bench.measure.depth.trial_conditions import AS_USUAL, caveats_of_all, trial_conditions
from bench.measure.depth.trials import Guard, usual_guard
from bench.measure.interpreters.found import Unusable, candidates, identify
from bench.tests.children import python_that_starts_with
from bench.tests.places import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="most conditions are Linux's")

GIB = 2**30


def test_a_plain_interpreter_is_as_usual():
    under = trial_conditions(sys.executable, "3.11.7", 7)
    assert (under.recursion_limit, under.unusual, under.caveats) == (1_000, AS_USUAL, ())


def test_what_an_interpreter_does_as_it_starts_is_seen_and_told(tmp_path):
    code = "import sys\ndef follow(*event): pass\nsys.settrace(follow)\nsys.setrecursionlimit(5000)\n"
    under = trial_conditions(python_that_starts_with(tmp_path / "venv", code), "3.11.7", 1_000)
    assert under.recursion_limit == 5_000
    assert under.unusual == "recursion_limit 5000; tracer sys.settrace follow_all.follow"
    limit, tracer = under.caveats
    assert limit.what == "where depth is tried on Python 3.11.7, the recursion limit as it comes is 5000"
    assert "sitecustomize.py" in limit.remedy
    assert "end the coverage tool" in tracer.remedy


def test_every_interpreter_of_the_machine_answers():
    answered = 0
    for path in candidates():
        try:
            interpreter = identify(path)
        except Unusable:
            continue
        under = trial_conditions(interpreter.path, interpreter.name, interpreter.recursion_limit)
        assert under.recursion_limit == 1_000
        assert under.unusual is not None
        answered += 1
    assert answered


def test_one_that_does_not_answer_is_unknown():
    under = trial_conditions("/bin/true", "3.11.7", 1_000)
    assert (under.recursion_limit, under.unusual) == (1_000, None)


def test_variables_that_reach_trials_are_conditions_and_pythons_own_do_not_reach_them(monkeypatch):
    monkeypatch.setenv("NUMBA_OPT", "0")
    monkeypatch.setenv("PYTHONMALLOC", "malloc")
    under = trial_conditions(sys.executable, "3.11.7", 1_000)
    assert under.unusual == "NUMBA_OPT 0"
    [told] = caveats_of_all(Guard(4 * GIB))
    assert told.what == "PYTHONMALLOC=malloc is set, and does not reach the trials of depth, which run Python as it comes"


def test_what_a_trial_may_take_is_told_where_it_is_less_than_usual():
    assert not [*caveats_of_all(Guard(4 * GIB))]
    [told] = caveats_of_all(usual_guard(3 * GIB))
    assert told.what == "a trial of depth may take 1.5 GiB of memory, half of what is free or allowed, and not 4 GiB"


HOARDS = """
from impls import IMPLEMENTATIONS, Implementation

def backprop(network, X, Y, emit):
    held = [bytearray(10 * 2**20) for layer in network.layers]
    return IMPLEMENTATIONS["iterative"].backprop(network, X, Y, emit)

hoards = Implementation("hoards", "10 MiB for each layer", "nowhere", "loop", backprop)
"""


@pytest.mark.skipif(not shutil.which("prlimit"), reason="prlimit is not here")
def test_depths_that_little_memory_ended_replace_no_others(tmp_path):
    """30 layers of 10 MiB fit into what a trial has as a rule, and not into 256 MiB: half of 600, rounded down."""
    (tmp_path / "mine.py").write_text(HOARDS)
    options = ["--with", str(tmp_path / "mine.py"), "--impl", "hoards", "--max-depth", "30", "--results", str(tmp_path)]
    for prefix in ([], ["prlimit", f"--as={600 * 2**20}"]):
        command = [*prefix, sys.executable, "-m", "bench", "limits", "--python", *options]
        done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
    told = " ".join(done.stderr.split())
    assert "a trial of depth may take 256 MiB of memory, half of what is free or allowed, and not 4 GiB; what to do: end what else" in told
    assert "4 rows were found with less memory (256 MiB) and are left out" in told
    rows = pd.read_csv(tmp_path / "limits.csv")
    mine = rows[rows["impl"] == "hoards"]
    assert set(mine["conditions"]) == {AS_USUAL}
    full, little = (mine[(mine["memory_limit_bytes"] == 256 * 2**20) == less] for less in (False, True))
    assert len(full) == len(little) == 4
    assert (full["deepest_ok"] == 30).all()
    assert (little["status"] == "out_of_memory").all()
    assert (little["deepest_ok"] < 26).all()


def test_depths_under_a_tracer_replace_no_others_and_are_not_mixed_with_them(tmp_path):
    """The running interpreter is the traced one in the second run, and the same version."""
    traced = python_that_starts_with(tmp_path / "venv", "import sys\nsys.setprofile(lambda *event: None)\n")
    options = ["limits", "--python", "--impl", "recursive", "--max-depth", "50", "--results", str(tmp_path / "results")]
    assert main(options) == 0
    done = subprocess.run(
        [traced, "-m", "bench", *options[:-3], "40", *options[-2:]],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    told = " ".join(done.stderr.split())
    assert "what follows Python step by step is sys.setprofile follow_all.<lambda>; what to do: end the coverage tool" in told
    tracer = "tracer sys.setprofile follow_all.<lambda>"
    assert f"were found under other conditions (as usual; those that are shown: {tracer}) and are left out" in told
    rows = pd.read_csv(tmp_path / "results" / "limits.csv")
    recursive = rows[rows["impl"] == "recursive"].groupby("conditions")["deepest_ok"].agg(["min", "max", "count"])
    assert recursive.to_dict("index") == {AS_USUAL: {"min": 50, "max": 50, "count": 4}, tracer: {"min": 40, "max": 40, "count": 4}}
