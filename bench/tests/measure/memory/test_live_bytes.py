"""The profile of a step: what each cache does on the way back, and that any code's arithmetic is seen."""

import sys
import types

import numpy as np
import pytest

from bench.measure.memory.live_bytes import profile
from bench.measure.memory.meters import heap_peak
from impls import IMPLEMENTATIONS, layers
from impls.contract import example
from impls.updates import UPDATES

L, WIDTH, BATCH = 20, 32, 32
A = WIDTH * BATCH * 8
NOISE = 1_024  # a list or an integer more
ONCE = ["iterative", "iterative_pop", "recursive", "closures", "generators"]  # each layer runs forward once


def profiled(implementation, update, layout="columns"):
    network, X, Y = example((WIDTH,) * L + (1,), examples=BATCH, layout=layout)

    def step():  # with what it prepares, as the meters have it
        return UPDATES[update](implementation, *implementation.prepared(network, X, Y), 1e-3)

    return profile(step, network, implementation), step


def live(name, update, layout="columns"):
    events, _ = profiled(IMPLEMENTATIONS[name], update, layout)
    return np.array([event.live_bytes for event in events])


@pytest.mark.parametrize("name", ONCE)
def test_every_layer_has_an_event_forward_and_then_backward(name):
    events, _ = profiled(IMPLEMENTATIONS[name], "fused")
    assert [event[:2] for event in events] == [(l, "forward") for l in range(L)] + [(l, "backward") for l in reversed(range(L))]


@pytest.mark.parametrize("name", ["checkpoint_loop", "checkpoint_recursion"])
def test_checkpoints_have_more_events_and_hold_less(name):
    events, _ = profiled(IMPLEMENTATIONS[name], "fused")
    assert [event.layer for event in events if event.phase == "backward"] == [*reversed(range(L))]
    assert L < sum(event.phase == "forward" for event in events) <= 2 * L
    assert max(event.live_bytes for event in events) < 0.7 * live("recursive", "fused").max()


@pytest.mark.parametrize("name", [*ONCE, "checkpoint_loop", "checkpoint_recursion", "workspace_loop", "workspace_recursion", "on_disk"])
def test_examples_as_rows_take_what_columns_take(name):
    for update in UPDATES:
        assert np.abs(live(name, update, "rows") - live(name, update)).max() < NOISE


@pytest.mark.parametrize("name", ["course", "forum"])
def test_arithmetic_elsewhere_has_no_events(name):
    events, _ = profiled(IMPLEMENTATIONS[name], "fused")
    assert events == []


@pytest.mark.parametrize("name", ONCE)
def test_forward_adds_an_activation_a_layer(name):
    grown = np.diff(live(name, "fused")[: L - 1])
    assert (np.abs(grown - A) < NOISE).all()


def test_the_kept_list_never_comes_down_before_the_end():
    assert (live("iterative", "deferred")[L:-1] >= live("iterative", "deferred")[L - 1]).all()
    assert (live("iterative", "fused")[L:-1] >= (L - 1) * A).all()


def test_the_kept_list_grows_by_a_gradient_a_layer():
    gradient = WIDTH * (WIDTH + 1) * 8
    grown = np.diff(live("iterative", "deferred")[L + 2 : -1])
    assert (np.abs(grown - gradient) < NOISE).all()


@pytest.mark.parametrize("name", ["recursive", "iterative_pop", "closures", "generators"])
def test_what_frees_comes_down_by_an_activation_a_layer(name):
    fallen = -np.diff(live(name, "fused")[L + 2 : -1])
    assert (np.abs(fallen - A) < NOISE).all()


def test_recursion_and_the_popped_list_hold_the_same():
    for update in UPDATES:
        assert np.abs(live("recursive", update) - live("iterative_pop", update)).max() < NOISE


@pytest.mark.parametrize("name", [name for name, one in IMPLEMENTATIONS.items() if one.exact])
def test_the_highest_event_is_the_heaps_peak(name):
    buffer = A if name.startswith("workspace") else 0  # of NumPy's, while b is added: all else is there from beginning to end
    for update in UPDATES:
        events, step = profiled(IMPLEMENTATIONS[name], update)
        assert max(event.live_bytes for event in events) + buffer == pytest.approx(heap_peak(step, L), rel=0.02, abs=NOISE)


OWN = """
from impls import Implementation, layers
from impls.layers import backward as back
from impls.losses import LOSSES

def backprop(network, X, Y, emit):
    A = [X]
    for layer in network.layers:
        A.append(layers.forward(layer, A[-1]))
    loss, dA = LOSSES[network.loss](A[-1], Y)
    for l in reversed(range(len(network.layers))):
        dA, dW, db = back(network.layers[l], A[l], A[l + 1], dA)
        emit(l, dW, db)
    return loss

own = Implementation("own", "own", "a list", "loop", backprop)
"""


def test_a_users_own_file_is_profiled_by_any_names_and_left_as_it_was(monkeypatch):
    module = types.ModuleType("own")
    monkeypatch.setitem(sys.modules, "own", module)
    exec(OWN, module.__dict__)
    forward, backward = layers.forward, layers.backward
    events, _ = profiled(module.own, "fused")
    assert len(events) == 2 * L
    assert (layers.forward, layers.backward, module.back) == (forward, backward, backward)


def test_names_are_put_back_when_a_step_raises():
    backward = layers.backward
    network, _, _ = example((3, 1))
    with pytest.raises(ZeroDivisionError):
        profile(lambda: 1 / 0, network, IMPLEMENTATIONS["iterative"])
    assert layers.backward is backward
    assert IMPLEMENTATIONS["iterative"].backprop.__globals__["backward"] is backward
