"""Stack use: how many Python frames a call has at once, and how many bytes they take, seen by the interpreter's own hook."""

from __future__ import annotations

import sys
from collections.abc import Callable
from inspect import CO_ASYNC_GENERATOR, CO_COROUTINE, CO_GENERATOR
from types import CodeType, FrameType
from typing import Any, NamedTuple

from bench.measure.memory.frame_bytes import frame_bytes

GENERATOR = CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR


class StackUse(NamedTuple):
    """The most frames of Python functions that were there at once above the caller's, and the most bytes of the interpreter's stack."""

    frames: int
    frame_bytes: int


def stack_bytes(code: CodeType) -> int:
    """What a frame of a function takes on the interpreter's stack."""
    return 0 if code.co_flags & GENERATOR else frame_bytes(code)


def stack_use(call: Callable[[], object]) -> StackUse:
    """Make the call and watch its frames (`sys.setprofile`). A generator's frame counts while it runs; its bytes do not, since they
    are those of the generator, on the heap.
    """
    there = deepest = taken = most = 0

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal there, deepest, taken, most
        if event == "call":
            there += 1
            taken += stack_bytes(frame.f_code)
            deepest, most = max(deepest, there), max(most, taken)
        elif event == "return" and there:  # the watcher sees its own caller return, too
            there -= 1
            taken -= stack_bytes(frame.f_code)

    sys.setprofile(watch)
    try:
        call()
    finally:
        sys.setprofile(None)
    return StackUse(deepest, most)
