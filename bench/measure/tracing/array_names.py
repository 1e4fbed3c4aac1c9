"""What an array is called: it is recognised by its values, whatever program made it.

The step is worked out beforehand from the shared arithmetic. An array whose values are those of layer 3's activation, up to
a factor (the thread's programs divide by m later than the others), is A3. What is none of these has its variable's name.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from bench.measure.tracing.records import NOWHERE
from impls.layers import backward, forward
from impls.losses import LOSSES
from impls.network import Network

TOLERANCE = 1e-9  # of the size of an array; programs add in different orders

LONGEST = 20  # letters of a name; a dict's key can be anything

Name = tuple[str, int]  # ("dW", 2) is layer 2's dW


class ArrayNames:
    """The values that a step comes through, by name."""

    def __init__(self, network: Network, X: np.ndarray, Y: np.ndarray, learning_rate: float) -> None:
        self._known: list[tuple[Name, np.ndarray]] = []
        A = X
        activations = [A]
        for l, layer in enumerate(network.layers):
            Z, A = forward(replace(layer, activation="linear"), A), forward(layer, A)
            activations.append(A)
            self._add(l, A=A, Z=Z)
        _, dA = LOSSES[network.loss](A, Y)
        self._of_probabilities(A, Y, 1 if network.rows else 0)
        for l, layer in reversed(list(enumerate(network.layers))):
            dZ = dA.copy()
            self._add(l, dA=dA.copy(), dZ=dZ)
            dA_prev, dW, db = backward(replace(layer, first=False), activations[l], activations[l + 1], dZ)
            assert dA_prev is not None
            self._add(l, dW=dW, db=db, W=layer.W - learning_rate * dW, b=layer.b - learning_rate * db)
            dA = dA_prev
        self._add(NOWHERE, dA=dA)

    def _add(self, layer: int, **values: np.ndarray) -> None:
        self._known += [((kind, layer), value) for kind, value in values.items()]

    def _of_probabilities(self, logits: np.ndarray, Y: np.ndarray, classes: int) -> None:
        """The last A and dA of programs whose loss takes probabilities and not logits; `classes` is the axis that they are along."""
        last = len({layer for (_, layer), _ in self._known}) - 1
        exponentials = np.exp(logits)
        binary = logits.shape[classes] == 1
        A = exponentials / (1 + exponentials if binary else exponentials.sum(axis=classes, keepdims=True))
        self._add(last, A=A, dA=Y / A - (1 - Y) / (1 - A) if binary else Y / A)

    def name(self, array: np.ndarray, variable: str) -> Name | None:
        """What the array is; of two that have the same values, the one that its variable is named for. None if it is not known."""
        names = [name for name, value in self._known if _alike(value, array)]
        return next((name for name in names if re.match(rf"{name[0]}(?![a-z])", variable)), names[0] if names else None)


def _alike(value: np.ndarray, array: np.ndarray) -> bool:
    """Do they have the same values up to a factor?"""
    if value.shape != array.shape or array.dtype.kind != "f":
        return False
    size = float(np.vdot(value, value))
    with np.errstate(all="ignore"):
        factor = float(np.vdot(value, array)) / size if size else 0.0
        off = float(np.abs(array - factor * value).max())
        return bool(factor and off <= TOLERANCE * float(np.abs(array).max()))


def words(name: Name | None, variable: str) -> str:
    """The name as people write it, layers counted from 1.

    >>> words(("dW", 2), "gradient"), words(("dA", -1), "dA"), words(None, "delta")
    ('dW3', 'dA0', 'delta')
    """
    return f"{name[0]}{name[1] + 1}" if name else variable[:LONGEST]
