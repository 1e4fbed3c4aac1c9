"""Capacity: does a cell fit into memory? Asked before it is measured."""

from __future__ import annotations

import psutil

from bench.plan.cells import Cell

LAYER_OVERHEAD_BYTES = 2_000  # beside the numbers in its arrays: frames 1 000, Python objects 1 000, both a generous bound
LARGEST_SHARE = 0.8  # of the available memory


def needed_bytes(cell: Cell, features: int, outputs: int) -> int:
    """What the most demanding implementation holds at once.

    Parameters four times (in use, to put back, as drawn, as gradients), activations twice.
    """
    item = 4 if cell.dtype == "float32" else 8
    # by a formula: a list of a million million layers is what this is to prevent
    between = cell.depth - 1
    if between:
        parameters = cell.width * (features + 1) + (between - 1) * cell.width * (cell.width + 1) + outputs * (cell.width + 1)
    else:
        parameters = outputs * (features + 1)
    activations = cell.batch * (features + between * cell.width + outputs)
    return item * (4 * parameters + 2 * activations) + cell.depth * LAYER_OVERHEAD_BYTES


def lacks_room(cell: Cell, features: int, outputs: int, available: int | None = None) -> str:
    """Why the cell does not fit, with the two figures; empty if it does."""
    return shortage(needed_bytes(cell, features, outputs), available)


def shortage(needed: int, available: int | None = None) -> str:
    """Why that many bytes cannot be had, with the two figures; empty if they can."""
    available = psutil.virtual_memory().available if available is None else available
    if needed <= LARGEST_SHARE * available:
        return ""
    return f"needs about {needed / 2**30:.1f} GiB, and {available / 2**30:.1f} GiB are available"
