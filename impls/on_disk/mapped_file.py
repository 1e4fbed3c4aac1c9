"""A memory-mapped file with a place for each layer's activation, few of whose pages are in the process at a time."""

import mmap
import os
import tempfile
from contextlib import contextmanager
from itertools import accumulate

import numpy as np

from impls.network import Network

ALIGNED_BYTES = 64  # where an activation may begin
GRAIN_BYTES = 64 * 1024  # of the file that are let go at once, so that narrow layers need not call the system one by one


class MappedFile:
    """A file without a name, with a place for each layer's activation.

    Attributes:
        activations: the place of each layer's A.

    """

    def __init__(self, network, examples):
        self.examples = examples
        layers = network.layers
        dtype = layers[0].W.dtype
        line = ALIGNED_BYTES // dtype.itemsize
        units = [len(layer.W) for layer in layers]
        starts = list(accumulate([0, *(-(-n * examples // line) * line for n in units)]))
        self.memory = self.mapped(starts[-1] * dtype.itemsize)
        numbers = np.frombuffer(self.memory, dtype)
        shapes = [(examples, n) if network.rows else (n, examples) for n in units]
        self.activations = [numbers[start : start + n * examples].reshape(shape) for start, n, shape in zip(starts, units, shapes)]
        self.grains = [start * dtype.itemsize // GRAIN_BYTES for start in starts]

    def mapped(self, size):
        """A new file of so many bytes, mapped."""
        with new_file(size) as opened:
            return mmap.mmap(opened.fileno(), size)

    def let_go(self, l):
        """Take layer l's pages out of the process, but for those that the next layer shares; the file keeps what is in them."""
        first, last = (self.grains[l], self.grains[l + 1]) if l >= 0 else (0, 0)
        if first < last and RELEASE is not None:
            self.memory.madvise(RELEASE, first * GRAIN_BYTES, (last - first) * GRAIN_BYTES)


RELEASE = getattr(mmap, "MADV_DONTNEED", None)  # Windows has none, and decides by itself


@contextmanager
def new_file(size):
    """A file of so many bytes. It has no name, or one that goes when it is closed: nothing is left, whatever happens.

    Raises:
        OSError: there is no room for it.

    """
    with tempfile.TemporaryFile() as opened:
        try:
            reserve(opened, size)
            yield opened
        except OSError as error:
            folder = tempfile.gettempdir()
            words = f"{error.strerror}: the cache needs a file of {size} bytes in {folder}; set TMPDIR to a folder with more room"
            raise OSError(error.errno, words) from None


def reserve(opened, size):
    """Take the room on the disk now: on a full disk, writing to a page without any would end the process by SIGBUS."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(opened.fileno(), 0, size)
    else:
        for start in range(0, size, GRAIN_BYTES):
            opened.write(bytes(min(GRAIN_BYTES, size - start)))
        opened.flush()


class WithFile(Network):
    """A network with a file for its activations, of a kind."""

    def __init__(self, network, examples, kind=MappedFile):
        super().__init__(network.layers, network.loss)
        self.kind = kind
        self.file = kind(self, examples)

    def file_for(self, examples):
        """The file, made anew where it is for another number of examples."""
        if self.file.examples != examples:
            self.file = None  # or both would be there at once
            self.file = self.kind(self, examples)
        return self.file

    def slots(self, update):
        """The arrays in the file, for those who look at what is in them; they take no memory of the step's."""
        return [(A, 0) for A in self.file.activations]


def prepare(network, X, Y):
    """Make the file."""
    return WithFile(network, network.examples(X)), X, Y


def file_for(network, X, kind=MappedFile):
    """The file of a prepared network; for any other, one for this step."""
    examples = network.examples(X)
    with_file = network if isinstance(network, WithFile) else WithFile(network, examples, kind)
    return with_file.file_for(examples)
