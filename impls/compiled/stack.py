"""A network as compiled code has it: parameters, activations and gradients in flat arrays, and a table of where each layer's begin."""

from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np

from impls.layers import Layer
from impls.network import Network
from impls.workspace.pages import pages

# A layer's sizes, where its W, b and A begin (A counted in examples), and what its activation is.
LAYER = np.dtype([(name, np.int64) for name in ("n", "n_prev", "W", "b", "A", "activation")])
LINEAR, RELU, TANH, SIGMOID = range(4)
ACTIVATIONS = {"linear": LINEAR, "relu": RELU, "tanh": TANH, "sigmoid": SIGMOID}


class Stack(NamedTuple):
    """A network as compiled code has it: a record for each layer, and the flat arrays that the records point into."""

    layers: np.ndarray
    parameters: np.ndarray
    activations: np.ndarray
    dA: np.ndarray  # noqa: N815
    softmax: bool
    rows: Literal[True] | None  # are examples rows? Types of their own, so that each layout is compiled without the other: it is faster


class Stacked(Network):
    """A network whose parameters lie one after the other in one array, and the room that a step needs."""

    def __init__(self, network, examples):
        self.loss, self.examples_as_rows = network.loss, network.rows
        self.activation_of = [layer.activation for layer in network.layers]
        self.records = records(network.layers)
        size = sum(layer.W.size + layer.b.size for layer in network.layers)
        self.parameters = pages(size, network.layers[0].W.dtype)
        for (W, b), layer in zip(views(self.records, self.parameters), network.layers):
            W[...], b[...] = layer.W, layer.b
        self.make_room(examples)

    def make_room(self, examples):
        """Room for the activations of so many examples; written to, so that the process has its pages from now on."""
        dtype, units = self.parameters.dtype, self.records["n"]
        room = pages(units.sum() * examples, dtype), pages(max(units.max(), self.records["n_prev"].max()) * examples, dtype)
        for array in room:
            array.fill(0)
        self.most_examples = examples
        self.stack = Stack(self.records, self.parameters, *room, self.loss.startswith("softmax"), True if self.rows else None)

    def with_batch(self, X, Y):
        """The stack, with room for the batch, and the batch as compiled code wants it."""
        if self.examples(X) > self.most_examples:
            self.make_room(self.examples(X))
        return *self.stack, *(np.ascontiguousarray(array, self.parameters.dtype) for array in (X, Y))

    @property
    def rows(self):
        """Are examples rows?"""
        return self.examples_as_rows

    @cached_property
    def layers(self):
        """The layers, whose W and b are views into the parameters."""
        pairs = views(self.records, self.parameters)
        return [Layer(W, b, activation, l == 0, self.rows) for l, ((W, b), activation) in enumerate(zip(pairs, self.activation_of))]


def records(layers):
    """The record of each layer."""
    table = np.empty(len(layers), LAYER)
    table["n"], table["n_prev"] = np.array([layer.W.shape for layer in layers]).T
    ends = np.cumsum(table["n"] * (table["n_prev"] + 1))
    table["b"] = ends - table["n"]
    table["W"] = table["b"] - table["n"] * table["n_prev"]
    table["A"] = np.cumsum(table["n"]) - table["n"]
    table["activation"] = [ACTIVATIONS[layer.activation] for layer in layers]
    return table


def views(table, flat):
    """(W, b) of each layer; or, in another flat array with the same layout, the two arrays in their place."""
    for n, n_prev, W, b in table[["n", "n_prev", "W", "b"]].tolist():
        yield flat[W:b].reshape(n, n_prev), flat[b : b + n].reshape(n, 1)


# Size and dtype -> an array for gradients that is not in use; one at most. It outlives the networks that are prepared one after the
# other, since new pages would be faulted in while the clock runs; a fused step needs none.
SPARE: "dict[tuple, np.ndarray]" = {}


def borrow_gradients(parameters):
    """An array as large as the parameters: the last that was given back if it fits, since its pages are there already."""
    spare = SPARE.pop((parameters.size, parameters.dtype), None)
    return pages(parameters.size, parameters.dtype) if spare is None else spare


def give_back(gradients):
    """Keep the array for the next step, in place of any other."""
    SPARE.clear()
    SPARE[gradients.size, gradients.dtype] = gradients
