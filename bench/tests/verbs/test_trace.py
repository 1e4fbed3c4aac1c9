"""`run` records the trace of each implementation once, again where that failed, and goes on whatever comes of it."""

from types import SimpleNamespace

import pytest

from bench.cli import main
from bench.measure.tracing.calls.records import CallTrace, CallTraces
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


@pytest.fixture
def calls(run, monkeypatch):
    """The run computes a problem beside networks, of which two implementations are traced; one of them fails at first."""
    fails = ["slow"]

    def trace_problem(problem, files):
        run.asked.append([problem.name, *problem.implementations])
        failed = [name for name in problem.implementations if fails and name == fails[0]]
        del fails[:]
        made = [CallTrace(name, name, *(("error", "KeyError: 1") if name in failed else ())) for name in problem.implementations]
        return CallTraces(problem.name, problem.name, 3, 2, tuple(made))

    monkeypatch.setattr(tracing, "trace_problem", trace_problem)
    run.experiment.problems["sums"] = SimpleNamespace(name="sums", implementations={"fast": None, "slow": None})
    return run


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


def calls_in_file(run):
    return [(problem.problem, trace.impl, trace.status) for problem in read_traces(run.folder).calls for trace in problem.traces]


def test_every_problem_of_a_run_is_traced_and_one_with_a_failure_again(calls):
    tracing.trace_steps(calls)
    assert calls.asked == [["iterative", "recursive"], ["sums", "fast", "slow"]]
    assert calls_in_file(calls) == [("sums", "fast", "ok"), ("sums", "slow", "error")]
    assert calls.told == ["sums: slow: its call could not be traced (error): KeyError: 1; the run goes on"]
    tracing.trace_steps(calls)
    tracing.trace_steps(calls)
    assert calls.asked[2:] == [["sums", "fast", "slow"]]
    assert calls_in_file(calls) == [("sums", "fast", "ok"), ("sums", "slow", "ok")]
    assert in_file(calls) == [("iterative", "ok"), ("recursive", "ok")]


def test_a_run_of_other_problems_keeps_the_traces_that_are_there(calls):
    tracing.trace_steps(calls)
    calls.experiment.problems = {"lists": SimpleNamespace(name="lists", implementations={"loop": None})}
    tracing.trace_steps(calls)
    assert in_file(calls) == [("iterative", "ok"), ("recursive", "ok")]
    assert calls_in_file(calls) == [("lists", "loop", "ok")], "what failed is dropped, to be tried again with its problem"


def test_one_more_implementation_has_all_traced_on_one_input(calls):
    tracing.trace_steps(calls)
    tracing.trace_steps(calls)
    calls.experiment.problems["sums"].implementations["mine"] = None
    tracing.trace_steps(calls)
    assert calls.asked[-1] == ["sums", "fast", "slow", "mine"]
    assert [impl for _, impl, _ in calls_in_file(calls)] == ["fast", "slow", "mine"]


SHY = """
import sys

from impls import Problem

TRACING = "bench.measure.tracing.calls.tracing" in " ".join(sys.orig_argv)

def setup(depth, width, rng):
    return depth

def plain(n):
    return n

def shy(n):
    print("garbage {")
    return [][0] if TRACING else n

problem = Problem("shy", setup, [plain, shy], depth=4, width=2)
"""


def test_a_real_run_goes_on_when_a_call_cannot_be_traced(tmp_path, capfd):
    (tmp_path / "shy.py").write_text(SHY)
    options = ["--only", "memory", "--results", str(tmp_path / "results")]
    assert main(["run", "--problem", str(tmp_path / "shy.py"), *options]) == 0
    assert "shy: shy: its call could not be traced (error): IndexError: list index out of range; the run goes on" in capfd.readouterr().err
    [calls] = read_traces(tmp_path / "results").calls
    assert [(trace.impl, trace.status) for trace in calls.traces] == [("plain", "ok"), ("shy", "error")]
    assert len((tmp_path / "results" / "memory.csv").read_text().splitlines()) > 4
