"""The file whose pages are dropped: they are gone, what is read comes from the disk, and where that cannot be it is said."""

import os
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from impls import IMPLEMENTATIONS
from impls.contract import check, example, gradients_of
from impls.interface import Unavailable
from impls.on_disk import cold_file
from impls.tests.present import NUMPY_ALONE

SIZES, EXAMPLES = (8, *(64,) * 8, 1), 512  # 256 KiB a layer, 2 MiB
LAYER = 64 * EXAMPLES * 8


on_disk = pytest.mark.skipif("on_disk_cold" not in NUMPY_ALONE, reason="temporary files are in memory, or their pages cannot be dropped")
linux = pytest.mark.skipif(sys.platform != "linux", reason="mincore and /proc/self/io")


def read_bytes():
    """What the system has read from disks for this process."""
    with open("/proc/self/io") as counters:
        return {name: int(count) for name, count in (line.split(":") for line in counters)}["read_bytes"]


@on_disk
@linux
def test_when_dropped_no_page_is_in_memory_and_all_of_the_cache_is_read_from_the_disk():
    network, X, Y = cold_file.prepare(*example(SIZES, examples=EXAMPLES))
    file, backward = network.file, []
    drop, file.drop = file.drop, lambda: (drop(), backward.append((file.in_memory(8 * LAYER), read_bytes())))
    IMPLEMENTATIONS["on_disk_cold"].backprop(network, X, Y, lambda l, dW, db: None)
    [(in_memory, before)] = backward
    assert in_memory == 0
    assert read_bytes() - before >= 8 * LAYER


@on_disk
@linux
def test_the_file_that_is_not_dropped_stays_in_memory_and_nothing_is_read():
    network, X, Y = IMPLEMENTATIONS["on_disk"].prepared(*example(SIZES, examples=EXAMPLES))
    IMPLEMENTATIONS["on_disk"].backprop(network, X, Y, lambda l, dW, db: None)
    before = read_bytes()
    IMPLEMENTATIONS["on_disk"].backprop(network, X, Y, lambda l, dW, db: None)
    assert read_bytes() == before


@on_disk
def test_gradients_are_equal_to_the_last_bit():
    loss, gradients = gradients_of(IMPLEMENTATIONS["on_disk_cold"], *example((5, 4, 3, 1)))
    expected_loss, expected = gradients_of(IMPLEMENTATIONS["iterative"], *example((5, 4, 3, 1)))
    assert loss == expected_loss
    np.testing.assert_equal(gradients, expected)


@on_disk
@linux
def test_nothing_is_left_open():
    def opened():
        return len([*Path("/proc/self/fd").iterdir()])

    before = opened()
    network, X, Y = cold_file.prepare(*example((3, 2, 1)))
    assert opened() > before
    IMPLEMENTATIONS["on_disk_cold"].backprop(network, X, Y, lambda l, dW, db: None)
    del network
    assert opened() == before


@pytest.mark.skipif(not os.path.ismount("/dev/shm"), reason="no folder in memory")
def test_a_folder_in_memory_is_said_to_be_none(monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", "/dev/shm")
    words = r"^the pages of a file in /dev/shm stay in memory when they are dropped; set TMPDIR to a folder on a disk"
    with pytest.raises(Unavailable, match=words):
        cold_file.prepare(*example((3, 2, 1)))
    with pytest.raises(Unavailable, match=words):
        check(IMPLEMENTATIONS["on_disk_cold"])
    check(IMPLEMENTATIONS["on_disk"])


def test_a_system_without_the_call_says_so(monkeypatch):
    monkeypatch.delattr(os, "posix_fadvise", raising=False)
    with pytest.raises(Unavailable, match="has no posix_fadvise"):
        cold_file.prepare(*example((3, 2, 1)))


@on_disk
def test_where_nobody_can_look_nothing_is_claimed(monkeypatch):
    monkeypatch.setattr(cold_file, "system", lambda: SimpleNamespace(mincore=lambda *arguments: -1))
    with pytest.raises(Unavailable, match=r"^mincore: "):
        cold_file.prepare(*example((3, 2, 1)))
