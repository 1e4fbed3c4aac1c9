"""Calls traced in a worker: what breaks costs only itself, all are on one input, and trace.json holds what was traced."""

import json

import pytest

from bench.errors import BadInput
from bench.measure.tracing.calls.records import CallTrace, CallTraces
from bench.measure.tracing.calls.tracing import SIZES, trace_problem
from bench.measure.tracing.records import NOTHING_TRACED, Traces
from bench.measure.workers.known_problems import known_problem
from bench.record.trace import read_traces, write_traces
from bench.tests.places import ROOT

BROKEN = """
import ctypes
import sys
import time

from impls import Problem

TRACING = "bench.measure.tracing.calls.tracing" in " ".join(sys.orig_argv)

def setup(depth, width, rng):
    return depth

def fine(n):
    return n

def prints(n):
    print("garbage {", flush=True)
    return n

def raises(n):
    return [][0] if TRACING else n

def crashes(n):
    if TRACING:
        ctypes.string_at(0)
    return n

def goes_on(n):
    while TRACING:
        n += 0
    return n

def sleeps(n):
    if TRACING:
        time.sleep(1_000)
    return n

problem = Problem("broken", setup, [fine, prints, raises, crashes, goes_on, sleeps], title="</script>broken")
"""
LONG = """
from impls import Problem

def setup(depth, width, rng):
    return depth * width

def cubic(n):
    total = 0
    for _ in range(n * n * n):
        total += 1
    return total

def product(n):
    return n * n * n

def never_short(n):
    for _ in range(1_000):
        n += 0
    return n ** 3

problem = Problem("long", setup, [cubic, product, never_short])
"""


def known(tmp_path_factory, name, text):
    path = tmp_path_factory.mktemp("user") / f"{name}.py"
    path.write_text(text)
    return known_problem(str(path))


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """What was traced of a problem whose implementations fail when they are traced, between two that do not."""
    return trace_problem(known(tmp_path_factory, "broken", BROKEN), silence_s=4)


def test_a_broken_one_costs_only_itself(broken):
    ended = {trace.impl: (trace.status, trace.detail) for trace in broken.traces}
    assert ended == {
        "fine": ("ok", ""),
        "prints": ("ok", ""),
        "raises": ("error", "IndexError: list index out of range"),
        "crashes": ("segfault", "segmentation fault"),
        "goes_on": ("timeout", "no answer for 4 s"),
        "sleeps": ("timeout", "no answer for 4 s"),
    }
    assert (broken.problem, broken.depth, broken.width) == ("broken", *SIZES[0])


def test_a_users_path_is_not_told(broken):
    assert {function.file for trace in broken.traces for function in trace.functions} == {"broken.py"}


def test_all_are_on_the_largest_input_that_suits_all_that_one_suits(tmp_path_factory):
    traces = trace_problem(known(tmp_path_factory, "long", LONG))
    assert (traces.depth, traces.width) == (2, 2), "6 ** 3 lines twice are too many, 4 ** 3 are not"
    by_name = {trace.impl: trace for trace in traces.traces}
    assert by_name["cubic"].answer == by_name["product"].answer == "64"
    assert (by_name["never_short"].status, by_name["never_short"].steps) == ("skipped", ())
    assert "more than 400 lines even on the smallest input" in by_name["never_short"].detail


def test_what_is_written_is_read_back(broken, tmp_path):
    assert read_traces(tmp_path) is None
    traces = Traces((), 0, "", (), (broken,))
    write_traces(tmp_path, traces)
    assert read_traces(tmp_path) == traces
    assert json.loads((tmp_path / "trace.json").read_text())["calls"][0]["problem"] == "broken"


def test_a_file_of_an_earlier_version_is_read(tmp_path):
    text = (ROOT / "results" / "reference" / "trace.json").read_text()
    (tmp_path / "trace.json").write_text(text.replace(',"calls":[\n\n]', ""))
    traces = read_traces(tmp_path)
    assert '"calls"' not in (tmp_path / "trace.json").read_text()
    assert traces.calls == ()
    assert len(traces.traces) == 6  # three implementations, two updates


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace('"frames":[', '"frames":[[1,"f",[],[["x",99]],""],', 1),
        lambda text: text.replace('"functions":[', '"functions":[],"was":[', 1),
        lambda text: text.replace('"steps":[["call"', '"steps":[["jump"', 1),
    ],
)
def test_a_damaged_file_is_named_in_one_sentence(broken, tmp_path, damage):
    write_traces(tmp_path, Traces((), 0, "", (), (broken,)))
    path = tmp_path / "trace.json"
    text = damage(path.read_text())
    assert text != path.read_text()
    path.write_text(text)
    with pytest.raises(BadInput, match=r"calls\.0 refers to what is not in it"):
        read_traces(tmp_path)


def test_nothing_traced_is_written_and_read_too(tmp_path):
    write_traces(tmp_path, NOTHING_TRACED)
    assert read_traces(tmp_path) == NOTHING_TRACED
    assert NOTHING_TRACED.depth == 0


def test_a_trace_without_steps_has_no_peak():
    assert CallTraces("p", "p", 1, 1, (CallTrace("a", "a"),)).traces[0].peak_bytes == 0
