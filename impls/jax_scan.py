"""Backprop with the cache in the arrays that JAX's scan stacks: a whole training step is one compiled program.

Consecutive layers of one shape are a run, stacked and scanned over; in a plain network those are the first layer, the
hidden ones, and the last. Deferred or fused is the compiler's choice: it sees the update and the gradient together.
"""

from functools import partial
from itertools import groupby

import jax
import jax.numpy as jnp
import numpy as np

from impls.network import Layer, Network

jax.config.update("jax_enable_x64", True)  # noqa: FBT003  else float64 becomes float32


class OnDevice(Network):
    """A network whose parameters are JAX's from a step on, and NumPy's from when `layers` is read.

    So whoever reads the layers has the present values, and may change them.
    """

    def __init__(self, network, runs_of):
        self.loss = network.loss
        self.runs = runs_of(network.layers)
        self.activations = tuple(network.layers[run[0]].activation for run in self.runs)
        self._layers, self._parameters = network.layers, None

    @property
    def layers(self):
        """The layers, with NumPy arrays."""
        if self._parameters is not None:
            pairs = unstacked(self._parameters)
            self._layers = [Layer(W, b, layer.activation, layer.first) for (W, b), layer in zip(pairs, self._layers)]
            self._parameters = None
        return self._layers

    @property
    def parameters(self):
        """[(Ws, bs)] by run, stacked; JAX's."""
        if self._parameters is None:
            self._parameters = stacked(self._layers, self.runs)
        return self._parameters

    @parameters.setter
    def parameters(self, parameters):
        self._parameters = parameters


def prepare(network, X, Y, runs_of=None):
    """Hand everything over to JAX, and compile the step for these shapes."""
    network = OnDevice(network, runs_of or runs_of_one_shape)
    X, Y = jnp.array(X), jnp.array(Y)
    descend.lower(network.parameters, X, Y, 0.0, network.activations, network.loss).compile()
    return network, X, Y


def backprop(network, X, Y, emit):
    """Forward and backward; then the gradients are handed over, last layer first."""
    parameters = stacked(network.layers, network.runs)
    loss, gradients = differentiate(parameters, X, Y, network.activations, network.loss)
    for l, (dW, db) in reversed(list(enumerate(unstacked(gradients)))):
        emit(l, dW, db)
    return float(loss)


def step(network, X, Y, learning_rate):
    """Forward, backward and update; the old parameters' memory is given to the new ones."""
    network.parameters, loss = descend(network.parameters, X, Y, learning_rate, network.activations, network.loss)
    return float(loss)  # waits until the step is done


@partial(jax.jit, static_argnums=(3, 4))
def differentiate(parameters, X, Y, activations, loss):
    """The loss, and the gradients in the parameters' form."""
    return jax.value_and_grad(loss_of)(parameters, X, Y, activations, loss)


@partial(jax.jit, static_argnums=(4, 5), donate_argnums=0)
def descend(parameters, X, Y, learning_rate, activations, loss):
    """The parameters after a step of gradient descent, and the loss before it."""
    loss, gradients = differentiate(parameters, X, Y, activations, loss)
    return jax.tree.map(lambda parameter, gradient: parameter - learning_rate * gradient, parameters, gradients), loss


def loss_of(parameters, X, Y, activations, loss):
    """The loss: a scan over each run that is longer than one layer."""
    A = X
    for (Ws, bs), activation in zip(parameters, activations):
        if len(Ws) == 1:
            A, _ = forward(activation, A, (Ws[0], bs[0]))
        else:
            A, _ = jax.lax.scan(partial(forward, activation), A, (Ws, bs))
    return LOSSES[loss](A, Y)


def forward(activation, A_prev, parameters):
    """A, for the next layer; nothing is collected beside it but what JAX keeps for backward."""
    W, b = parameters
    return ACTIVATE[activation](W @ A_prev + b), None


def runs_of_one_shape(layers):
    """Ranges of consecutive layers that can be stacked."""
    places = groupby(range(len(layers)), key=lambda l: (layers[l].W.shape, layers[l].activation))
    runs = [list(run) for _, run in places]
    return [range(run[0], run[-1] + 1) for run in runs]


def stacked(layers, runs):
    """[(Ws, bs)] by run, as JAX's arrays; what is stacked first is nobody else's, so no copy need be made of it."""
    return [tuple(jnp.asarray(np.stack([getattr(layers[l], name) for l in run])) for name in ("W", "b")) for run in runs]


def unstacked(parameters):
    """[(W, b)] by layer, as NumPy arrays of their own."""
    runs = [(np.array(Ws), np.array(bs)) for Ws, bs in parameters]
    return [pair for run in runs for pair in zip(*run)]


def binary_cross_entropy(logits, Y):
    """mean(log(1 + e^z) - z y)."""
    return jnp.mean(jax.nn.softplus(logits) - logits * Y)


def softmax_cross_entropy(logits, Y):
    """mean(log(sum_k e^z_k) - z_y)."""
    return jnp.mean(jax.nn.logsumexp(logits, axis=0) - jnp.sum(logits * Y, axis=0))


ACTIVATE = {"linear": lambda Z: Z, "relu": jax.nn.relu, "tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid}
LOSSES = {"binary_cross_entropy": binary_cross_entropy, "softmax_cross_entropy": softmax_cross_entropy}
