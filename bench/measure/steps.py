"""The step that is timed: one training step of each contender, all on the same network and data."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from bench.plan.cells import Cell
from bench.plan.contenders import CONTROL, FLOOR
from impls import Implementation
from impls.network import Network, make_network
from impls.updates import UPDATES

LEARNING_RATE = 1e-3

Step = Callable[[], object]
MakeReady = Callable[[], Step]


class Workbench:
    """One network, one batch, and the parameters' first values, to put back before each measurement.

    Every contender of a cell works in these same buffers: separate copies differ in their place in
    memory, and that alone biased a comparison of identical code by 0.8 %.
    """

    def __init__(self, cell: Cell, X: np.ndarray, Y: np.ndarray, loss: str, seed: int = 0) -> None:
        self.cell = cell
        self.X = X.astype(cell.dtype)
        self.Y = Y.astype(cell.dtype)
        sizes = cell.sizes(len(X), len(Y))
        self.network = make_network(sizes, cell.activation, loss, cell.initialiser, seed, cell.dtype)
        self._first = [(layer, layer.W, layer.b, layer.W.copy(), layer.b.copy()) for layer in self.network.layers]

    def put_back(self) -> None:
        """Give every layer its own arrays again, which some replace, with their first values."""
        for layer, W, b, first_W, first_b in self._first:
            layer.W, layer.b = W, b
            np.copyto(W, first_W)
            np.copyto(b, first_b)

    def step(self, implementation: Implementation) -> Step:
        """One training step of an implementation, prepared, as a callable without arguments."""
        return partial(UPDATES[self.cell.update], implementation, *implementation.prepared(self.network, self.X, self.Y), LEARNING_RATE)

    def contenders(self, names: list[str], implementations: dict[str, Implementation], baseline: str) -> dict[str, MakeReady]:
        """What makes each contender ready outside the clock: the parameters are put back, and it gives its prepared step.

        The control is the baseline once more.
        """
        floor = floor_step(self.network, self.X)

        def ready(name: str) -> Step:
            self.put_back()
            if name == FLOOR:
                return floor
            implementation = implementations[baseline if name == CONTROL else name]
            step = self.step(implementation)
            if implementation.moves:
                step()  # the first on arrays that are new pays for their pages, and of large steps one alone is measured
            return step

        return {name: partial(ready, name) for name in names}


def floor_step(network: Network, X: np.ndarray) -> Step:
    """The matrix products of one step into arrays that are there already, and nothing else.

    W A_prev forward, dZ A_prev^T and W^T dZ backward (the last not for the first layer). Only the work
    counts, so all layers of one shape read the same inputs and write over the same results: no
    implementation over NumPy can beat it. One in machine code may, since it does not call BLAS through Python.
    """
    given = _ArrayByShape(X.dtype)
    result = _ArrayByShape(X.dtype)
    products = [(layer.W, given[layer.W.shape[1], X.shape[1]], result[len(layer.W), X.shape[1]]) for layer in network.layers]
    for layer in reversed(network.layers):
        dZ, A_prev = given[len(layer.W), X.shape[1]], given[layer.W.shape[1], X.shape[1]]
        products.append((dZ, A_prev.T, result[layer.W.shape]))
        if not layer.first:
            products.append((layer.W.T, dZ, result[A_prev.shape]))

    def step() -> None:
        for left, right, out in products:
            left.dot(right, out)

    return step


class _ArrayByShape(dict[tuple[int, ...], np.ndarray]):
    """One array for each shape that is asked for."""

    def __init__(self, dtype: np.dtype) -> None:
        self.dtype = dtype

    def __missing__(self, shape: tuple[int, ...]) -> np.ndarray:
        self[shape] = np.full(shape, 0.5, self.dtype)
        return self[shape]
