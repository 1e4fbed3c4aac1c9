"""Backprop compiled to machine code, with the cache in the hardware's call stack: a frame refers to A_prev and A."""

import numpy as np
from numba import njit

from impls.compiled.cache import cached_njit
from impls.compiled.parts import backward, forward, loss_and_gradient, programs
from impls.compiled.stack import Stack


@cached_njit
def run(layers, parameters, activations, dA, softmax, rows, X, Y, into, alpha, beta):
    """One recursion; what backward finds goes into gradients or parameters, as in `programs`. The loss."""
    first = np.int64(0)  # a plain 0 is a type of its own, and a call with it to code that is cached on disk crashes (numba/numba#6061)
    stack = Stack(layers, parameters, activations, dA, softmax, rows)
    return recurse(stack, first, X, Y, into, alpha, beta)


@njit
def recurse(stack, l, A_prev, Y, into, alpha, beta):
    """Forward on the way down, the loss at the bottom, backward as the stack unwinds."""
    if l == len(stack.layers):
        return loss_and_gradient(stack, A_prev, Y)
    A = forward(stack, l, A_prev)
    loss = recurse(stack, l + 1, A, Y, into, alpha, beta)
    backward(stack, l, A_prev, A, into, alpha, beta)
    return loss


prepare, backprop, step, fused_step = programs(run)
