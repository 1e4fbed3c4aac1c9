"""Tracing in a worker: all at once, what breaks costs only itself, and trace.json holds what was traced."""

import json

import pytest

from bench.cli import main
from bench.errors import BadInput
from bench.measure.tracing.tracing import trace_all
from bench.plan.contenders import available
from bench.record.trace import read_traces, write_traces
from bench.tests.places import ROOT
from impls import IMPLEMENTATIONS

BROKEN = """
import ctypes
import sys

from impls import IMPLEMENTATIONS, Implementation

TRACING = "bench.measure.tracing.worker" in " ".join(sys.orig_argv)


def naughty(name, do):
    def backprop(network, X, Y, emit):
        if TRACING:
            do()
        return IMPLEMENTATIONS["iterative"].backprop(network, X, Y, emit)

    return Implementation(name, f"</script>{name}", "nowhere", "other", backprop)


raises = naughty("raises", lambda: [][0])
crashes = naughty("crashes", lambda: ctypes.string_at(0))
fine = naughty("fine", lambda: None)
"""


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """A file with implementations that fail when they are traced, between two that do not."""
    path = tmp_path_factory.mktemp("user") / "broken.py"
    path.write_text(BROKEN)
    return path


@pytest.fixture(scope="module")
def traces(broken):
    known = available([str(broken)])
    return trace_all([known[name] for name in ("recursive", "raises", "crashes", "fine", "torch")], [str(broken)])


def test_a_broken_one_costs_only_itself(traces):
    ended = {(trace.impl, trace.update): (trace.status, trace.detail) for trace in traces.traces}
    assert list(ended) == [
        (impl, update) for impl in ("recursive", "raises", "crashes", "fine", "torch") for update in ("deferred", "fused")
    ]
    assert ended["recursive", "fused"] == ended["fine", "deferred"] == ("ok", "")
    assert ended["raises", "fused"] == ("error", "IndexError: list index out of range")
    assert ended["crashes", "deferred"] == ended["crashes", "fused"] == ("segfault", "segmentation fault")
    assert ended["torch", "fused"][0] == "skipped"


def test_a_users_path_is_not_told(traces, broken):
    [fine] = [trace for trace in traces.traces if (trace.impl, trace.update) == ("fine", "fused")]
    assert fine.functions[0].file == "broken.py"
    assert str(broken.parent) not in repr(fine)


def test_what_is_written_is_read_back(traces, tmp_path):
    assert read_traces(tmp_path) is None
    write_traces(tmp_path, traces)
    assert read_traces(tmp_path) == traces
    assert json.loads((tmp_path / "trace.json").read_text())["sizes"] == list(traces.sizes)


def test_all_that_is_registered_fits_into_300_kilobytes(tmp_path):
    traces = trace_all([*IMPLEMENTATIONS.values()])
    write_traces(tmp_path, traces)
    assert {trace.status for trace in traces.traces} == {"ok", "skipped"}
    assert (tmp_path / "trace.json").stat().st_size < 300_000


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda text: text[: len(text) // 2], "is not a record of traces"),
        (lambda text: "[]", "is not a record of traces"),
        (lambda text: text.replace('"sizes"', '"size"'), "look at sizes"),
        (lambda text: text.replace('"frames":[', '"frames":[["f","",[["A",99999]],[]],', 1), "traces.0 refers to what is not in it"),
        (lambda text: text.replace('"functions":[', '"functions":[],"was":[', 1), "traces.0 refers to what is not in it"),
    ],
)
def test_a_damaged_file_is_named_in_one_sentence(traces, tmp_path, damage, words):
    write_traces(tmp_path, traces)
    path = tmp_path / "trace.json"
    path.write_text(damage(path.read_text()))
    with pytest.raises(BadInput, match=words) as error:
        read_traces(tmp_path)
    assert str(error.value).startswith(str(path))
    assert "unwind run" in str(error.value)


def test_a_run_writes_the_trace_and_tells_what_could_not_be_traced(broken, tmp_path, capfd):
    sweep = tmp_path / "tiny.toml"
    sweep.write_text('depth = 1\nwidth = 2\nbatch = 4\nimpls = ["iterative"]\n')
    options = [
        "--sweep",
        str(sweep),
        "--with",
        str(broken),
        "--impl",
        "iterative",
        "--impl",
        "raises",
        "--results",
        str(tmp_path / "results"),
    ]
    assert main(["run", *options, "--passes", "1", "--budget", "1", "--only", "time"]) == 0
    traces = read_traces(tmp_path / "results")
    assert [(trace.impl, trace.status) for trace in traces.traces[::2]] == [("iterative", "ok"), ("raises", "error")]
    told = capfd.readouterr().err
    assert "raises (deferred): its step could not be traced (error): IndexError: list index out of range; the run goes on" in told


def test_the_example_of_a_users_own_is_traced_by_its_path():
    path = str(ROOT / "impls" / "examples" / "handwritten.py")
    traces = trace_all([available([path])["handwritten"]], [path])
    assert [trace.status for trace in traces.traces] == ["ok", "ok"]
