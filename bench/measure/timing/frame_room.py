"""Room for frames: work whose Python frames all find memory that is there already.

CPython 3.11 to 3.13 keeps frames in chunks of 16 KiB, and gives a chunk back to the system as soon as the last frame in
it has returned. So deep recursion pays for fresh pages at every chunk's edge, on its way down and at each call from
there (python/cpython#142183). A frame that does not fit gets a chunk of its own, of the next power of two, and what is
left of that is for the frames of whom it calls: one large frame makes room for all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import TypeVar

BYTES_A_LAYER = 512  # of frames: `recursive` takes 216, `forum` 232
BYTES_BESIDE = 64 * 1024  # for whoever calls the implementation, and whom it calls
WORD = 8
SPARE_WORDS = 1_000  # that CPython asks for beside a frame that needs a chunk of its own
MOST_ROOM = 2**29  # CPython counts a chunk's bytes in an int, and doubles them until they are enough

Result = TypeVar("Result")


def with_room_for_frames(layers: int, work: Callable[[], Result]) -> Result:
    """Do the work with room for the frames of recursion through so many layers; the pages stay from its first step on.

    The frame in between is just too large for a chunk of that size, so that it gets twice as much and leaves half. There is
    room for a million layers and no more.
    """
    room = min(MOST_ROOM, 1 << (layers * BYTES_A_LAYER + BYTES_BESIDE).bit_length())
    large = _call.__code__.replace(co_stacksize=room // WORD - SPARE_WORDS)
    return FunctionType(large, globals())(work)


def _call(work: Callable[[], Result]) -> Result:
    return work()
