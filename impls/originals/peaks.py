"""Peaks of the course's program and the thread's, which keep Z beside A and make a new array for every result.

In the notation of `impls/peaks.py`, with two additions, since the arithmetic of `parts.py` is different:

    A(0)     bytes of dA0, which has X's shape: both programs compute it, and X itself is still not counted
    S(l)     bytes that are alive beside dA at the worst moment of making dZ, dZ itself among them
"""

from __future__ import annotations

from typing import Callable

from impls.peaks import ARRAY_BYTES, StepShape

REUSED_BYTES = 256 * 1024  # from this size on NumPy writes a float64 result over an operand that nothing else refers to

# a layer's keys in a dict of parameters, and its tuples and keys of gradients, as tracemalloc counts them on CPython 3.11
PARAMETERS_BYTES, TUPLES_BYTES = 165, 245


def tuples_kept(step: StepShape) -> int:
    """The caches ((A_prev, W, b), Z) stay to the end of backward, and so does every dA: held(l) = 2 A(1) + ... + 2 A(L) + A(l) + ...
    + A(L), and all gradients so far, whatever the update. To them comes S(l), or dZ, dA_prev and a dW that is divided by m into
    a new array. The worst moment is the last, about 3 L A + L G.

    Deferred, the update comes after the caches have gone, and makes new parameters beside all dA and gradients, one product of a
    gradient and the rate at a time: L A + 2 L G, if that is more. Tuples and keys take some 400 bytes a layer.
    """
    kept = 2 * sum(map(step.A, range(step.depth + 1)))
    most, grown = kept + _cost(step), kept + step.A(step.depth)
    for l in range(step.depth, 0, -1):
        most = max(most, grown + _derivative(step, l), grown + step.A(l) + _any_activation(step, l - 1) + _division(step, l))
        grown += _any_activation(step, l - 1) + step.G(l)
    if step.update == "deferred":
        most = max(most, grown - kept + _new_parameters(step))
    return most + step.depth * (PARAMETERS_BYTES + TUPLES_BYTES)


def z_beside_a(step: StepShape) -> int:
    """Frame l holds Z(l) and A(l), and ends when layer l has gone backward: held(l) = 2 A(1) + ... + 2 A(l). While it does, its dA
    is not overwritten but stays beside S(l); or beside dZ and a dW that is divided by m into a new array; or beside dZ, the
    gradient and dA_prev.

    Deferred, a G comes for every 2 A that go: about 2 L A or L G, whichever is more. Fused: about 2 L A, as backward starts.
    """
    held = 2 * sum(map(step.A, range(step.depth + 1)))
    most, gradients = held + _cost(step), 0
    for l in range(step.depth, 0, -1):
        layer = step.A(l) + max(_division(step, l), step.G(l) + _any_activation(step, l - 1))
        most = max(most, held + gradients + step.A(l) + max(_derivative(step, l), layer))
        held -= 2 * step.A(l)
        gradients += step.G(l) if step.update == "deferred" else 0
    return most + step.depth * PARAMETERS_BYTES


def _any_activation(step: StepShape, l: int) -> int:
    """A(l), with A(0)."""
    return step.sizes[l] * step.batch * step.itemsize + ARRAY_BYTES


def _cost(step: StepShape) -> int:
    """Bytes that the cost and dAL have alive at their worst moment, beside AL: for two classes 1 - Y, 1 - AL and two more
    like them, for several a product and its factor.
    """
    return (4 if step.sizes[-1] == 1 else 2) * step.A(step.depth)


def _derivative(step: StepShape, l: int) -> int:
    """S(l). From a size on NumPy multiplies into an operand that nothing else refers to."""
    activation = step.activation if l < step.depth else "sigmoid" if step.sizes[-1] == 1 else "softmax"
    return DZ_BYTES[activation](step.A(l), step.sizes[l] * step.batch, step.batch * step.itemsize, step.A(l) >= REUSED_BYTES)


# name -> S(l), of A(l), how many numbers that are, the bytes of a row, and whether a product is written over its operand
DZ_BYTES: dict[str, Callable[[int, int, int, bool], int]] = {
    "tanh": lambda A, count, row, over: 2 * A,
    "relu": lambda A, count, row, over: A + count,  # Z <= 0 is boolean
    "sigmoid": lambda A, count, row, over: (3 if over else 4) * A,
    "softmax": lambda A, count, row, over: 2 * A + row if over else 3 * A,
}


def _division(step: StepShape, l: int) -> int:
    """Bytes of layer l's dW while it is divided by m: twice, or once where a large one of float64 is overwritten."""
    W = step.sizes[l] * step.sizes[l - 1] * step.itemsize + ARRAY_BYTES
    return W if step.itemsize == 8 and W >= REUSED_BYTES else 2 * W


def _new_parameters(step: StepShape) -> int:
    """The new parameters so far, and beside the latest W its gradient times the rate, at the worst moment of the update."""
    most = so_far = 0
    for l in range(1, step.depth + 1):
        W = step.sizes[l] * step.sizes[l - 1] * step.itemsize + ARRAY_BYTES
        most = max(most, so_far + 2 * W)
        so_far += step.G(l)
    return max(most, so_far)
