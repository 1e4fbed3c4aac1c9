"""The formulas, on a network small enough to count by hand, and against each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def test_the_loss_can_be_the_worst_moment():
    """A single layer of 10 logits with few parameters: four arrays like the logits, and two sums, beside the logits."""
    logits = 10 * 100 * 8 + 128
    assert list_kept(StepShape((1, 10), 100, 8, "fused")) == 5 * logits + 2 * 100 * 8


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
    for peak in (list_kept, list_popped):
        assert peak(fused) <= peak(step)
