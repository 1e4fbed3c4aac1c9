"""Pages: memory that is asked of the system and not of malloc."""

import ctypes
import mmap
import sys
from contextlib import suppress

import numpy as np

DOMAIN = 0x0B10C  # tracemalloc's, for memory that is neither Python's nor NumPy's


def pages(count, dtype):
    """An array of so many zeros in pages of its own, which are the process's from when they are first written to.

    Not malloc's on Linux: freeing a large array there raises a threshold of glibc's (mallopt(3), M_MMAP_THRESHOLD), after
    which a step of `iterative` at 64 layers of 64 units had no page fault where it had 340.

    Raises:
        MemoryError: there is no room for it.

    """
    if sys.platform != "linux":
        return np.zeros(count, dtype)
    try:
        memory = mmap.mmap(-1, max(count * dtype.itemsize, 1), mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    except OSError as error:
        raise MemoryError(f"{count} numbers: {error.strerror}") from None
    with suppress(OSError):  # as NumPy does, where the kernel has them
        memory.madvise(mmap.MADV_HUGEPAGE)
    return np.frombuffer(memory, dtype, count)


class Counted:
    """Lets tracemalloc, which sees malloc's memory alone, count an array's pages for as long as this is there."""

    def __init__(self, array):
        self.address = array.__array_interface__["data"][0]

    def count(self, size):
        """So many bytes of them: those beyond are not written to, and take no memory."""
        if TRACK and sys.platform == "linux":  # elsewhere the array is NumPy's own, and seen
            TRACK(DOMAIN, self.address, size)

    def __del__(self):
        if UNTRACK:
            UNTRACK(DOMAIN, self.address)


def _of_tracemalloc(name, *arguments):
    """A function of its interface in C; None where this Python has none."""
    try:
        return ctypes.PYFUNCTYPE(ctypes.c_int, *arguments)((name, ctypes.pythonapi))
    except AttributeError:
        return None


TRACK = _of_tracemalloc("PyTraceMalloc_Track", ctypes.c_uint, ctypes.c_size_t, ctypes.c_size_t)
UNTRACK = _of_tracemalloc("PyTraceMalloc_Untrack", ctypes.c_uint, ctypes.c_size_t)
