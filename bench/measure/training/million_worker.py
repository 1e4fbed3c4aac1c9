"""The worker of a million layers: it builds one network and trains it for a few steps with one implementation.

Answers: {"built_s": ...} when the network is built, {"layers": ...} now and then while layers are updated,
{"loss": ..., "seconds": ...} after each step, and {"resting_bytes": ..., "peak_bytes": ...} at the end.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np

from bench.measure.memory import meters
from bench.measure.subjects.recursion_limit import raise_recursion_limit
from bench.measure.workers.serve import Answer, serve
from impls import IMPLEMENTATIONS
from impls.layers import Layer
from impls.network import Network, make_network
from impls.updates import descend

LEARNING_RATE = 1e-3
REPORT_EVERY = 20_000  # layers


def main(task: dict[str, Any], answer: Answer) -> None:
    """Build the network and train it."""
    raise_recursion_limit(len(task["sizes"]))
    X, Y = np.array(task["X"]), np.array(task["Y"])
    start = perf_counter()
    network = _built(task["sizes"], task["loss"])
    answer(built_s=perf_counter() - start)
    resting = meters.high_water_bytes()
    emit = _descending(network.layers, lambda layers: answer(layers=layers))
    for _ in range(task["steps"]):
        start = perf_counter()
        loss = IMPLEMENTATIONS[task["impl"]].backprop(network, X, Y, emit)
        answer(loss=loss, seconds=perf_counter() - start)
    answer(resting_bytes=resting, peak_bytes=meters.high_water_bytes())


def _built(sizes: list[int], loss: str) -> Network:
    """The network, made without the garbage collector and then kept out of its sight: it would look through
    millions of live objects over and over, and find none to free.
    """
    gc.disable()
    network = make_network(sizes, "tanh", loss, "orthogonal")
    gc.enable()
    gc.collect()
    gc.freeze()
    return network


def _descending(layers: list[Layer], report: Callable[[int], None]) -> Callable[..., None]:
    """The fused update's `emit`, which also reports how many layers it has updated."""

    def emit(l: int, dW: np.ndarray, db: np.ndarray) -> None:
        descend(layers[l], dW, db, LEARNING_RATE)
        if l % REPORT_EVERY == 0:
            report(min(REPORT_EVERY, len(layers) - l))

    return emit


if __name__ == "__main__":
    serve(main)
