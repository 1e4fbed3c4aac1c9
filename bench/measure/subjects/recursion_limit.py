"""The recursion limit of a measuring process: high enough for the network at hand."""

from __future__ import annotations

import sys


def raise_recursion_limit(depth: int) -> None:
    """Let a network of that many layers recurse: the limit counts frames, at most two a layer here."""
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 3 * depth + 2_000))
