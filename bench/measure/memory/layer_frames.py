"""Layer frames: what a layer's calls take on the interpreter's stack when recursion is deepest."""

from __future__ import annotations

import sys
from types import FrameType

from bench.measure.memory.frame_bytes import frame_bytes
from bench.measure.workers.stand_ins import StandIn, in_worker
from impls import Implementation
from impls.contract import example

SHALLOW, DEEP = 8, 16


def frame_bytes_per_layer(implementation: Implementation) -> int:
    """Bytes that each further layer adds to the stack when it is deepest; 0 for a loop.

    Raises:
        WorkerFailed: it is the user's own, and fails.

    """
    if isinstance(implementation, StandIn):
        return int(in_worker(f"{__name__}:frame_bytes_per_layer", implementation))
    return (_deepest_stack(implementation, DEEP) - _deepest_stack(implementation, SHALLOW)) // (DEEP - SHALLOW)


def _deepest_stack(implementation: Implementation, depth: int) -> int:
    """Bytes of all frames when recursion is deepest, which is when the last layer's gradient is emitted."""
    network, X, Y = implementation.prepared(*example((2,) * depth + (1,)))
    stacks: list[int] = []
    implementation.backprop(network, X, Y, lambda l, dW, db: stacks.append(_stack_bytes(sys._getframe())))
    return max(stacks)


def _stack_bytes(frame: FrameType | None) -> int:
    total = 0
    while frame:
        total += frame_bytes(frame.f_code)
        frame = frame.f_back
    return total
