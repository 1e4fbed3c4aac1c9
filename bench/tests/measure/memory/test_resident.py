"""Resident memory: where readings leave a peak, by hand; and that the bounds hold a peak that is known to the page."""

import mmap
import os
import sys

import pytest

from bench.measure.memory import resident
from bench.measure.memory.meters import Unmeasurable
from bench.measure.memory.resident import SCATTER_BYTES, ForkFailed, agreed, bounds, resident_peak

linux = pytest.mark.skipif(sys.platform != "linux", reason="resident memory is read from Linux's /proc")
KIB = 1024


def test_a_mark_above_what_is_left_is_off_by_as_much_as_others_were():
    assert bounds(mark=400 * KIB, end=0, off=[-124 * KIB, -4 * KIB]) == (404 * KIB, 524 * KIB)
    assert bounds(mark=400 * KIB, end=0, off=[-124 * KIB, 20 * KIB]) == (380 * KIB, 524 * KIB)


def test_what_is_left_at_the_end_was_there_for_certain():
    assert bounds(mark=400 * KIB, end=400 * KIB, off=[-124 * KIB, -4 * KIB]) == (400 * KIB, 524 * KIB)
    assert bounds(mark=400 * KIB, end=390 * KIB, off=[0, 20 * KIB]) == (390 * KIB, 400 * KIB)


def test_readings_that_agree_narrow_one_another_and_those_that_do_not_widen():
    near = agreed([(400 * KIB, 524 * KIB), (480 * KIB, 604 * KIB)])
    assert (near.peak_bytes, near.low_bytes, near.high_bytes) == (480 * KIB, 480 * KIB - SCATTER_BYTES, 524 * KIB + SCATTER_BYTES)
    far = agreed([(400 * KIB, 524 * KIB), (600 * KIB, 724 * KIB)])
    assert (far.low_bytes, far.high_bytes) == (400 * KIB - SCATTER_BYTES, 724 * KIB + SCATTER_BYTES)
    assert agreed([(0, 124 * KIB)]).low_bytes == 0


def spike(pages, left):
    """A step that has so many pages at its worst moment and leaves so many behind, when its code has been loaded."""
    kept = []

    def step(pages=pages, left=left):
        resident._touched(pages).close()
        kept.append(resident._touched(left))

    step(2, 1)
    return step


@linux
@pytest.mark.parametrize(("pages", "left"), [(70, 1), (100, 3), (333, 10), (1_001, 40), (50, 50)])
def test_the_bounds_hold_a_peak_that_is_known(pages, left):
    found = resident_peak(lambda: spike(pages, left))
    truth = pages * mmap.PAGESIZE
    assert found.low_bytes <= truth <= found.high_bytes
    assert found.high_bytes - found.low_bytes <= 3 * resident.BATCH * mmap.PAGESIZE
    assert 1 <= found.repeats <= resident.REPEATS


@linux
def test_this_process_may_use_all_its_cpus_again():
    before = os.sched_getaffinity(0)
    resident_peak(lambda: lambda: None)
    assert os.sched_getaffinity(0) == before


@linux
def test_a_fork_that_raises_or_ends_says_so():
    with pytest.raises(ForkFailed, match="IndexError: list index out of range") as failure:
        resident_peak(lambda: lambda: [][0])
    assert failure.value.status == "error"
    with pytest.raises(ForkFailed, match="exit code 3"):
        resident_peak(lambda: lambda: os._exit(3))


def test_resident_memory_needs_linux(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(Unmeasurable, match="Linux has"):
        resident_peak(lambda: lambda: None)
