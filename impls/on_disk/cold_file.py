"""A memory-mapped file whose pages can be dropped from memory, so that what is read next comes from the disk."""

import ctypes
import mmap
import os
import tempfile
from functools import cache

import numpy as np

from impls.interface import Unavailable
from impls.on_disk.mapped_file import GRAIN_BYTES, RELEASE, MappedFile, WithFile, file_for, new_file

FILE_SYSTEM = "set TMPDIR to a folder on a disk; a folder in memory (tmpfs) is none"


class ColdFile(MappedFile):
    """A mapped file whose pages can be sent out of memory.

    Raises:
        Unavailable: they cannot, on this system or in this folder.

    """

    def mapped(self, size):
        """A new file, mapped; the first pages are sent out and looked for, since some file systems keep them."""
        if RELEASE is None or not hasattr(os, "posix_fadvise"):
            raise Unavailable("this system has no posix_fadvise, which drops a file's pages from memory")
        with new_file(size) as opened:
            self.descriptor = os.dup(opened.fileno())
            self.memory = mmap.mmap(opened.fileno(), size)
        some = min(size, GRAIN_BYTES)
        np.frombuffer(self.memory, np.uint8)[: some : mmap.PAGESIZE] = 1
        self.drop()
        if self.in_memory(some):
            raise Unavailable(f"the pages of a file in {tempfile.gettempdir()} stay in memory when they are dropped; {FILE_SYSTEM}")
        return self.memory

    def drop(self):
        """Write all pages out, wait until they are on the disk, and drop them from memory.

        The process lets go of them first, since the system drops no page that is in use, and no page that is not yet written.
        """
        self.memory.madvise(RELEASE)
        os.fsync(self.descriptor)
        os.posix_fadvise(self.descriptor, 0, 0, os.POSIX_FADV_DONTNEED)

    def in_memory(self, size):
        """How many of the first pages are in memory, whoever has them there (mincore(2))."""
        present = np.empty(-(-size // mmap.PAGESIZE), np.uint8)
        if system().mincore(_address(np.frombuffer(self.memory, np.uint8)), ctypes.c_size_t(size), _address(present)):
            raise Unavailable(f"mincore: {os.strerror(ctypes.get_errno())}, so nobody knows whether the pages are dropped")
        return int((present & 1).sum())

    def __del__(self):
        if hasattr(self, "descriptor"):
            os.close(self.descriptor)


@cache
def system():
    """The C library, loaded once: each time makes classes that stay until they are collected, which the heap's meter would count."""
    return ctypes.CDLL(None, use_errno=True)


def _address(array):
    return ctypes.c_void_p(array.__array_interface__["data"][0])


def prepare(network, X, Y):
    """Make the file."""
    return WithFile(network, network.examples(X), ColdFile), X, Y


def cold_file_for(network, X):
    """The file of a prepared network; for any other, one for this step."""
    return file_for(network, X, ColdFile)
