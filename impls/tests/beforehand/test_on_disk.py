"""The mapped file: nothing is left of it, few of its pages are in the process, and a full disk is an error in words."""

import errno
import os
import sys
import tempfile

import numpy as np
import pytest

from impls import IMPLEMENTATIONS
from impls.contract import example, gradients_of
from impls.on_disk.mapped_file import MappedFile
from impls.on_disk.mapped_file import prepare as make_file

linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux's files without a name, posix_fallocate and /proc")


@linux
def test_the_file_has_no_name_and_is_where_tmpdir_says(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    network, X, Y = make_file(*example((3, 4, 1)))
    assert list(tmp_path.iterdir()) == []
    with open("/proc/self/maps") as maps:
        assert str(tmp_path) in maps.read()
    del network, X, Y
    with open("/proc/self/maps") as maps:
        assert str(tmp_path) not in maps.read()


@linux
def test_a_full_disk_is_an_error_that_says_what_to_do(monkeypatch):
    def full(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(OSError, match=r"No space left on device: the cache needs a file of 192 bytes in .*; set TMPDIR") as raised:
        make_file(*example((3, 2, 1), examples=8))
    assert raised.value.errno == errno.ENOSPC


@linux
def test_what_is_let_go_is_still_in_the_file():
    network, _, _ = example((8, *(64,) * 6, 1), examples=512)  # 256 KiB a layer
    file = MappedFile(network, 512)
    for l, A in enumerate(file.activations):
        A[...] = l
        file.let_go(l)
    assert [np.unique(A).tolist() for A in file.activations] == [[float(l)] for l in range(7)]


def test_another_number_of_examples_makes_another_file():
    one, other = example((5, 4, 1), examples=6), example((5, 4, 1), examples=9)
    network, _, _ = make_file(*one)
    losses = [IMPLEMENTATIONS["on_disk"].backprop(network, X, Y, lambda l, dW, db: None) for _, X, Y in (other, one)]
    assert losses == [gradients_of(IMPLEMENTATIONS["iterative"], *each)[0] for each in (other, one)]
