"""The profile of one step: live bytes after the forward and the backward of each layer."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FunctionType
from typing import Any, NamedTuple

from bench.measure.memory.collector import collector_off
from bench.measure.memory.meters import heap_tracer
from impls import Implementation, layers
from impls.network import Network

with suppress(ImportError):  # PyPy has none, which `heap_tracer` tells
    import tracemalloc

PHASES = ("forward", "backward")


class Event(NamedTuple):
    """The end of one forward or backward: the layer, counted from 0, and the live bytes above those at the start."""

    layer: int
    phase: str
    live_bytes: int


def profile(step: Callable[[], object], network: Network, implementation: Implementation) -> list[Event]:
    """The events of one step, in order; none from an implementation that does its arithmetic elsewhere.

    When a backward ends, dZ is still alive beside dA_prev, dW and db: the worst moment of its layer.

    Raises:
        Unmeasurable: this Python has no tracemalloc.

    """
    heap_tracer()
    index = {id(layer): l for l, layer in enumerate(network.layers)}
    numbers = array("q")  # three numbers an event, and no objects, which would be counted
    start = 0

    def counted(function: Callable[..., Any], phase: int) -> Callable[..., Any]:
        def wrapper(layer: Any, *arrays: Any) -> Any:
            result = function(layer, *arrays)
            numbers.extend((index[id(layer)], phase, tracemalloc.get_traced_memory()[0] - start))
            return result

        return wrapper

    wrappers = {getattr(layers, phase): counted(getattr(layers, phase), number) for number, phase in enumerate(PHASES)}
    with _replaced_by(wrappers, implementation.backprop), _traced():
        step()  # as in `heap_peak`, what is made once does not count
        del numbers[:]
        start, _ = tracemalloc.get_traced_memory()
        step()
    return [Event(numbers[i], PHASES[numbers[i + 1]], numbers[i + 2]) for i in range(0, len(numbers), 3)]


@contextmanager
def _replaced_by(wrappers: dict[Any, Any], backprop: Any) -> Iterator[None]:
    """Replace the functions by their wrappers in every module that imports them, a user's own too, by whatever name.

    So implementations are measured as they are, and need no code for it.
    """
    namespaces = [vars(module) for module in list(sys.modules.values()) if hasattr(module, "__dict__")]
    namespaces.append(getattr(backprop, "__globals__", {}))
    replaced = []
    try:
        for namespace in namespaces:
            for name, value in list(namespace.items()):
                if type(value) is FunctionType and value in wrappers:  # isinstance would ask the value, and PyTorch has some that warn then
                    namespace[name] = wrappers[value]
                    replaced.append((namespace, name, value))
        yield
    finally:
        for namespace, name, value in replaced:
            namespace[name] = value


@contextmanager
def _traced() -> Iterator[None]:
    with collector_off():
        tracemalloc.start()
        try:
            yield
        finally:
            tracemalloc.stop()
