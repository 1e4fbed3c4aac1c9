"""Backprop with the cache in the arrays that JAX's scan stacks: a whole training step is one compiled program.

Consecutive layers that are alike are a run, stacked and scanned over; in a plain network those are its hidden layers. Both
updates are one program: when each parameter changes is the compiler's choice, which sees the whole step.
"""

from functools import partial
from itertools import groupby

import jax
import jax.numpy as jnp
import numpy as np

from impls.layers import Layer
from impls.network import Network

jax.config.update("jax_enable_x64", True)  # or float64 becomes float32


class OnDevice(Network):
    """A network whose parameters are `on_device`, [(Ws, bs)] by run, until its layers are read: the reader may change them."""

    def __init__(self, network, runs_of):
        self._layers, self.loss = network.layers, network.loss
        self.runs = runs_of(self._layers)
        self.form = tuple(self._layers[run[0]].activation for run in self.runs), self.loss, network.rows
        self.on_device = stacked(self._layers, self.runs)

    @property
    def layers(self):
        """The layers with their current parameters."""
        if self.on_device:
            pairs, self.on_device = unstacked(self.on_device), None
            self._layers = [Layer(W, b, layer.activation, layer.first, layer.rows) for (W, b), layer in zip(pairs, self._layers)]
        return self._layers


def runs_of_like(layers):
    """Lists of consecutive layers that can be stacked."""
    return [list(run) for _, run in groupby(range(len(layers)), key=lambda l: (layers[l].W.shape, layers[l].activation))]


def prepare(network, X, Y, runs_of=runs_of_like):
    """Give everything to JAX, and compile the step for these shapes."""
    network, X, Y = OnDevice(network, runs_of), jnp.array(X), jnp.array(Y)
    descend.lower(network.on_device, X, Y, 0.0, network.form).compile()
    return network, X, Y


def backprop(network, X, Y, emit):
    """Forward and backward; then the gradients are emitted, last layer first."""
    loss, gradients = differentiate(stacked(network.layers, network.runs), X, Y, network.form)
    for l, (dW, db) in reversed(list(enumerate(unstacked(gradients)))):
        emit(l, dW, db)
    return float(loss)


def step(network, X, Y, learning_rate):
    """Forward, backward and update; the old parameters' memory becomes the new ones'."""
    parameters = network.on_device or stacked(network.layers, network.runs)
    network.on_device, loss = descend(parameters, X, Y, learning_rate, network.form)
    return float(loss)  # waits until the step is done


@partial(jax.jit, static_argnums=4, donate_argnums=0)
def descend(parameters, X, Y, learning_rate, form):
    """The parameters after a step of gradient descent, and the loss before it."""
    loss, gradients = differentiate(parameters, X, Y, form)
    return jax.tree.map(lambda parameter, gradient: parameter - learning_rate * gradient, parameters, gradients), loss


@partial(jax.jit, static_argnums=3)
@jax.value_and_grad
def differentiate(parameters, X, Y, form):
    """The loss, which a scan over each run leads to; and, as decorated, its gradient by the parameters."""
    A, (activations, loss, rows) = X, form
    for run, activation in zip(parameters, activations):
        A = run_forward(run, activation, rows, A)
    return LOSSES[loss](A, Y)


def run_forward(run, activation, rows, A):
    """A after the layers of a run; the layer of a run of one need not have n = n_prev, as a scan would require."""

    def forward(A_prev, parameters):
        W, b = parameters
        Z = A_prev @ W.T + b.T if rows else W @ A_prev + b
        return ACTIVATE[activation](Z), None  # no other output: JAX keeps what backward needs by itself

    Ws, bs = run
    return jax.lax.scan(forward, A, run)[0] if len(Ws) > 1 else forward(A, (Ws[0], bs[0]))[0]


def stacked(layers, runs):
    """[(Ws, bs)] by run, JAX's; nothing else refers to NumPy's stacks, so that JAX need not copy them."""
    return [tuple(jnp.asarray(np.stack([getattr(layers[l], name) for l in run])) for name in ("W", "b")) for run in runs]


def unstacked(parameters):
    """[(W, b)] by layer, as NumPy arrays of their own."""
    return [pair for Ws, bs in parameters for pair in zip(np.array(Ws), np.array(bs))]


ACTIVATE = {"linear": lambda Z: Z, "relu": jax.nn.relu, "tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid}
# By examples: log(1 + e^z) - z y, and log(sum_k e^z_k) - z_y.
LOSSES = {
    "binary_cross_entropy": lambda Z, Y: jnp.mean(jax.nn.softplus(Z) - Z * Y),
    "softmax_cross_entropy": lambda Z, Y: jnp.mean(jax.nn.logsumexp(Z, axis=0) - jnp.sum(Z * Y, axis=0)),
    "softmax_cross_entropy_of_rows": lambda Z, Y: jnp.mean(jax.nn.logsumexp(Z, axis=1) - jnp.sum(Z * Y, axis=1)),
}
