"""The two settings of the allocators, as environment variables.

With glibc's defaults a freed array may go back to the system, and the next one is faulted in page by
page; how often depends on luck in the heap's layout. CPython does the same with the chunks that its frames
lie in. That is what a user has, so it is measured. "steady" keeps freed memory in the process, and shows what is
left when page faults are not: of arrays by these variables (https://man7.org/linux/man-pages/man3/mallopt.3.html),
of frames by `bench.measure.timing.frame_room`.
"""

from __future__ import annotations

import platform

STEADY = "steady"

ALLOCATORS: dict[str, dict[str, str]] = {
    "default": {},
    STEADY: {
        "MALLOC_MMAP_THRESHOLD_": str(4 * 2**30),
        "MALLOC_TRIM_THRESHOLD_": str(16 * 2**30),
        "MALLOC_TOP_PAD_": str(64 * 2**20),
    },
}


def lacking(allocator: str) -> str:
    """Why this system cannot have the setting; empty if it can."""
    if allocator == "default" or platform.libc_ver()[0] == "glibc":
        return ""
    return f"the {allocator!r} allocator is a setting of glibc, which this system does not use"
