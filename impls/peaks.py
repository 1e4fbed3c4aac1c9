"""Peaks: what is alive at the worst moment of a step, as a formula for each implementation.

The words, for layers l = 1 ... L:

    A(l)     bytes of layer l's activation; of dA, dZ and dA_prev too, which have its shape
    G(l)     bytes of layer l's gradient: dW and db
    held(l)  bytes of activations that are still there while layer l goes backward

X and the parameters are not counted: they were there before. Neither are Python's own frames, lists
and numbers, some tens of bytes a layer.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import Callable

ARRAY_BYTES = 128  # the object that NumPy keeps beside the numbers of a matrix
BUFFERED = 8_192  # numbers that NumPy casts, or spreads over columns, at a time (np.getbufsize)
PULLBACK_BYTES, GENERATOR_BYTES = 400, 250  # as tracemalloc counts them on CPython 3.11, whatever the width
LINE_BYTES = 64  # of the processor's cache: where an array in a block may begin
APART_BYTES, TOGETHER_BYTES, FILED_BYTES = 580, 310, 170  # of a layer's arrays in a block, with its gradient or without; in a file

# name -> the bytes that count numbers of g'(Z) take while dA becomes dZ
DERIVATIVE_BYTES: dict[str, Callable[[int, int], int]] = {
    "linear": lambda count, itemsize: 0,
    "relu": lambda count, itemsize: count + min(count, BUFFERED) * itemsize,  # A > 0 is boolean, and cast to multiply
    "tanh": lambda count, itemsize: count * itemsize,
    "sigmoid": lambda count, itemsize: count * itemsize,
}


@dataclass(frozen=True)
class StepShape:
    """The shape of one training step.

    Attributes:
        sizes: features, units of each layer, the last one's being the logits: depth + 1 numbers.
        batch: examples.
        itemsize: bytes of one number.
        update: "deferred" or "fused".
        activation: of the hidden layers.

    """

    sizes: tuple[int, ...]
    batch: int
    itemsize: int
    update: str
    activation: str = "tanh"

    @property
    def depth(self) -> int:
        """L."""
        return len(self.sizes) - 1

    def A(self, l: int) -> int:  # noqa: N802, as the mathematics has it
        """Bytes of layer l's activation; none for l = 0, which is X."""
        return self.sizes[l] * self.batch * self.itemsize + ARRAY_BYTES if l else 0

    def G(self, l: int) -> int:  # noqa: N802, likewise
        """Bytes of layer l's dW and db."""
        return self.sizes[l] * (self.sizes[l - 1] + 1) * self.itemsize + 2 * ARRAY_BYTES

    def derivative(self, l: int) -> int:
        """Bytes of layer l's g'(Z)."""
        activation = "linear" if l == self.depth else self.activation
        return DERIVATIVE_BYTES[activation](self.sizes[l] * self.batch, self.itemsize)

    @property
    def loss(self) -> int:
        """Bytes that the loss has alive at its worst moment, beside the logits themselves.

        The losses and dlogits, two arrays like the logits; for softmax, two sums over the classes too.
        """
        return 2 * self.A(self.depth) + self.sums

    @property
    def sums(self) -> int:
        """Bytes of softmax's two sums over the classes."""
        return 2 * self.batch * self.itemsize if self.sizes[-1] > 1 else 0

    def place(self, count: int) -> int:
        """Bytes that count numbers take in a block where each array begins at a whole multiple of LINE_BYTES."""
        return -(-count * self.itemsize // LINE_BYTES) * LINE_BYTES


def list_kept(step: StepShape) -> int:
    """All activations stay to the end: held(l) = A(1) + ... + A(L), whichever layer goes backward.

    Deferred, the gradients grow beside them, and the worst moment is the last: about L A + L G.
    Fused, one gradient is alive at a time: about L A.
    """
    everything = sum(map(step.A, range(step.depth + 1)))
    return worst_moment(step, lambda l: everything)


def list_popped(step: StepShape) -> int:
    """Each activation is released as it is used: held(l) = A(1) + ... + A(l), less for every layer done.

    Deferred, a G comes for every A that goes, and the worst moment is at the start of backward or at
    its end: about L A or L G, whichever is more. Fused: about L A, as backward starts.
    """
    below = list(accumulate(map(step.A, range(step.depth + 1))))
    return worst_moment(step, below.__getitem__)


def call_stack(step: StepShape) -> int:
    """Frame l holds A(l), and ends when layer l has gone backward: held(l) = A(1) + ... + A(l).

    The same arrays at the same moments as in the list that is popped. The frames themselves are
    not among them, since this meter cannot see them.
    """
    return list_popped(step)


def pullbacks(step: StepShape) -> int:
    """Each pullback keeps A(l), and is released when it has been called: held(l) = A(1) + ... + A(l), and L functions.

    The arrays are those of the popped list at the same moments. A pullback is a function with five cells, on the
    same heap: some 400 bytes a layer.
    """
    return list_popped(step) + step.depth * PULLBACK_BYTES


def suspended_frames(step: StepShape) -> int:
    """Each suspended frame keeps A(l), and is released when it has been resumed: held(l) = A(1) + ... + A(l), and L frames.

    The arrays are those of the popped list at the same moments. A suspended frame is an object on the same heap, where
    this meter does see it: some 250 bytes a layer.
    """
    return list_popped(step) + step.depth * GENERATOR_BYTES


def block(step: StepShape) -> int:
    """All of it is there before the step begins, and stays: a place for every A(l), two more like the largest, for dA and for g'(Z) or
    dA_prev, and places for gradients. Each begins at a multiple of 64 bytes.

    Deferred, every gradient has a place: about L A + L G. Fused, all have the same one: about L A + G. Beside the block there is what
    NumPy needs inside one operation: a buffer of up to 8 192 numbers where b is added to all columns.
    """
    layers = range(1, step.depth + 1)
    activations = [step.place(step.sizes[l] * step.batch) for l in layers]
    weights = [step.place(step.sizes[l] * step.sizes[l - 1]) for l in layers]
    biases = [step.place(step.sizes[l]) for l in layers]
    deferred = step.update == "deferred"
    gradients = sum(weights) + sum(biases) if deferred else max(weights) + max(biases)
    views = step.depth * (APART_BYTES if deferred else TOGETHER_BYTES)
    buffer = min(max(step.sizes[1:]) * step.batch, BUFFERED) * step.itemsize
    return sum(activations) + 2 * max(activations) + gradients + views + max(step.sums, buffer)


def in_a_file(step: StepShape) -> int:
    """The activations are in a file, and their pages are the system's: held(l) = 0, but for L arrays without numbers of their own.

    Deferred, the gradients grow: about L G. Fused: a few A and a G.
    """
    return worst_moment(step, lambda l: 0) + step.depth * FILED_BYTES


def segments(starts: Callable[[int], list[int]]) -> Callable[[StepShape], int]:
    """The formula for checkpoints by a loop; `starts(L)` are the first layers of its segments."""

    def peak(step: StepShape) -> int:
        """The checkpoints up to layer l's segment, and what that has run forward again: held(l) = A(s1) + A(s2) + ... + A(s)
        + A(s + 1) + ... + A(l), for segments that start after layers s1, s2, ..., s.

        Fused, about (ceil(L / k) + k) A for segments of k layers, as the last one goes backward. Deferred, about L G.
        """
        held = [0] * (step.depth + 1)
        firsts = starts(step.depth)
        kept = 0
        for start, stop in zip(firsts, [*firsts[1:], step.depth]):
            kept += step.A(start)
            for l, run in zip(range(start + 1, stop + 1), accumulate(step.A(l) for l in range(start + 1, stop + 1))):
                held[l] = kept + run
        return worst_moment(step, held.__getitem__)

    return peak


def snapshots(count: Callable[[int], int], ahead: Callable[[int, int], int]) -> Callable[[StepShape], int]:
    """The formula for checkpoints by recursion; `count(L)` are its snapshots, `ahead` tells how far it runs ahead."""

    def peak(step: StepShape) -> int:
        """The snapshots of the frames that are open when layer l goes backward, and its own activation: held(l) = A(s1) +
        A(s2) + ... + A(l), found by walking through the schedule.

        Fused, about as many A as there are snapshots. Deferred, about L G.
        """
        held = [0] * (step.depth + 1)

        def walk(start: int, stop: int, left: int, kept: int) -> None:
            kept += step.A(start)
            while start < stop:
                middle = start + ahead(stop - start, left)
                if middle < stop:
                    walk(middle, stop, left - 1, kept)
                held[middle] = kept + step.A(middle)
                stop = middle if middle > start + 1 else start

        walk(0, step.depth, count(step.depth), 0)
        return worst_moment(step, held.__getitem__)

    return peak


def worst_moment(step: StepShape, held: Callable[[int], int]) -> int:
    """The most bytes alive at once, where `held(l)` are activations.

    The candidates: the loss, with its own arrays; then for each layer, from the last to the first,
    dA and the derivative g'(Z) it is multiplied by, or dZ, its gradient and dA_prev. Deferred, the
    gradients of all later layers are alive beside them.
    """
    most = held(step.depth) + step.loss
    gradients = 0
    for l in range(step.depth, 0, -1):
        alive = held(l) + gradients + step.A(l)
        most = max(most, alive + step.derivative(l), alive + step.G(l) + step.A(l - 1))
        if step.update == "deferred":
            gradients += step.G(l)
    return most
