"""Predictions: what a meter should read, by an implementation's formula and the code of its frames."""

from __future__ import annotations

from contextlib import suppress

import numpy as np

from bench.measure.memory.layer_frames import frame_bytes_per_layer
from bench.measure.workers.ask import WorkerFailed
from bench.measure.workers.stand_ins import StandIn, in_worker
from bench.plan.cells import Cell
from impls import Implementation, Solution
from impls.contract import leaked_bytes
from impls.interface import Unavailable
from impls.peaks import StepShape

CANNOT_RUN = (WorkerFailed, Unavailable, OSError)  # a user's own that fails, what this machine cannot do, a disk that is full
LEAK_BYTES = 1_024  # a leaked step holds arrays of some kilobytes; less is Python's own housekeeping


def predicted_bytes(implementation: Implementation | Solution, meter: str, cell: Cell, features: int, outputs: int) -> int | None:
    """The peak of the arrays for the heap, with the frames for resident memory; None where no formula is known.

    Raises:
        BadInput: a formula of the user's own fails.

    """
    if isinstance(implementation, Solution) or implementation.peak is None or meter not in ("heap", "resident"):
        return None
    sizes = tuple(cell.sizes(features, outputs))
    arrays = implementation.peak(StepShape(sizes, cell.batch, np.dtype(cell.dtype).itemsize, cell.update, cell.activation))
    if meter == "heap":
        return arrays
    try:
        return arrays + cell.depth * frame_bytes_per_layer(implementation)
    except CANNOT_RUN:
        return None


def leak(implementation: Implementation) -> int:
    """Bytes that a small step leaves behind with the garbage collector off; 0 where they are no more than Python's own."""
    if isinstance(implementation, StandIn):
        with suppress(WorkerFailed):  # its other measurements will say so
            return int(in_worker(f"{__name__}:leak", implementation))
        return 0
    with suppress(*CANNOT_RUN):  # likewise
        leaked = leaked_bytes(implementation)
        return leaked if leaked >= LEAK_BYTES else 0
    return 0
