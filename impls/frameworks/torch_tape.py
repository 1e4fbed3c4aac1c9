"""Backprop with the cache in the graph that PyTorch records while it goes forward, eagerly.

Parameters are tensors over the layers' own NumPy arrays, so that both have the current values.
"""

from functools import partial
from types import SimpleNamespace

import torch
import torch.nn.functional as F  # noqa: N812  its usual name

from impls.network import Network


class Recorded(Network):
    """A network, and its parameters as tensors: [(W, b)] by layer, once plain and once `fused` (see `prepare`)."""

    def __init__(self, network):
        super().__init__(network.layers, network.loss)
        self.parameters = leaves_of(network.layers)
        self.fused = leaves_of(network.layers)
        self.settings = SimpleNamespace(learning_rate=0.0)


def prepare(network, X, Y):
    """Make the tensors; those for a fused update descend as soon as they have a gradient (LOMO, Lv et al. 2023)."""
    network = Recorded(network)
    for parameter in flat(network.fused):
        parameter.register_post_accumulate_grad_hook(partial(descend, network.settings))
    return network, X, Y


def backprop(network, X, Y, emit):
    """Forward and backward; then the gradients are emitted, last layer first."""
    loss = loss_of(network, network.parameters, X, Y)
    loss.backward()
    for l, (W, b) in reversed(list(enumerate(network.parameters))):
        dW, db = W.grad, b.grad
        W.grad = b.grad = None
        emit(l, dW.numpy(), db.numpy())
        del dW, db
    return loss.item()


def step(network, X, Y, learning_rate):
    """Forward, backward, and plain gradient descent in place."""
    loss = loss_of(network, network.parameters, X, Y)
    loss.backward()
    network.settings.learning_rate = learning_rate
    with torch.no_grad():
        for parameter in flat(network.parameters):
            descend(network.settings, parameter)
    return loss.item()


def fused_step(network, X, Y, learning_rate):
    """Forward and backward; the update is done when that is."""
    network.settings.learning_rate = learning_rate
    loss = loss_of(network, network.fused, X, Y)
    loss.backward()
    return loss.item()


def descend(settings, parameter):
    """Update a parameter in place; its gradient is dropped."""
    parameter.add_(parameter.grad, alpha=-settings.learning_rate)
    parameter.grad = None


def loss_of(network, parameters, X, Y):
    """The loss as a tensor, with the graph that leads to it."""
    A = torch.from_numpy(X)
    for layer, (W, b) in zip(network.layers, parameters):
        Z = torch.addmm(b.T, A, W.T) if layer.rows else torch.addmm(b, W, A)
        A = ACTIVATE[layer.activation](Z)
    return LOSSES[network.loss](A, torch.from_numpy(Y))


def leaves_of(layers):
    """[(W, b)] by layer: tensors that share the arrays' memory and want gradients."""
    return [(torch.from_numpy(layer.W).requires_grad_(), torch.from_numpy(layer.b).requires_grad_()) for layer in layers]


def flat(parameters):
    """All of them, one after the other."""
    return [parameter for pair in parameters for parameter in pair]


def softmax_cross_entropy(logits, Y):
    """The mean over examples, which are rows to PyTorch."""
    return F.cross_entropy(logits.T, Y.T)


ACTIVATE = {"linear": lambda Z: Z, "relu": torch.relu_, "tanh": torch.tanh_, "sigmoid": torch.sigmoid_}
LOSSES = {
    "binary_cross_entropy": F.binary_cross_entropy_with_logits,
    "softmax_cross_entropy": softmax_cross_entropy,
    "softmax_cross_entropy_of_rows": F.cross_entropy,
}
