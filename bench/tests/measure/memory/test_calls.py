"""The meters on calls in real processes: frames by a known sum, arguments that are changed, and what is skipped with a reason."""

import sys

import pytest

from bench.measure.memory.frame_bytes import frame_bytes
from bench.measure.memory.readings import MemoryReader, MemoryTask
from bench.plan.cells import Cell
from impls.problems import PROBLEMS
from impls.problems.linked_list import recursive

linux = pytest.mark.skipif(sys.platform != "linux", reason="resident memory is read from Linux's /proc")
EATER = """
from impls import Problem

def setup(depth, width, rng):
    return [bytes(1_000) for _ in range(depth)]

def pops(blocks):
    total = 0
    while blocks:
        total += len(blocks.pop())
    return total

def copies(blocks):
    whole = b"".join(blocks)
    blocks.clear()
    return len(whole)

problem = Problem("eater", setup, [pops, copies], mutates=True, depth=50, width=1)
"""


def read(source, impl, depth, *meters):
    name = source if source in PROBLEMS else "eater"
    reader = MemoryReader({}, problems={name: source})
    return [*reader(MemoryTask(Cell.of_problem(name, depth, 1, "default"), impl, meters))]


@linux
def test_the_frames_of_a_recursion_are_resident_and_not_on_the_heap():
    """Numbers below 100 are there already, so that nothing but frames grows with the list."""
    frames = frame_bytes(recursive.__code__)
    [heap] = read("linked_list", "recursive", 1_000, "heap")
    assert heap.peak_bytes < 500
    shallow, deep = (read("linked_list", "recursive", depth, "resident")[0] for depth in (20_000, 60_000))
    assert deep.low_bytes - shallow.high_bytes <= 40_000 * frames <= deep.high_bytes - shallow.low_bytes
    assert deep.peak_bytes == pytest.approx(60_000 * frames, rel=0.05)
    assert read("linked_list", "iterative", 60_000, "resident")[0].low_bytes < 100_000


def test_a_loop_on_a_deep_input_is_read_and_a_recursion_is_skipped_with_a_reason():
    for meter in ("heap", "profile"):
        [loop] = read("linked_list", "iterative", 10_000, meter)
        [recursion] = read("linked_list", "recursive", 10_000, meter)
        assert loop.status == "ok"
        assert (recursion.status, recursion.peak_bytes, recursion.series) == ("skipped", None, ())
        assert "not used above 1024 layers or calls at once, and here there may be 10001" in recursion.detail


def test_arguments_that_are_changed_are_fresh_for_every_call(tmp_path):
    (tmp_path / "eater.py").write_text(EATER)
    path = str(tmp_path / "eater.py")
    for impl, peak in (("pops", 0), ("copies", 50_000)):
        readings = read(path, impl, 50, "resident", "heap", "profile", "sampled")
        assert [reading.status for reading in readings[1:]] == ["ok", "ok", "skipped"]
        assert "changes its arguments" in readings[3].detail
        assert peak <= readings[1].peak_bytes < peak + 5_000, "join keeps 80 bytes for each of what it joins"
    assert readings[2].series[-1][2] == "return"


def test_the_profile_of_a_call_is_in_a_row_an_event():
    [reading] = read("hanoi", "recursive", 3, "profile")
    assert [point[0] for point in reading.series] == [*range(len(reading.series))]
    assert [phase for _, _, phase, _, _ in reading.series].count("call") == 1 + 1 + 3 * 3, (
        "each of 3 towers of several discs calls move three times"
    )
    assert max(frames for _, frames, _, _, _ in reading.series) == 4
