"""The room of a step: one block of memory, made beforehand, with a place for every array that a step computes."""

from dataclasses import dataclass
from functools import cache, cached_property
from itertools import accumulate

from impls.network import Network
from impls.workspace.pages import Counted, pages

ALIGNED_BYTES = 64  # where a place may begin: a line of the processor's cache


@dataclass
class Places:
    """Where a step writes.

    Attributes:
        activations: each layer's A.
        loss: the losses, and dlogits.
        backward: each layer's g'(Z), dW, db and dA_prev.

    """

    activations: list
    loss: tuple
    backward: list


class Room:
    """The places of a network's layers for so many examples.

    After the activations come two spaces, each as large as the largest of them. A layer finds its dA in one. Into the other it
    writes g'(Z) and, when dZ is made, dA_prev. The next layer finds its dA there, and the two change their parts. Last come
    the gradients.

    Attributes:
        examples: how many there is room for.
        memory: what counts the block.

    """

    def __init__(self, network, examples):
        layers = network.layers
        self.rows = network.rows
        self.examples = examples
        self.shapes = [layer.W.shape for layer in layers]
        self.boolean = [layer.activation == "relu" for layer in layers]
        self.dtype = layers[0].W.dtype
        *self.activations, first = accumulate([0, *(self.padded(n * examples) for n, _ in self.shapes)])
        space = self.padded(max(n for n, _ in self.shapes) * examples)
        self.spaces = first, first + space
        self.gradients = first + 2 * space
        sizes = [size for n, n_prev in self.shapes for size in (self.padded(n * n_prev), self.padded(n))]
        *self.each_gradient, self.end = accumulate([self.gradients, *sizes])
        self.lone_db = self.gradients + max(sizes[0::2])
        self.lone_end = self.lone_db + max(sizes[1::2])
        self.block = pages(self.end, self.dtype)
        self.memory = Counted(self.block)

    @cached_property
    def together(self):
        """The places for an update that is fused: one gradient is alive at a time, and all are written to the same place."""
        self.memory.count(self.lone_end * self.dtype.itemsize)
        lone = cache(lambda n, n_prev: (self.view(self.gradients, n, n_prev), self.view(self.lone_db, n, 1)))
        return self.places([lone(*shape) for shape in self.shapes])

    @cached_property
    def apart(self):
        """The places for gradients that are kept: each has its own."""
        self.memory.count(self.end * self.dtype.itemsize)
        starts = zip(self.shapes, self.each_gradient[0::2], self.each_gradient[1::2])
        return self.places([(self.view(dW, n, n_prev), self.view(db, n, 1)) for (n, n_prev), dW, db in starts])

    def places(self, gradients):
        """All places, with those for gradients. Layers of one shape share the arrays that they write to in the two spaces."""
        space = cache(lambda l, n, boolean=False: self.of_examples(self.spaces[l % 2], n, boolean))
        activations = [self.of_examples(start, n) for start, (n, _) in zip(self.activations, self.shapes)]
        backward = []
        for l, ((n, n_prev), boolean, (dW, db)) in enumerate(zip(self.shapes, self.boolean, gradients)):
            backward.append((space((l + 1) % 2, n, boolean), dW, db, space((l + 1) % 2, n_prev) if l else None))
        last = len(backward) - 1
        return Places(activations, (space((last + 1) % 2, n), space(last % 2, n)), backward)

    def of_examples(self, start, n, boolean=False):
        """The matrix of n units by all examples that begins there, or of all examples by n units."""
        shape = (self.examples, n) if self.rows else (n, self.examples)
        return self.view(start, *shape, boolean)

    def view(self, start, rows, columns, boolean=False):
        """The matrix that begins there."""
        numbers = self.block[start:].view(bool) if boolean else self.block[start:]
        return numbers[: rows * columns].reshape(rows, columns)

    def padded(self, count):
        """As many numbers, and so many more that what comes next is aligned."""
        line = ALIGNED_BYTES // self.dtype.itemsize
        return -(-count // line) * line

    def slots(self, apart):
        """The block in parts that do not overlap: every place begins with one of them."""
        gradients, end = (self.each_gradient, self.end) if apart else ((self.gradients, self.lone_db), self.lone_end)
        starts = [*self.activations, *self.spaces, *gradients, end]
        return [self.block[start:stop] for start, stop in zip(starts, starts[1:])]


class Roomy(Network):
    """A network with room for a step."""

    def __init__(self, network, examples):
        super().__init__(network.layers, network.loss)
        self.room = Room(network, examples)

    def room_for(self, examples):
        """The room, made anew where it is for another number of examples."""
        if self.room.examples != examples:
            self.room = None  # or the old block would be there beside the new one
            self.room = Room(self, examples)
        return self.room

    def slots(self, update):
        """The arrays that a step writes to, for those who look at what is in them, each with the bytes that it takes."""
        return [(slot, slot.nbytes) for slot in self.room.slots(update == "deferred")]


def prepare(network, X, Y):
    """Make room for a step on as many examples."""
    return Roomy(network, network.examples(X)), X, Y


def room_for(network, X):
    """The room of a prepared network; for any other, room for one step."""
    examples = network.examples(X)
    roomy = network if isinstance(network, Roomy) else Roomy(network, examples)
    return roomy.room_for(examples)
