"""Frames find room: no page is fresh to recursion, however deep, after its first time."""

import resource
import sys

import pytest

from bench.measure.subjects.network import FRAME_BYTES
from bench.measure.timing.frame_room import with_room_for_frames

DEPTH = 2_000


def recurse(left):
    """A frame a level, with a call at each: what a chunk's edge makes dear."""
    if left:
        recurse(left - 1)
    abs_of(left)


def abs_of(number):
    return number if number > 0 else -number


def faults(times=20):
    recurse(DEPTH)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(times):
        recurse(DEPTH)
    return (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) / times


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counts page faults")
def test_with_room_recursion_finds_its_pages_there():
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(DEPTH + 1_000)
    try:
        assert with_room_for_frames(DEPTH * FRAME_BYTES, faults) < 3  # one may come from elsewhere
        if sys.version_info < (3, 13, 1):  # later ones may keep a chunk themselves
            assert faults() > DEPTH * 8 * 10 / 4096  # a frame has ten words at least
    finally:
        sys.setrecursionlimit(limit)


def test_the_work_is_done_and_its_errors_come_through():
    assert with_room_for_frames(1_000_000 * FRAME_BYTES, lambda: "done") == "done"
    with pytest.raises(KeyError, match="W1"):
        with_room_for_frames(1, lambda: {}["W1"])
