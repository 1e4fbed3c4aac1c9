"""The meters of memory: the peak of one step by tracemalloc and by a sampler; `resident.py` has the one by the system."""

from __future__ import annotations

import ctypes
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from bench.measure.memory.collector import collector_off

Work = Callable[[], object]

HEAP_DEPTH = 1_024  # frames; tracemalloc walks the whole stack at every allocation (python/cpython#15545)
SAMPLED_STEPS = 200
SAMPLE_INTERVAL_S = 0.1  # memory_profiler's own choice, and so what most users have
PR_SET_THP_DISABLE = 41  # prctl(2)

# Above a threshold, malloc gives each array pages of its own and returns them at once. By default the
# threshold moves as large arrays are freed, and a second spike of 30 MiB read 20, a third 0 (mallopt(3)).
# NumPy asks for pages of 2 MiB for large arrays, which would be counted whole.
STEADY_PAGES = {"MALLOC_MMAP_THRESHOLD_": "65536", "NUMPY_MADVISE_HUGEPAGE": "0"}


class Unmeasurable(Exception):
    """A meter cannot be read here; the message is the reason."""


def heap_peak(step: Work, depth: int) -> int:
    """Bytes of Python's and NumPy's heap at a step's worst moment above those before it, exactly.

    Raises:
        Unmeasurable: `depth`, the frames that there may be at once, is too much for tracemalloc; or this Python has none.

    """
    refuse_depth(depth)
    tracemalloc = heap_tracer()
    with collector_off():
        tracemalloc.start()
        try:
            step()  # the first step also allocates what Python keeps and uses again
            before, _ = tracemalloc.get_traced_memory()
            tracemalloc.reset_peak()
            step()
            return tracemalloc.get_traced_memory()[1] - before
        finally:
            tracemalloc.stop()


def heap_tracer() -> ModuleType:
    """The module tracemalloc.

    Raises:
        Unmeasurable: this Python has none, as PyPy.

    """
    try:
        import tracemalloc
    except ImportError:
        raise Unmeasurable(f"{sys.implementation.name} has no tracemalloc, which sees the heap") from None
    return tracemalloc


def refuse_depth(depth: int) -> None:
    """Use tracemalloc only where there are not too many frames at once.

    Raises:
        Unmeasurable: there may be.

    """
    if depth > HEAP_DEPTH:
        words = f"it is not used above {HEAP_DEPTH} layers or calls at once"
        raise Unmeasurable(f"tracemalloc's time grows with the square of recursion's depth; {words}, and here there may be {depth}")


def sampled_series(step: Work, steps: int = SAMPLED_STEPS) -> list[tuple[float, int]]:
    """(seconds, resident bytes above the first sample) through some hundred steps, as memory_profiler samples them.

    For a process that has no children of its own: when a step raises, memory_profiler kills them all.
    """
    from memory_profiler import memory_usage

    def train() -> None:
        for _ in range(steps):
            step()

    start = time.time()
    # Without max_iterations a function that is over quickly is called up to seven times.
    samples = memory_usage((train, ()), interval=SAMPLE_INTERVAL_S, timestamps=True, max_iterations=1)
    first = samples[0][0]
    return [(round(max(0.0, at - start), 3), round((mebibytes - first) * 2**20)) for mebibytes, at in samples]


def high_water_bytes() -> int | None:
    """The most resident memory that this process has had, since the last reset; None where the system does not say.

    Not getrusage's maxrss, which a process inherits from the one that started it.
    """
    try:
        status = Path("/proc/self/status").read_text("ascii")
    except OSError:
        return None
    line = next((line for line in status.splitlines() if line.startswith("VmHWM:")), None)
    return int(line.split()[1]) * 1024 if line else None


def whole_pages_only() -> None:
    """Turn huge pages off for this process; they round every figure up to 2 MiB."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0)
