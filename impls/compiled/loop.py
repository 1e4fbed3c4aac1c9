"""Backprop compiled to machine code, with the cache in one array that holds all layers' activations."""

from impls.compiled.cache import cached_njit
from impls.compiled.parts import backward, forward, loss_and_gradient, output, programs
from impls.compiled.stack import Stack


@cached_njit
def run(layers, parameters, activations, dA, softmax, rows, X, Y, into, alpha, beta):
    """Two loops; what backward finds goes into gradients or parameters, as in `programs`. The loss."""
    stack = Stack(layers, parameters, activations, dA, softmax, rows)
    A = X
    for l in range(len(stack.layers)):
        A = forward(stack, l, A)
    loss = loss_and_gradient(stack, A, Y)
    for l in range(len(stack.layers) - 1, -1, -1):
        A_prev, A = output(stack, l - 1, X), output(stack, l, X)
        backward(stack, l, A_prev, A, into, alpha, beta)
    return loss


prepare, backprop, step, fused_step = programs(run)
