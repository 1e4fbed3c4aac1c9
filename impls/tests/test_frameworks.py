"""PyTorch, JAX and HIPS autograd find the same gradients and take the same steps, each in its own way."""

import subprocess
import sys
import tracemalloc
from importlib.machinery import ModuleSpec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example as with_this
from hypothesis import given, settings
from hypothesis import strategies as st

from impls import IMPLEMENTATIONS, interface
from impls.contract import SIBLING_TOLERANCE, check, example, gradients_of, leaked_bytes, relative_error
from impls.iterative import iterative
from impls.layers import HIDDEN_ACTIVATIONS
from impls.network import DTYPES
from impls.tests.present import over_a_library
from impls.updates import UPDATES

NAMES = ("torch", "jax", "autograd")
ROOT = Path(__file__).parents[2]
frameworks = pytest.mark.parametrize("framework", over_a_library(*NAMES))
updates = pytest.mark.parametrize("update", UPDATES)

cases = st.fixed_dictionaries(
    {
        "sizes": st.lists(st.sampled_from([1, 3, 4, 9]), min_size=2, max_size=8),
        "activation": st.sampled_from(HIDDEN_ACTIVATIONS),
        "dtype": st.sampled_from(DTYPES),
        "examples": st.integers(1, 9),
        "seed": st.integers(0, 2**16),
    }
)


def hold(framework, case):
    """The loss and the gradients are `iterative`'s, and so is where two steps of either update end."""
    tolerance = SIBLING_TOLERANCE[case["dtype"]]
    (loss, gradients), (expected_loss, expected) = (gradients_of(other, *example(**case)) for other in (framework, iterative))
    assert loss == pytest.approx(expected_loss, rel=tolerance)
    assert apart(gradients, expected) < tolerance
    for step in UPDATES.values():
        ends = [after(step, other, *example(**case)) for other in (framework, iterative)]
        assert apart(*ends) < tolerance


def after(step, implementation, network, X, Y, times=2):
    network, X, Y = implementation.prepared(network, X, Y)
    for _ in range(times):
        step(implementation, network, X, Y, 0.1)
    return [(layer.W, layer.b) for layer in network.layers]


def apart(actual, expected):
    return relative_error(*(np.concatenate([array.ravel() for pair in pairs for array in pair]) for pairs in (actual, expected)))


@pytest.mark.parametrize("framework", over_a_library("torch", "autograd"))
@given(case=cases)
@settings(max_examples=150, deadline=None)
def test_equal_on_any_network(framework, case):
    hold(framework, case)


@pytest.mark.parametrize("framework", over_a_library("jax"))
@given(case=cases)
@with_this({"sizes": [5, 4, 4, 4, 4, 3, 3, 3, 2], "activation": "relu", "dtype": "float32", "examples": 7, "seed": 1})
@with_this({"sizes": [4, 4, 4, 4, 4], "activation": "sigmoid", "dtype": "float64", "examples": 1, "seed": 2})
@settings(max_examples=5, deadline=None)  # each is compiled
def test_equal_on_any_network_when_compiled(framework, case):
    hold(framework, case)


@frameworks
def test_it_keeps_the_contract(framework):
    check(framework)


@frameworks
@updates
def test_layers_tell_the_present_parameters_and_may_be_changed(framework, update):
    network, X, Y = framework.prepared(*example((3, 4, 4, 4, 1)))
    reference, *_ = example((3, 4, 4, 4, 1))
    for _ in range(3):
        UPDATES[update](framework, network, X, Y, 0.1)
        UPDATES[update](iterative, reference, *example((3, 4, 4, 4, 1))[1:], 0.1)
        for layer, other in zip(network.layers, reference.layers, strict=True):
            assert type(layer.W) is type(layer.b) is np.ndarray
            assert relative_error(layer.W, other.W) < 1e-12
            layer.W *= 0.5
            other.W *= 0.5


@frameworks
def test_a_batch_may_come_as_it_is_and_of_another_size(framework):
    network, *_ = framework.prepared(*example((3, 4, 4, 1), examples=20))
    _, X, Y = example((3, 4, 4, 1), examples=5, seed=1)
    loss = UPDATES["deferred"](framework, network, X, Y, 0.1)
    assert loss == pytest.approx(iterative.backprop(example((3, 4, 4, 1))[0], X, Y, lambda l, dW, db: None), rel=1e-9)


@frameworks
@pytest.mark.parametrize("dtype", DTYPES)
def test_both_updates_end_a_training_on_the_same_bits(framework, dtype):
    ends = [after(step, framework, *example((6, 8, 8, 8, 3), "tanh", dtype, examples=20), times=50) for step in UPDATES.values()]
    assert all(np.array_equal(first, second) for pairs in zip(*ends, strict=True) for first, second in zip(*pairs, strict=True))


@frameworks
def test_a_step_leaves_no_array_behind(framework):
    leaked_bytes(framework)
    assert leaked_bytes(framework) < 16 * 64 * 8 / 4  # tuples that Python keeps to use again, but not one activation


@pytest.mark.parametrize("framework", over_a_library("autograd"))
def test_autograd_hands_each_gradient_over_as_it_appears(framework):
    network, X, Y = framework.prepared(*example((100,) * 16 + (1,)))
    gradient = 100 * 100 * 8
    UPDATES["fused"](framework, network, X, Y, 0.1)
    tracemalloc.start()
    try:
        UPDATES["fused"](framework, network, X, Y, 0.1)
        assert gradient < tracemalloc.get_traced_memory()[1] < 6 * gradient  # of 16, and the tape
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("framework", over_a_library("jax"))
def test_jax_scans_over_what_can_be_stacked(framework):
    from impls.frameworks.jax_scan import runs_of_like

    network, *_ = example((5, 4, 4, 4, 3))
    assert runs_of_like(network.layers) == [[0], [1, 2], [3]]
    network, *_ = example((4, 4, 4, 4))
    assert runs_of_like(network.layers) == [[0, 1], [2]]  # the last is linear


def test_no_library_is_imported_by_the_registry():
    code = "import sys, impls, bench.plan.experiment; print([name for name in ('torch', 'jax', 'autograd') if name in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ended.stdout == "[]\n"


@frameworks
def test_a_fork_after_the_import_is_quiet_and_works(framework):
    """As in the worker, which imports the library once and forks for each cell: no thread must be there yet."""
    code = f"""
import importlib, os, warnings
warnings.simplefilter("error")
from impls import IMPLEMENTATIONS
from impls.contract import example, gradients_of
implementation = IMPLEMENTATIONS[{framework.name!r}]
importlib.import_module(implementation.library.name)
for _ in range(2):
    child = os.fork()
    if child == 0:
        gradients_of(implementation, *example((3, 4, 1)))
        os._exit(86)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 86
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, cwd=ROOT)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("name", NAMES)
def test_one_that_is_missing_says_what_brings_it(name, monkeypatch):
    monkeypatch.setattr(interface, "find_spec", lambda library: None)
    assert IMPLEMENTATIONS[name].missing == f"needs {name}, which is not installed; `pip install '.[frameworks]'` brings it"
    monkeypatch.setattr(interface, "find_spec", lambda library: ModuleSpec(library, None))
    assert IMPLEMENTATIONS[name].missing == ""
