"""Capacity: does an implementation in a cell fit into memory? Asked before it is measured."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import psutil

from bench.measure.machine import cgroups
from bench.measure.machine.caveats import read_text
from bench.measure.memory.predictions import predicted_bytes
from bench.plan.cells import Cell
from impls import Implementation

LAYER_OVERHEAD_BYTES = 2_000  # beside the numbers in its arrays: frames 1 000, Python objects 1 000, both a generous bound
LARGEST_SHARE = 0.8  # of the available memory
NEEDS = "needs about"
DEPTH_OF_ALL_SHAPES = 3  # a first, a middle and a last layer


def needed_bytes(cell: Cell, features: int, outputs: int, implementation: Implementation | None = None) -> int:
    """What a process holds at the worst moment of a step: the network, its first values and the batch, and what the
    implementation's formula says of the step, frames included.

    Without a formula, parameters four times (in use, to put back, prepared, as gradients) and activations twice.
    """
    step = predicted_bytes(implementation, "resident", cell, features, outputs) if implementation else None
    if step is None:
        return _bytes(cell, features, outputs, parameters=4, activations=2)
    return held_bytes(cell, features, outputs) + step


def held_bytes(cell: Cell, features: int, outputs: int) -> int:
    """What a process holds beside any step: parameters twice, the batch twice, the floor's arrays, the objects of the layers."""
    floor = _bytes(replace(cell, depth=min(cell.depth, DEPTH_OF_ALL_SHAPES)), features, outputs, parameters=1, activations=3)
    return _bytes(cell, features, outputs, parameters=2, activations=0) + floor + 16 * cell.batch * (features + outputs)


def passed_bytes(cell: Cell, features: int, outputs: int) -> int:
    """What any step goes through: parameters, their gradients and activations, each once."""
    return _bytes(cell, features, outputs, parameters=2, activations=1)


def most_bytes(cell: Cell, features: int, outputs: int) -> int:
    """No formula gives more than this, which does not go through every layer as they do."""
    twice = 2 * cell.depth * LAYER_OVERHEAD_BYTES
    return held_bytes(cell, features, outputs) + _bytes(cell, features, outputs, parameters=4, activations=8) + twice


def lacks_room(cell: Cell, features: int, outputs: int, implementation: Any = None, available: int | None = None) -> str:
    """Why an implementation does not fit in the cell, with the two figures; empty if it does."""
    available = available_bytes() if available is None else available
    if implementation is None or not implementation.peak:
        return shortage(needed_bytes(cell, features, outputs), available)
    if not shortage(most_bytes(cell, features, outputs), available):
        return ""
    held = shortage(held_bytes(cell, features, outputs), available)  # first, since a formula makes a list of all layers
    return held or shortage(needed_bytes(cell, features, outputs, implementation), available)


def shortage(needed: int, available: int | None = None) -> str:
    """Why that many bytes cannot be had, with the two figures; empty if they can."""
    available = available_bytes() if available is None else available
    if needed <= LARGEST_SHARE * available:
        return ""
    return f"{NEEDS} {needed / 2**30:.1f} GiB, and {available / 2**30:.1f} GiB are available"


def available_bytes() -> int:
    """Bytes that a process can have at present: what the system has, or less where a container, `ulimit -v` or `-d` allows less."""
    rooms = [psutil.virtual_memory().available, cgroups.memory_room(read_text), _allowed_bytes()]
    return min(room for room in rooms if room is not None)


def _allowed_bytes() -> int | None:
    """The smaller of the soft limits on address space and on data; None if there is neither."""
    if sys.platform == "win32":
        return None
    import resource

    limits = [resource.getrlimit(limit)[0] for limit in (resource.RLIMIT_AS, resource.RLIMIT_DATA)]
    return min((limit for limit in limits if limit != resource.RLIM_INFINITY), default=None)


def _bytes(cell: Cell, features: int, outputs: int, parameters: int, activations: int) -> int:
    """Parameters and activations so many times, and the layers' objects; in closed form."""
    item = 4 if cell.dtype == "float32" else 8
    between = cell.depth - 1
    if between:
        all_parameters = cell.width * (features + 1) + (between - 1) * cell.width * (cell.width + 1) + outputs * (cell.width + 1)
    else:
        all_parameters = outputs * (features + 1)
    all_activations = cell.batch * (features + between * cell.width + outputs)
    return item * (parameters * all_parameters + activations * all_activations) + cell.depth * LAYER_OVERHEAD_BYTES
