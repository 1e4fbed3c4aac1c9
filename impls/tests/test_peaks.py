"""The formulas, on a network small enough to count by hand, and against each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impls.originals.peaks import PARAMETERS_BYTES, TUPLES_BYTES, tuples_kept, z_beside_a
from impls.peaks import StepShape, call_stack, list_kept, list_popped

# 2 features, 3 units, 1 logit, 4 examples, numbers of 8 bytes, 128 for each array's object:
A1, A2 = 3 * 4 * 8 + 128, 1 * 4 * 8 + 128
G1, G2 = 3 * (2 + 1) * 8 + 2 * 128, 1 * (3 + 1) * 8 + 2 * 128


@pytest.mark.parametrize(
    ("peak", "update", "expected"),
    [
        (list_kept, "deferred", A1 + A2 + G2 + A1 + G1),  # at the first layer: both activations, G2, and dZ beside G1
        (list_popped, "deferred", A1 + G2 + A1 + G1),  # there too, but A2 has gone
        (list_kept, "fused", A1 + A2 + A2 + G2 + A1),  # at the last layer: dZ, its gradient and dA_prev
        (list_popped, "fused", A1 + A2 + A2 + G2 + A1),
    ],
)
def test_counted_by_hand(peak, update, expected):
    assert peak(StepShape((2, 3, 1), 4, 8, update)) == expected


A0 = 2 * 4 * 8 + 128  # dA0, which the programs of the thread compute too
W1 = 3 * 2 * 8 + 128


@pytest.mark.parametrize(
    ("peak", "update", "expected"),
    [
        (
            tuples_kept,
            "fused",
            2 * (A1 + A2) + (A1 + A2) + G2 + A1 + A0 + 2 * W1,
        ),  # at the first layer: all Z, A and dA, G2; dZ, dA0, two dW
        (tuples_kept, "deferred", 2 * (A1 + A2) + (A1 + A2) + G2 + A1 + A0 + 2 * W1),
        (z_beside_a, "fused", 2 * (A1 + A2) + A2 + A2 + G2 + A1),  # at the last layer: all Z and A; dA, dZ, its gradient and dA_prev
        (z_beside_a, "deferred", 2 * A1 + G2 + A1 + A1 + G1 + A0),  # at the first: Z1 and A1, G2; dA, dZ, G1 and dA0
    ],
)
def test_the_programs_of_the_thread_counted_by_hand(peak, update, expected):
    objects = PARAMETERS_BYTES + (TUPLES_BYTES if peak is tuples_kept else 0)
    assert peak(StepShape((2, 3, 1), 4, 8, update)) == expected + 2 * objects


def test_the_courses_update_can_be_the_worst_moment():
    """20 features, 30 units, 1 logit, 1 example: every dA, both gradients, and W1 made anew beside its gradient times the rate."""
    signals = (20 + 30 + 1) * 8 + 3 * 128
    gradients = (30 * 21 + 31) * 8 + 4 * 128
    expected = signals + gradients + 2 * (30 * 20 * 8 + 128)
    assert tuples_kept(StepShape((20, 30, 1), 1, 8, "deferred")) == expected + 2 * (PARAMETERS_BYTES + TUPLES_BYTES)


def test_the_loss_can_be_the_worst_moment():
    """A single layer of 10 logits with few parameters: losses, dlogits and two sums beside the logits."""
    logits = 10 * 100 * 8 + 128
    assert list_kept(StepShape((1, 10), 100, 8, "fused")) == 3 * logits + 2 * 100 * 8


shapes = st.builds(
    StepShape,
    st.lists(st.integers(1, 300), min_size=2, max_size=12).map(tuple),
    st.integers(1, 300),
    st.sampled_from([4, 8]),
    st.sampled_from(["deferred", "fused"]),
    st.sampled_from(["tanh", "relu", "sigmoid"]),
)


@given(shapes)
def test_letting_go_early_never_takes_more(step):
    assert list_popped(step) == call_stack(step) <= list_kept(step)


@given(shapes)
def test_fusing_never_takes_more(step):
    fused = StepShape(step.sizes, step.batch, step.itemsize, "fused", step.activation)
    for peak in (list_kept, list_popped, tuples_kept, z_beside_a):
        assert peak(fused) <= peak(step)


@pytest.mark.parametrize(("peak", "arrays_a_layer"), [(list_popped, 1), (z_beside_a, 2), (tuples_kept, 3)])
def test_how_many_arrays_a_layer_an_implementation_keeps(peak, arrays_a_layer):
    """Many examples beside few parameters: A alone, Z and A, or Z, A and dA of every layer, and some arrays at the worst moment."""
    step = StepShape((4,) * 1001, 1000, 8, "fused")
    kept = peak(step) / (1000 * step.A(1))
    assert arrays_a_layer <= kept < arrays_a_layer + 0.05
