"""The workspace: places do not overlap and are aligned, both members of the pair write to them, and steps allocate no arrays."""

import tracemalloc

import pytest

from impls import IMPLEMENTATIONS
from impls.contract import example, gradients_of
from impls.updates import UPDATES
from impls.workspace.room import Room

PAIR = pytest.mark.parametrize("name", ["workspace_loop", "workspace_recursion"])


def test_places_counted_by_hand():
    """2 features, 3 units, 1 logit, 4 examples, in lines of 64 bytes: A1 of 96 takes 128, A2 of 32 takes 64, two spaces as much as A1;
    dW1 of 48 bytes, db1 and dW2 of 24 and db2 of 8 take 64 each.
    """
    network, _, _ = example((2, 3, 1), examples=4)
    room = Room(network, 4)
    assert [slot.nbytes for slot in room.slots(apart=True)] == [128, 64, 128, 128, 64, 64, 64, 64]
    assert [slot.nbytes for slot in room.slots(apart=False)] == [128, 64, 128, 128, 64, 64]
    starts = [slot.ctypes.data for slot in room.slots(apart=True)]
    assert all(start % 64 == 0 for start in starts)
    assert [later - start for start, later in zip(starts, starts[1:])] == [128, 64, 128, 128, 64, 64, 64]


@PAIR
@pytest.mark.parametrize("update", UPDATES)
def test_a_step_allocates_no_array(name, update):
    """256 KiB an activation and 128 KiB a gradient; what is left is NumPy's buffer of 64 KiB, and Python's own."""
    implementation = IMPLEMENTATIONS[name]
    prepared = implementation.prepared(*example((128,) * 5 + (1,), examples=256))
    UPDATES[update](implementation, *prepared, 1e-3)
    tracemalloc.start()
    try:
        UPDATES[update](implementation, *prepared, 1e-3)
        assert tracemalloc.get_traced_memory()[1] < 64 * 1024 + 16 * 1024
    finally:
        tracemalloc.stop()


@PAIR
def test_another_number_of_examples_makes_another_room(name):
    one, other = example((5, 4, 3), examples=6), example((5, 4, 3), examples=9)
    network, _, _ = IMPLEMENTATIONS[name].prepared(*one)
    losses = [IMPLEMENTATIONS[name].backprop(network, X, Y, lambda l, dW, db: None) for _, X, Y in (other, one)]
    assert losses == [gradients_of(IMPLEMENTATIONS["iterative"], *each)[0] for each in (other, one)]
