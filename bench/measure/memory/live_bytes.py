"""The profile: live bytes after every forward and backward of every layer, through one step."""

from __future__ import annotations

import sys
import tracemalloc
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any, NamedTuple

from bench.measure.memory.meters import collector_off
from impls import Implementation, layers
from impls.network import Network

PHASES = ("forward", "backward")


class Event(NamedTuple):
    """One forward or backward is over: of which layer, counted from 0, and the live bytes above the start."""

    layer: int
    phase: str
    live_bytes: int


def profile(step: Callable[[], object], network: Network, implementation: Implementation) -> list[Event]:
    """The events of one step, in order; none from an implementation that does its arithmetic elsewhere.

    When a backward is over, dZ is still there beside dA_prev, dW and db: the worst moment of its layer.
    """
    place = {id(layer): l for l, layer in enumerate(network.layers)}
    numbers = array("q")  # three numbers an event and no objects, for they would be counted
    start = 0

    def told(function: Callable[..., Any], phase: int) -> Callable[..., Any]:
        def wrapper(layer: Any, *arrays: Any) -> Any:
            result = function(layer, *arrays)
            numbers.extend((place[id(layer)], phase, tracemalloc.get_traced_memory()[0] - start))
            return result

        return wrapper

    wrappers = {getattr(layers, phase): told(getattr(layers, phase), number) for number, phase in enumerate(PHASES)}
    with _in_place_of(wrappers, implementation.backprop), _traced():
        step()  # as in `heap_peak`, what is made once does not count
        del numbers[:]
        start, _ = tracemalloc.get_traced_memory()
        step()
    return [Event(numbers[i], PHASES[numbers[i + 1]], numbers[i + 2]) for i in range(0, len(numbers), 3)]


@contextmanager
def _in_place_of(wrappers: dict[Any, Any], backprop: Any) -> Iterator[None]:
    """Let every module that has taken a function by any name, a user's own too, find its wrapper there.

    So implementations are measured as they are, and need not know of it.
    """
    spaces = [vars(module) for module in list(sys.modules.values()) if hasattr(module, "__dict__")]
    spaces.append(getattr(backprop, "__globals__", {}))
    replaced = []
    try:
        for space in spaces:
            for name, value in list(space.items()):
                if type(value) is FunctionType and value in wrappers:  # isinstance would ask the value, and PyTorch has some that warn then
                    space[name] = wrappers[value]
                    replaced.append((space, name, value))
        yield
    finally:
        for space, name, value in replaced:
            space[name] = value


@contextmanager
def _traced() -> Iterator[None]:
    with collector_off():
        tracemalloc.start()
        try:
            yield
        finally:
            tracemalloc.stop()
