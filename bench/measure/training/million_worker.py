"""The worker of a million layers: builds one network and trains it for a few steps with one implementation.

Reads its task from standard input and answers in JSON lines: {"built_s": ...} when the network is there,
{"layers": ...} now and then while layers are updated, {"loss": ..., "seconds": ...} after each step, and
{"resting_bytes": ..., "peak_bytes": ...} at the end.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Callable
from time import perf_counter

import numpy as np

from bench.measure.memory import meters
from bench.measure.timing import visit
from bench.measure.timing.worker import answers_only
from bench.measure.workers.lifeline import die_with_parent
from impls import IMPLEMENTATIONS
from impls.layers import Layer
from impls.network import Network, make_network
from impls.updates import descend

LEARNING_RATE = 1e-3
TOLD_EVERY = 20_000  # layers


def main() -> None:
    """Do the task on standard input."""
    answer = answers_only()
    die_with_parent(int(os.environ["UNWIND_PARENT"]))
    task = json.load(sys.stdin)
    visit.raise_recursion_limit(len(task["sizes"]))
    X, Y = np.array(task["X"]), np.array(task["Y"])
    start = perf_counter()
    network = _built(task["sizes"], task["loss"])
    answer(built_s=perf_counter() - start)
    resting = meters.high_water_bytes()
    emit = _told(network.layers, lambda layers: answer(layers=layers))
    for _ in range(task["steps"]):
        start = perf_counter()
        loss = IMPLEMENTATIONS[task["impl"]].backprop(network, X, Y, emit)
        answer(loss=loss, seconds=perf_counter() - start)
    answer(resting_bytes=resting, peak_bytes=meters.high_water_bytes())


def _built(sizes: list[int], loss: str) -> Network:
    """The network, made without the garbage collector and hidden from it: it would look through millions of live
    objects over and over, and find none to free.
    """
    gc.disable()
    network = make_network(sizes, "tanh", loss, "orthogonal")
    gc.enable()
    gc.collect()
    gc.freeze()
    return network


def _told(layers: list[Layer], tell: Callable[[int], None]) -> Callable[..., None]:
    """The fused update's `emit`, which also tells how far it has come."""

    def emit(l: int, dW: np.ndarray, db: np.ndarray) -> None:
        descend(layers[l], dW, db, LEARNING_RATE)
        if l % TOLD_EVERY == 0:
            tell(min(TOLD_EVERY, len(layers) - l))

    return emit


if __name__ == "__main__":
    main()
