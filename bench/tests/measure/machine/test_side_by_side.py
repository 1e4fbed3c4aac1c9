"""Side by side: how many passes at once, from the files of made-up machines; and which cells must be alone."""

import sys

import pytest

from bench.measure.machine.side_by_side import last_cache_bytes, must_be_alone, passes_at_once
from bench.plan.cells import Cell

CPU = "/sys/devices/system/cpu"
V2 = {"/proc/self/cgroup": "0::/\n", "/proc/self/mountinfo": "1 1 0:1 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw"}


def files(**texts):
    """A machine whose files are these."""
    return lambda path: texts.get(path, "")


def machine(siblings, quota="max 100000"):
    """CPUs by their numbers, with which CPUs each shares its core."""
    cores = {f"{CPU}/cpu{number}/topology/thread_siblings_list": shared for number, shared in enumerate(siblings)}
    return files(**V2, **cores, **{"/sys/fs/cgroup/cpu.max": quota})


@pytest.mark.skipif(sys.platform == "win32", reason="one pass at a time there")
@pytest.mark.parametrize(
    ("read", "allowed", "at_once"),
    [
        (machine(["0", "1"]), {0, 1}, 2),
        (machine(["0", "1"]), {1}, 1),  # taskset -c 1
        (machine(["0-1", "0-1"]), {0, 1}, 1),  # two CPUs of one core, which share its caches
        (machine(["0,2", "1,3", "0,2", "1,3"]), {0, 1, 2, 3}, 2),
        (machine([str(number) for number in range(64)]), {*range(64)}, 2),
        (machine(["0", "1"], "200000 100000"), {0, 1}, 1),  # two cores' worth of time, and the process that records needs some, too
        (machine(["0", "1", "2"], "300000 100000"), {0, 1, 2}, 2),
        (files(**V2), {0, 1}, 2),  # nothing is known of its cores
    ],
)
def test_a_pass_has_a_core_of_its_own(read, allowed, at_once):
    assert passes_at_once(read, allowed) == at_once


@pytest.mark.parametrize(
    ("sizes", "cache"),
    [
        ({0: "32K", 1: "32K", 2: "1024K", 3: "32768K"}, 32 * 2**20),
        ({0: "48K", 2: "2M"}, 2 * 2**20),
        ({}, 8 * 2**20),
        ({0: "big"}, 8 * 2**20),
    ],
)
def test_the_last_cache_is_the_largest(sizes, cache):
    assert last_cache_bytes(files(**{f"{CPU}/cpu0/cache/index{number}/size": size for number, size in sizes.items()})) == cache


def test_a_cell_is_alone_if_its_step_goes_through_more_than_the_cache():
    """64 layers of 128 units have 30 * 128 + 62 * 128 * 128 + 128 weights and 63 * 128 + 1 biases of 8 bytes, 8.2 MB, and as many
    gradients; activations are 32 * (30 + 63 * 128 + 1) numbers, 2.1 MB. So 18.5 MB are passed, and some objects for each layer.
    """
    cell = Cell("breast_cancer", 32, 64, 128, "float64", "deferred", "steady")
    assert must_be_alone(18_400_000, lambda cell: (30, 1))(cell)
    assert not must_be_alone(18_800_000, lambda cell: (30, 1))(cell)


def test_another_problem_is_alone_since_nobody_knows_what_it_needs():
    assert must_be_alone(2**40, lambda cell: (0, 0))(Cell("", 0, 4, 2, "", "", "default", problem="tree_sum"))
