"""Ready: what the clocks are given of a contender, made outside of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Optional, Protocol

Step = Callable[[], object]
# of a profile, as in profile.csv: event, layer, phase, live_bytes, frame_bytes
Point = tuple[int, int, str, int, Optional[int]]  # noqa: UP045, since workers on Python 3.9 read it too
Announce = Callable[[str], None]  # told the name of what is about to be called, so that it is known what a crash belongs to


class MakeReady(Protocol):
    """Puts everything in order for so many calls in a row, and returns what is to be called."""

    def __call__(self, calls: int = 1) -> Step:
        """Make ready for so many calls."""
