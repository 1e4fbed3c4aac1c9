"""Room for frames: memory for all Python frames of some work, allocated before it begins and kept until it ends.

CPython 3.11 to 3.13 keeps frames in chunks of 16 KiB, and gives a chunk back to the system as soon as the last frame in
it has returned. So deep recursion pays for fresh pages at every chunk's edge, on its way down and at each call from
there (python/cpython#142183). A frame that does not fit gets a chunk of its own, of the next power of two, and the
frames of its callees are put into what is left of that: one large frame makes room for all of them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FunctionType
from typing import TypeVar

OTHER_BYTES = 64 * 1024  # for the callers of what is measured, and its callees
WORD = 8
SPARE_WORDS = 1_000  # CPython adds them to a frame that needs a chunk of its own
LARGEST_CHUNK_BYTES = 2**29  # CPython counts a chunk's bytes in an int, and doubles them until they are enough

Result = TypeVar("Result")


def with_room_for_frames(frame_bytes: int, work: Callable[[], Result]) -> Result:
    """Do the work with room for frames of so many bytes, as far as CPython can make it in one piece.

    The frame of `_call` is just too large for a chunk of the size that is needed, so it gets one of twice that size and
    leaves half of it. Pages that the work has touched once stay.
    """
    if sys.implementation.name != "cpython":
        return work()  # PyPy's frames are in no such chunks
    room = min(LARGEST_CHUNK_BYTES, 1 << (frame_bytes + OTHER_BYTES).bit_length())
    large = _call.__code__.replace(co_stacksize=room // WORD - SPARE_WORDS)
    return FunctionType(large, globals())(work)


def _call(work: Callable[[], Result]) -> Result:
    return work()
