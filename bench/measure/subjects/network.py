"""The step that is timed: one training step of each contender, all on the same network and data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

import numpy as np

from bench.measure.memory import live_bytes
from bench.measure.subjects.ready import Announce, MakeReady, Point, Step
from bench.measure.subjects.recursion_limit import raise_recursion_limit
from bench.plan.cells import Cell
from bench.plan.contenders import CONTROL, FLOOR
from impls import Implementation
from impls.layers import ROWS, Layer
from impls.network import Network, make_network
from impls.updates import UPDATES

LEARNING_RATE = 1e-3
FRAME_BYTES = 512  # of a layer's calls at most: those of `recursive` take 216, those of `forum` 232


class Workbench:
    """One network, one batch, and the parameters' first values, to put back before each measurement.

    Every contender of a cell works in these same buffers: separate copies have other addresses, and that
    alone biased a comparison of identical code by 0.8 %.
    """

    repeats = True  # a step leaves all that the next one needs

    def __init__(self, cell: Cell, X: np.ndarray, Y: np.ndarray, loss: str, seed: int = 0) -> None:
        self.cell = cell
        sizes = cell.sizes(len(X), len(Y))
        self.X, self.Y = (np.ascontiguousarray(array.T if cell.layout == ROWS else array, cell.dtype) for array in (X, Y))
        self.network = make_network(sizes, cell.activation, loss, cell.initialiser, seed, cell.dtype, cell.layout)
        self._first = [(layer, layer.W, layer.b, layer.W.copy(), layer.b.copy()) for layer in self.network.layers]

    def put_back(self) -> None:
        """Give every layer its own arrays again, which some replace, with their first values."""
        for layer, W, b, first_W, first_b in self._first:
            layer.W, layer.b = W, b
            np.copyto(W, first_W)
            np.copyto(b, first_b)

    def step(self, implementation: Implementation, calls: int = 1) -> Step:
        """One training step of an implementation, prepared, as a callable without arguments."""
        return partial(UPDATES[self.cell.update], implementation, *implementation.prepared(self.network, self.X, self.Y), LEARNING_RATE)

    def contenders(self, names: list[str], implementations: dict[str, Implementation], baseline: str) -> dict[str, MakeReady]:
        """Name -> a function to call outside the clock, which puts the parameters back and returns the prepared step.

        The control is the baseline once more.
        """
        floor = floor_step(self.network, self.X)

        def ready(name: str, calls: int = 1) -> Step:
            self.put_back()
            if name == FLOOR:
                return floor
            implementation = implementations[baseline if name == CONTROL else name]
            step = self.step(implementation)
            if implementation.moves:
                step()  # the first step on new arrays pays for their pages, and of a large step only one is measured
            return step

        return {name: partial(ready, name) for name in names}

    def work(self, implementation: Implementation) -> Step:
        """What memory is read of: the step, and what `prepare` allocates with it, where the cache may be; not where that is
        the library's copy of the parameters.
        """
        makes_room = implementation.prepare and not implementation.moves
        return (lambda: self.step(implementation)()) if makes_room else self.step(implementation)

    def profile(self, implementation: Implementation) -> list[Point]:
        """Live bytes after each forward and backward of a step."""
        events = live_bytes.profile(self.work(implementation), self.network, implementation)
        return [(number, *event, None) for number, event in enumerate(events)]

    def frames(self, implementation: Implementation) -> int:
        """As many of its frames as there may be at once: the layers, whichever implementation it is."""
        return self.cell.depth

    def stack_bytes(self, implementations: Iterable[Implementation]) -> int:
        """What the frames of recursion through all layers take at most, whichever implementation it is."""
        return self.cell.depth * FRAME_BYTES

    def raised_limit_for(self, implementations: Mapping[str, Implementation], announce: Announce) -> set[str]:
        """Raise Python's recursion limit by the network's depth; nothing is said of who needs it."""
        self.raise_limit()
        return set()

    def raise_limit(self) -> None:
        """Let recursion through all layers have its way."""
        raise_recursion_limit(self.cell.depth)


def floor_step(network: Network, X: np.ndarray) -> Step:
    """The matrix products of one step into preallocated arrays, and nothing else.

    No implementation that asks NumPy for these products can be faster. One in machine code may be, since it does not
    call BLAS through Python, and so may one that lays out its arrays in another order. So each layout has a floor of its own.
    """
    return partial(_multiply, floor_products(network, X))


def _multiply(products: list[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> None:
    for left, right, out in products:
        left.dot(right, out)


def floor_products(network: Network, X: np.ndarray) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Factors and result of each product: W A_prev forward, dZ A_prev^T and W^T dZ backward, the last not for the first layer;
    where examples are rows, A_prev W^T, dZ^T A_prev and dZ W.

    Only the work counts, so all layers of one shape read the same A_prev and the same dZ, and write over the same results.
    But dZ is never A_prev: for `A.dot(A.T)` NumPy calls BLAS's syrk, for `A.dot(B.T)` gemm, and syrk, after which it
    copies half of the result, takes 0.86 to 2.3 times the time for 8 to 1024 units.
    """
    activations, signals, results = _ArrayByShape(X.dtype), _ArrayByShape(X.dtype), _ArrayByShape(X.dtype)
    examples, rows = network.examples(X), network.rows
    products = []

    def arrays(layer: Layer) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        n, n_prev = layer.W.shape
        into, out_of = ((examples, n_prev), (examples, n)) if rows else ((n_prev, examples), (n, examples))
        return activations[into], signals[out_of], results[out_of]

    for layer in network.layers:
        A_prev, _, A = arrays(layer)
        products.append((A_prev, layer.W.T, A) if rows else (layer.W, A_prev, A))
    for layer in reversed(network.layers):
        A_prev, dZ, _ = arrays(layer)
        products.append((dZ.T, A_prev, results[layer.W.shape]) if rows else (dZ, A_prev.T, results[layer.W.shape]))
        if not layer.first:
            products.append((dZ, layer.W, results[A_prev.shape]) if rows else (layer.W.T, dZ, results[A_prev.shape]))
    return products


class _ArrayByShape(dict[tuple[int, ...], np.ndarray]):
    """One array for each shape that is asked for."""

    def __init__(self, dtype: np.dtype) -> None:
        self.dtype = dtype

    def __missing__(self, shape: tuple[int, ...]) -> np.ndarray:
        self[shape] = np.full(shape, 0.5, self.dtype)
        return self[shape]
