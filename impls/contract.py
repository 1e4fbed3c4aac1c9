"""The check that every implementation passes before it is timed: right, complete and clean."""

from __future__ import annotations

import gc

import numpy as np

from impls.interface import Implementation, Unavailable
from impls.iterative import iterative
from impls.layers import COLUMNS, ROWS, forward
from impls.losses import LOSSES
from impls.network import Network, make_network
from impls.updates import UPDATES

SHAPES = ((5, 4, 3, 1), (3, 1), (4, 1, 1, 1, 1), (6, 7, 5, 3))
FINITE_DIFFERENCE_STEP = 1e-6
FINITE_DIFFERENCE_TOLERANCE = 1e-6
SIBLING_TOLERANCE = {"float64": 1e-9, "float32": 1e-4}


class BrokenContract(Exception):
    """An implementation breaks the contract in `impls.interface`; the message says how."""


def check(implementation: Implementation, activation: str = "tanh", layout: str = COLUMNS) -> None:
    """Check an implementation against its contract on a few small networks with that activation and layout, in milliseconds.

    Gradients are compared with central finite differences (to 1e-6 relative, by layer) and with
    `iterative` in the same layout (to 1e-9; in float32, and for a single example, with `iterative` alone).

    Raises:
        BrokenContract: what is wrong, in words. An exception that `backprop` raises is raised as this.
        Unavailable: it cannot be checked here.

    """
    if implementation.missing:
        raise BrokenContract(implementation.missing)
    if layout not in implementation.layouts:
        raise BrokenContract(f"is written for examples as {' or '.join(implementation.layouts)} and not as {layout}")
    try:
        for sizes in SHAPES:
            network, X, Y = example(sizes, activation, layout=layout)
            loss, gradients = gradients_of(implementation, network, X, Y)
            _compare_with_differences(gradients, network, X, Y)
            _compare_with_sibling(loss, gradients, network, X, Y)
            _refuse_late_readers(implementation, gradients, network, X, Y)
            _compare_steps(implementation, sizes, activation, layout)
        for odd in ({"dtype": "float32"}, {"examples": 1}):
            network, X, Y = example(SHAPES[0], activation, layout=layout, **odd)
            loss, gradients = gradients_of(implementation, network, X, Y)
            _compare_with_sibling(loss, gradients, network, X, Y)
    except (BrokenContract, Unavailable):
        raise
    except Exception as error:
        raise BrokenContract(f"raises {type(error).__name__}: {error}") from error


def broken(implementation: Implementation, activation: str = "tanh", layout: str = COLUMNS) -> str:
    """How an implementation breaks the contract, in words; empty if it keeps it, or cannot be checked here."""
    try:
        check(implementation, activation, layout)
    except BrokenContract as error:
        return str(error)
    except Unavailable:
        return ""  # nothing of it will be timed here: where it would be, there is a row that says why
    return ""


def example(sizes, activation: str = "tanh", dtype: str = "float64", examples: int = 6, seed: int = 0, layout: str = COLUMNS):
    """A small network with data that fits it: binary with one logit, else as many classes as logits; the same in both layouts."""
    rng = np.random.default_rng(seed)
    loss = "binary_cross_entropy" if sizes[-1] == 1 else "softmax_cross_entropy"
    network = make_network(sizes, activation, loss, "xavier", seed, dtype, layout)
    for layer in network.layers:
        layer.b += rng.uniform(-0.5, 0.5, layer.b.shape)
    X = rng.standard_normal((sizes[0], examples)).astype(dtype)
    if sizes[-1] == 1:
        Y = rng.integers(0, 2, (1, examples)).astype(dtype)
    else:
        Y = np.eye(sizes[-1], dtype=dtype)[:, rng.integers(0, sizes[-1], examples)]
    return network, *(np.ascontiguousarray(array.T if layout == ROWS else array) for array in (X, Y))


def gradients_of(implementation: Implementation, network: Network, X, Y):
    """The loss, and [(dW, db)] by layer, of an implementation that keeps the contract.

    Raises:
        BrokenContract: a layer's gradient is missing, repeated, out of order, misshapen or of another
            dtype, or the network or the data were changed.

    """
    network, X, Y = implementation.prepared(network, X, Y)
    emitted: list[int] = []
    gradients: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    before = [array.copy() for array in _arrays(network, X, Y)]

    def refuse_changes():
        if any(not np.array_equal(old, new) for old, new in zip(before, _arrays(network, X, Y))):
            raise BrokenContract("changes the network or the data; only emit may")

    def emit(l, dW, db):
        refuse_changes()
        emitted.append(l)
        gradients[l] = np.array(dW), np.array(db)

    loss = implementation.backprop(network, X, Y, emit)
    refuse_changes()
    expected = list(reversed(range(len(network.layers))))
    if emitted != expected:
        raise BrokenContract(f"emits layers {emitted}, not {expected}")
    for l, layer in enumerate(network.layers):
        dW, db = gradients[l]
        if dW.shape != layer.W.shape or db.shape != layer.b.shape:
            raise BrokenContract(f"emits shapes {dW.shape}, {db.shape} for layer {l}, not {layer.W.shape}, {layer.b.shape}")
        if not dW.dtype == db.dtype == layer.W.dtype:
            raise BrokenContract(f"emits {dW.dtype} and {db.dtype} for layer {l}, not {layer.W.dtype}")
    if not isinstance(loss, float):
        raise BrokenContract(f"returns {type(loss).__name__}, not the loss as a float")
    return loss, [gradients[l] for l in range(len(network.layers))]


def finite_differences(network: Network, X, Y) -> list[tuple[np.ndarray, np.ndarray]]:
    """[(dW, db)] by layer, from two losses for each parameter: slow, and independent of backward."""

    def slope(parameter, index):
        original = parameter[index]
        losses = []
        for sign in (1, -1):
            parameter[index] = original + sign * FINITE_DIFFERENCE_STEP
            losses.append(_loss(network, X, Y))
        parameter[index] = original
        return (losses[0] - losses[1]) / (2 * FINITE_DIFFERENCE_STEP)

    def gradient(parameter):
        return np.array([slope(parameter, i) for i in np.ndindex(parameter.shape)]).reshape(parameter.shape)

    return [(gradient(layer.W), gradient(layer.b)) for layer in network.layers]


def leaked_bytes(implementation: Implementation, steps: int = 8) -> int:
    """Bytes that a step leaves behind with the collector off: more than 0 if a cycle keeps a step's arrays alive.

    The least of eight rounds of steps, since what the interpreter, NumPy and other threads store now and then is not a leak.
    """
    import tracemalloc  # which PyPy has not

    network, X, Y = implementation.prepared(*example((16, 16, 16, 16, 1), examples=64, layout=implementation.layouts[0]))

    def run(times):
        for _ in range(times):
            implementation.backprop(network, X, Y, lambda l, dW, db: None)

    was_enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        alive = []
        for _ in range(9):
            run(steps)
            alive.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
        if was_enabled:
            gc.enable()
        gc.collect()
    return min(after - before for before, after in zip(alive, alive[1:])) // steps


def relative_error(actual, expected) -> float:
    """|actual - expected| / |expected|, over whole arrays."""
    return float(np.linalg.norm(actual - expected) / max(float(np.linalg.norm(expected)), 1e-300))


def _compare_with_differences(gradients, network, X, Y) -> None:
    _compare(gradients, finite_differences(network, X, Y), FINITE_DIFFERENCE_TOLERANCE, "finite differences")


def _compare_with_sibling(loss, gradients, network, X, Y) -> None:
    sibling_loss, sibling = gradients_of(iterative, network, X, Y)
    tolerance = SIBLING_TOLERANCE[str(X.dtype)]
    if not abs(loss - sibling_loss) <= tolerance * abs(sibling_loss):
        raise BrokenContract(f"returns a loss of {loss!r} where iterative has {sibling_loss!r}")
    _compare(gradients, sibling, tolerance, "iterative")


def _compare(gradients, expected, tolerance, reference) -> None:
    for l, (pair, expected_pair) in enumerate(zip(gradients, expected)):
        for what, actual, other in zip(("dW", "db"), pair, expected_pair):
            error = relative_error(actual, other)
            if not error <= tolerance:
                raise BrokenContract(f"gives a {what} of layer {l} that is off by {error:.1e} of its size against {reference}")


def _compare_steps(implementation, sizes, activation, layout) -> None:
    """Two steps of either update end on the same parameters and losses as those of `iterative`."""
    for update, step in UPDATES.items():
        ends = []
        for candidate in (implementation, iterative):
            network, X, Y = candidate.prepared(*example(sizes, activation, layout=layout))
            losses = [step(candidate, network, X, Y, 0.1) for _ in range(2)]
            ends.append([(np.asarray(losses), np.zeros(1))] + [(layer.W, layer.b) for layer in network.layers])
        for l, (actual, expected) in enumerate(zip(*ends)):
            error = max(map(relative_error, actual, expected))
            if not error <= SIBLING_TOLERANCE["float64"]:
                what = f"leaves layer {l - 1}" if l else "returns losses that are"
                raise BrokenContract(f"takes {update} steps and {what} off by {error:.1e} of its size against iterative")


def _refuse_late_readers(implementation, gradients, network, X, Y) -> None:
    """Once a layer's gradient is out, a fused update may change the layer: here, into nonsense."""
    unchanged = []
    network, X, Y = implementation.prepared(network, X, Y)

    def emit(l, dW, db):
        unchanged.append(all(map(np.array_equal, (dW, db), gradients[l])))
        network.layers[l].W[...] = np.nan
        network.layers[l].b[...] = np.nan

    implementation.backprop(network, X, Y, emit)
    if not all(unchanged):
        raise BrokenContract("reads a layer after it has emitted its gradient, which a fused update changes by then")


def _loss(network: Network, X, Y) -> float:
    A = X
    for layer in network.layers:
        A = forward(layer, A)
    return LOSSES[network.loss](A, Y)[0]


def _arrays(network: Network, X, Y):
    return [X, Y] + [array for layer in network.layers for array in (layer.W, layer.b)]
