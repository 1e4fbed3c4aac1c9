"""Room in memory: what an implementation needs, by its formula, and what the system or the container has."""

import os
import subprocess
import sys

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.measure.machine.capacity import available_bytes, held_bytes, lacks_room, most_bytes, needed_bytes
from bench.measure.machine.cgroups import group_folders, memory_room
from bench.measure.memory.predictions import predicted_bytes
from bench.plan.cells import Cell
from bench.tests.groups import memory_group
from bench.tests.places import ROOT
from impls import IMPLEMENTATIONS

WITH_FORMULA = [implementation for implementation in IMPLEMENTATIONS.values() if implementation.peak]
GIB = 2**30

cells = st.builds(
    Cell,
    st.just("d"),
    st.integers(1, 300),
    st.integers(1, 40),
    st.integers(1, 60),
    st.sampled_from(["float64", "float32"]),
    st.sampled_from(["deferred", "fused"]),
    st.just("default"),
    st.sampled_from(["tanh", "relu"]),
)


@settings(max_examples=60, deadline=None)
@given(cells, st.integers(1, 70), st.sampled_from([1, 10]))
def test_what_is_needed_is_what_the_formula_predicts_beside_what_every_process_holds(cell, features, outputs):
    for implementation in WITH_FORMULA:
        resident = predicted_bytes(implementation, "resident", cell, features, outputs)
        assert needed_bytes(cell, features, outputs, implementation) == held_bytes(cell, features, outputs) + resident
        assert needed_bytes(cell, features, outputs, implementation) <= most_bytes(cell, features, outputs)


def test_only_the_largest_implementation_lacks_room():
    """Deferred, 100 layers of 512 units on 256 examples: the list that is kept needs 100 A + 100 G, the popped one 100 G."""
    cell = Cell("d", 256, 100, 512, "float64", "deferred", "default")
    kept, popped = (IMPLEMENTATIONS[name] for name in ("iterative", "iterative_pop"))
    more = needed_bytes(cell, 30, 1, kept) - needed_bytes(cell, 30, 1, popped)
    assert more == pytest.approx(100 * 2**20, rel=0.04)  # A is 512 x 256 x 8 bytes: 1 MiB
    between = int((needed_bytes(cell, 30, 1, popped) + more / 2) / 0.8)
    assert lacks_room(cell, 30, 1, kept, between)
    assert not lacks_room(cell, 30, 1, popped, between)


def test_a_cell_of_a_thousand_million_layers_takes_no_list_to_refuse():
    cell = Cell("d", 1, 10**9, 1, "float64", "fused", "default")
    assert lacks_room(cell, 1, 1, IMPLEMENTATIONS["recursive"], available=8 * GIB).startswith("needs about")


def tree(**files):
    """A reader of a machine's files, from their paths with dots and slashes in words."""
    return lambda path: files.get(path, "")


V2 = {
    "/proc/self/cgroup": "0::/outer/my app",
    "/proc/self/mountinfo": "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate",
    "/sys/fs/cgroup/outer/memory.max": str(4 * GIB),
    "/sys/fs/cgroup/outer/memory.current": str(3 * GIB),
    "/sys/fs/cgroup/outer/memory.stat": f"anon 1\nfile {2 * GIB}\ninactive_file {GIB}\nactive_file {GIB}",
    "/sys/fs/cgroup/outer/my app/memory.max": "max",
    "/sys/fs/cgroup/outer/my app/memory.current": "1000",
}
V1 = {
    "/proc/self/cgroup": "5:devices:/a\n4:memory,hugetlb:/docker/0f:1/inner\n0::/",
    "/proc/self/mountinfo": r"34 23 0:26 /docker/0f:1 /my\040groups/memory rw - cgroup cgroup rw,hugetlb,memory",
    "/my groups/memory/inner/memory.limit_in_bytes": str(GIB),
    "/my groups/memory/inner/memory.usage_in_bytes": str(GIB // 4),
    "/my groups/memory/memory.limit_in_bytes": "9223372036854771712",
    "/my groups/memory/memory.usage_in_bytes": "5",
}


@pytest.mark.parametrize(
    ("files", "room"),
    [
        (V2, 2 * GIB),
        (V1, GIB * 3 // 4),
        ({**V2, "/sys/fs/cgroup/outer/memory.max": "max"}, None),
        ({**V2, "/sys/fs/cgroup/outer/my app/memory.max": "900"}, 0),
        ({**V2, "/proc/self/cgroup": "0::/../elsewhere", "/sys/fs/cgroup/memory.max": "7", "/sys/fs/cgroup/memory.current": "3"}, 4),
        ({}, None),
        ({"/proc/self/cgroup": "0::/", "/proc/self/mountinfo": "nonsense"}, None),
    ],
)
def test_the_narrowest_group_around_a_process_tells_its_room(files, room):
    assert memory_room(tree(**files)) == room


def test_groups_are_listed_from_the_inside_out():
    assert [str(folder) for _, folder in group_folders("memory", tree(**V1))] == ["/my groups/memory/inner", "/my groups/memory"]
    assert not list(group_folders("cpu", tree(**V1)))


ROOM = "from bench.measure.machine.capacity import available_bytes; print(available_bytes())"


def room_after(first):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", f"{first}; {ROOM}"], capture_output=True, text=True, env=environment, timeout=60)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="control groups")
def test_room_is_what_the_container_has():
    """The real thing: a process in a group of 700 MiB, of which it has used some itself."""
    with memory_group(700 * 2**20) as group:
        assert 400 * 2**20 < room_after(f"open({str(group / 'cgroup.procs')!r}, 'w').write('0')") < 700 * 2**20


@pytest.mark.skipif(sys.platform != "linux", reason="a limit of Linux")
@pytest.mark.parametrize("limit", ["RLIMIT_AS", "RLIMIT_DATA"])
def test_room_is_what_a_limit_on_a_process_leaves(limit):
    assert room_after(f"import resource; resource.setrlimit(resource.{limit}, ({2 * GIB}, -1))") <= 2 * GIB


def test_without_limits_room_is_what_the_system_has():
    assert 0 < available_bytes() <= psutil.virtual_memory().total
