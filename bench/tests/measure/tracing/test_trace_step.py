"""A traced step is the step that ran: its lines are the source's, its arrays those worked out by hand, its peak the formula's."""

import linecache
from dataclasses import replace

import numpy as np
import pytest

from bench.measure.tracing.array_memory import ArrayMemory
from bench.measure.tracing.records import stages
from bench.measure.tracing.trace_step import BATCH, SIZES, trace_step
from bench.plan.contenders import load_file
from bench.tests.places import ROOT
from impls import IMPLEMENTATIONS, Implementation, peaks
from impls.originals import peaks as originals_peaks
from impls.tests.present import NUMPY_ALONE
from impls.updates import UPDATES

IN_PYTHON = [*NUMPY_ALONE]
BOTH = pytest.mark.parametrize("update", UPDATES)
EACH = pytest.mark.parametrize("name", IN_PYTHON)
OWN_STEP = ("course", "deferred")  # its program updates by itself, and calls no emit
NUMBER = 8  # bytes: what NumPy makes of a Python number before it multiplies by it
TWO_LAYERS = (3, 2, 2)
IN_A_BLOCK = ("APART_BYTES", "TOGETHER_BYTES", "FILED_BYTES", "BUFFERED")  # Python's objects, and a buffer inside one operation


def traced(name, update, sizes=SIZES):
    trace = trace_step(IMPLEMENTATIONS[name], update, sizes)
    assert trace.status == "ok"
    return trace


def alive(trace, step):
    """The names of the arrays that are alive after a step."""
    return {array.name for array in trace.arrays[1:] if array.born <= step < array.gone}


def at(trace, phase, layer):
    """The names of the arrays that are alive after the line that began a stage."""
    first = next(n for n, step in enumerate(trace.steps) if (step.phase, step.layer) == (phase, layer))
    return alive(trace, first)


@EACH
@BOTH
def test_every_line_is_a_line_of_the_source(name, update):
    trace = traced(name, update)
    text = {(function.file, number): line for function in trace.functions for number, line in function.lines}
    assert all(line.strip() in linecache.getline(str(ROOT / file), number) for (file, number), line in text.items())
    assert {(step.file, step.line) for step in trace.steps} <= set(text)
    assert not any('"""' in line for line in text.values())


@EACH
@BOTH
def test_the_step_ends_where_emit_says(name, update):
    trace = traced(name, update)
    if (name, update) != OWN_STEP:
        assert trace.emitted == [4, 3, 2, 1, 0]
    reached = [(step.phase, step.layer) for step in trace.steps if step.phase in ("forward", "backward")]
    assert list(dict.fromkeys(reached)) == [*(("forward", l) for l in range(5)), *(("backward", l) for l in reversed(range(5)))]
    assert [step.stage for step in trace.steps] == sorted(step.stage for step in trace.steps)
    assert {step.stage for step in trace.steps} >= set(range(len(stages(5)) - 1))
    assert trace.steps[-1].phase == ("update" if update == "deferred" else "backward")
    assert trace.steps[-1].frames == ()


@EACH
@BOTH
def test_the_bytes_alive_are_those_of_the_arrays(name, update):
    trace = traced(name, update)
    for n, step in enumerate(trace.steps):
        assert step.alive_bytes == sum(array.bytes for array in trace.arrays[1:] if array.born <= n < array.gone)
        assert step.peak_bytes >= step.alive_bytes
    if IMPLEMENTATIONS[name].prepare:
        assert {array.bytes for array in trace.arrays[1:] if array.gone == len(trace.steps) and array.born == 0} <= {0}, (
            "nothing stays free"
        )
        return
    assert alive(trace, len(trace.steps) - 1) == (
        {"W1", "W2", "W3", "W4", "W5", "b1", "b2", "b3", "b4", "b5"} if (name, update) == OWN_STEP else set()
    )


@EACH
@BOTH
def test_the_peak_is_the_formulas_arrays(name, update, monkeypatch):
    for module in (peaks, originals_peaks):
        for constant in ("ARRAY_BYTES", "PULLBACK_BYTES", "GENERATOR_BYTES", "PARAMETERS_BYTES", "TUPLES_BYTES", *IN_A_BLOCK):
            monkeypatch.setattr(module, constant, 0, raising=False)
    predicted = IMPLEMENTATIONS[name].peak(peaks.StepShape(SIZES, BATCH, 8, update))
    assert traced(name, update).peak_bytes - predicted in (0, NUMBER)


@pytest.mark.parametrize("name", [name for name in IN_PYTHON if "rows" in IMPLEMENTATIONS[name].layouts])
@BOTH
def test_examples_as_rows_have_the_same_arrays_at_the_same_moments(name, update):
    of_rows = trace_step(replace(IMPLEMENTATIONS[name], layouts=("rows",)), update)
    of_columns = traced(name, update)
    assert of_rows.arrays == of_columns.arrays
    assert of_rows.steps == of_columns.steps


@pytest.mark.parametrize("name", ["iterative_pop", "recursive"])
def test_what_is_let_go_early_is_alive_as_worked_out_by_hand(name):
    trace = traced(name, "fused", TWO_LAYERS)
    assert at(trace, "forward", 0) == {"A1"}
    assert at(trace, "forward", 1) == {"A1", "A2"}
    assert at(trace, "loss", -1) == {"A1", "A2", "dA2"}
    assert at(trace, "backward", 1) == {"A1", "A2", "dA1", "dW2", "db2"}
    assert at(trace, "backward", 0) == {"A1", "dW1", "db1"}


def test_the_kept_list_and_waiting_gradients_are_alive_as_worked_out_by_hand():
    assert at(traced("iterative", "fused", TWO_LAYERS), "backward", 0) == {"A1", "A2", "dW1", "db1"}
    trace = traced("iterative", "deferred", TWO_LAYERS)
    assert at(trace, "backward", 0) == {"A1", "A2", "dW1", "db1", "dW2", "db2"}
    assert at(trace, "update", 1) == {"dW1", "db1", "dW2", "db2"}


def test_recursion_has_a_frame_a_layer_and_the_list_has_one():
    recursion, loop = traced("recursive", "fused"), traced("iterative", "fused")
    deepest = max(recursion.steps, key=lambda step: len(step.frames))
    frames = [recursion.frames[place] for place in deepest.frames]
    assert [frame.function for frame in frames] == ["fused", "backprop", *["recurse"] * 6]
    assert [frame.numbers for frame in frames[2:]] == [f"l = {l}" for l in range(6)]
    held = [{variable: recursion.arrays[place].name for variable, place in frame.arrays} for frame in frames[2:]]
    assert held == [{"A_prev": "X", "A": "A1"}, *({"A_prev": f"A{l}", "A": f"A{l + 1}"} for l in range(1, 5)), {"A_prev": "A5"}]
    assert max(len(step.frames) for step in loop.steps) == 3, "the update, backprop and emit"


def test_frames_hold_views_into_a_block_whose_places_fill_up():
    """Two layers of 2 units, 8 examples: two activations and two spaces of 128 bytes; a gradient of at most 6 weights and 2 biases."""
    trace = traced("workspace_recursion", "fused", TWO_LAYERS)
    assert {step.alive_bytes for step in trace.steps} == {4 * 128 + 64 + 64}
    deepest = max(trace.steps, key=lambda step: len(step.frames))
    held = [{name: trace.arrays[place].name for name, place in trace.frames[place].arrays} for place in deepest.frames]
    assert held[-3:] == [{"A_prev": "X", "A": "A1"}, {"A_prev": "A1", "A": "A2"}, {"A_prev": "A2"}]
    assert at(trace, "forward", 0) == {"A1", "free"}
    assert {"A1", "A2", "dW1", "db1"} <= at(trace, "backward", 0)


def test_activations_in_a_file_take_none_of_the_steps_memory():
    trace = traced("on_disk", "fused", TWO_LAYERS)
    assert {array.bytes for array in trace.arrays if array.name in ("A1", "A2")} == {0}
    assert at(trace, "forward", 1) == {"A1", "A2"}


def containers_at_the_loss(trace):
    step = next(step for step in trace.steps if step.phase == "loss")
    found = [trace.containers[place] for place in step.containers]
    return [(held.kind, [[trace.arrays[place].name for place in places] for _, places in held.items]) for held in found]


def test_each_cache_is_where_it_is_said_to_be():
    pairs = [["X", "A1"], ["A1", "A2"], ["A2", "A3"], ["A3", "A4"], ["A4", "A5"]]
    assert containers_at_the_loss(traced("iterative", "fused")) == [("list", [["X"], ["A1"], ["A2"], ["A3"], ["A4"], ["A5"]])]
    assert containers_at_the_loss(traced("recursive", "fused")) == []
    assert containers_at_the_loss(traced("generators", "fused")) == [("list", pairs)]
    [(kind, items)] = containers_at_the_loss(traced("closures", "fused"))
    assert (kind, [sorted(item) for item in items]) == ("closures", [sorted(pair) for pair in reversed(pairs)])
    assert containers_at_the_loss(traced("course", "fused"))[0] == (
        "list", [["X", "Z1"], ["A1", "Z2"], ["A2", "Z3"], ["A3", "Z4"], ["A4", "Z5"]],
    )  # fmt: skip


def test_checkpoints_run_forward_again():
    for name in ("checkpoint_loop", "checkpoint_recursion"):
        again = [step.layer for step in traced(name, "fused").steps if step.phase == "again"]
        assert again
        assert set(again) < {0, 1, 2, 3}
    assert not any(step.phase == "again" for step in traced("iterative", "fused").steps)


@pytest.mark.parametrize("name", [name for name in IMPLEMENTATIONS if IMPLEMENTATIONS[name].library])
def test_what_has_no_lines_of_python_says_so(name):
    trace = trace_step(IMPLEMENTATIONS[name], "fused")
    assert (trace.status, trace.steps) == ("skipped", ())
    assert f"runs in {IMPLEMENTATIONS[name].library.name}, and not in lines of Python" in trace.detail


def test_a_users_own_file_is_traced_with_arithmetic_of_its_own():
    [mine] = load_file(str(ROOT / "impls" / "examples" / "handwritten.py"))
    trace = trace_step(mine, "fused")
    assert trace.emitted == [4, 3, 2, 1, 0]
    assert {"A1", "A2", "A3", "A4", "A5", "dZ5", "dZ1", "dW1", "db5"} <= {array.name for array in trace.arrays}
    assert trace.functions[0].file == "impls/examples/handwritten.py"


def test_a_program_that_runs_for_ever_is_not_looked_at():
    def backprop(network, X, Y, emit):
        for _ in range(10_000):
            pass
        return IMPLEMENTATIONS["iterative"].backprop(network, X, Y, emit)

    trace = trace_step(Implementation("long", "long", "nowhere", "loop", backprop), "fused")
    assert (trace.status, trace.detail) == ("skipped", "a step has more than 2000 lines, too many to look at")


def test_array_memory_counts_temporary_arrays_too():
    memory = ArrayMemory()
    with memory.counting():
        one = np.ones(100)
        total = (one + 1) * 2 + 3
        assert [size for _, size in memory.alive.values()] == [800, 800]
        assert memory.peak_bytes == 3 * 800 + NUMBER
        memory.reset_peak()
        del one
        assert (memory.alive_bytes, memory.peak_bytes) == (800, 1_600)
        memory.paused = True
        unseen = np.ones(50)
        assert memory.alive_bytes == 800
    del total, unseen
    assert memory.alive == {}
    assert memory.alive_bytes == 0


def test_what_refers_to_itself_is_looked_into_once():
    def backprop(network, X, Y, emit):
        kept = [X.copy()]
        kept.append(kept)
        kept.append({"a key that is far too long to be drawn": (kept, X + 1)})
        return IMPLEMENTATIONS["iterative"].backprop(network, X, Y, emit)

    trace = trace_step(Implementation("cycle", "cycle", "a cycle", "loop", backprop), "fused")
    assert trace.status == "ok"
    assert [array.name for array in trace.arrays[:3]] == ["X", "kept", "a key that is far to"]
    assert [places for _, places in trace.containers[-1].items] == [(1,), (2,)]


def test_objects_of_the_file_are_looked_into_and_others_are_not():
    class Cache:
        def __init__(self, A):
            self.A = A

    def backprop(network, X, Y, emit):
        caches = [Cache(X + 1), Cache(X + 2)]
        layers = network.layers
        return IMPLEMENTATIONS["iterative"].backprop(network, X, Y, emit) if caches and layers else 0.0

    trace = trace_step(Implementation("objects", "objects", "objects", "loop", backprop), "fused")
    assert [[places for _, places in container.items] for container in trace.containers][-1] == [(1,), (2,)]
    assert {variable for frame in trace.frames for variable, _ in frame.containers} == {"caches"}
