"""`run` records the trace of each implementation once, again where that failed, and goes on whatever comes of it."""

from types import SimpleNamespace

import pytest

from bench.measure.tracing.records import Trace, Traces
from bench.plan.problems import backpropagation
from bench.record.trace import read_traces, write_traces
from bench.verbs.running import tracing
from impls import IMPLEMENTATIONS


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A run of two implementations; what it traces and what it tells are written down."""
    asked, told = [], []

    def trace_all(implementations, files):
        asked.append([implementation.name for implementation in implementations])
        return Traces((2, 1), 1, "float64", tuple(trace(implementation.name) for implementation in implementations))

    monkeypatch.setattr(tracing, "trace_all", trace_all)
    networks = backpropagation({name: IMPLEMENTATIONS[name] for name in ("iterative", "recursive")})
    experiment = SimpleNamespace(problems={networks.name: networks}, files=())
    return SimpleNamespace(
        experiment=experiment, folder=tmp_path, earlier={"machine": "m"}, screen=SimpleNamespace(warn=told.append), asked=asked, told=told
    )


def trace(name, status="ok", detail=""):
    return Trace(name, name, "fused", status, detail)


def in_file(run):
    return [(trace.impl, trace.status) for trace in read_traces(run.folder).traces]


def test_all_are_traced_once(run):
    tracing.trace_steps(run)
    tracing.trace_steps(run)
    assert run.asked == [["iterative", "recursive"]]
    assert in_file(run) == [("iterative", "ok"), ("recursive", "ok")]


def test_what_was_traced_is_kept_and_what_failed_is_tried_again(run):
    write_traces(run.folder, Traces((2, 1), 1, "float64", (trace("iterative", "segfault"), trace("torch", "skipped"), trace("closures"))))
    tracing.trace_steps(run)
    assert run.asked == [["iterative", "recursive"]]
    assert in_file(run) == [("iterative", "ok"), ("recursive", "ok"), ("closures", "ok"), ("torch", "skipped")]


def test_a_new_start_and_a_damaged_file_are_traced_anew(run):
    write_traces(run.folder, Traces((2, 1), 1, "float64", (trace("iterative"), trace("closures"))))
    run.earlier = {}
    tracing.trace_steps(run)
    assert in_file(run) == [("iterative", "ok"), ("recursive", "ok")]
    run.earlier = {"machine": "m"}
    (run.folder / "trace.json").write_text('{"sizes": [8')
    tracing.trace_steps(run)
    assert run.asked == [["iterative", "recursive"]] * 2
    assert in_file(run) == [("iterative", "ok"), ("recursive", "ok")]


def test_one_that_fails_is_told_and_one_without_lines_is_not(run, monkeypatch):
    failed = trace("iterative", "segfault", "segmentation fault"), trace("recursive", "skipped", "its arithmetic runs elsewhere")
    monkeypatch.setattr(tracing, "trace_all", lambda implementations, files: Traces((2, 1), 1, "float64", failed))
    tracing.trace_steps(run)
    assert run.told == ["iterative (fused): its step could not be traced (segfault): segmentation fault; the run goes on"]
    assert in_file(run) == [("iterative", "segfault"), ("recursive", "skipped")]
