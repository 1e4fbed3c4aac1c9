"""Linked list: the sum of all numbers in it, where recursion goes one call deeper with each node.

What a reader learns: where depth is the length of the data, recursion meets Python's limit at about a thousand nodes, which is a
short list. The loop needs no stack: nothing is left to do for a node that has been passed, so one running total is enough.
"""

from __future__ import annotations

from typing import NamedTuple

from impls.problem import Problem, Solution
from impls.problems.trampoline import trampoline


class Node(NamedTuple):
    """Some numbers, and the node after it; the last has None."""

    numbers: list[int]
    rest: Node | None


def setup(depth, width, rng):
    """A list of `depth` nodes with `width` numbers each; None, the empty list, for depth 0."""
    node = None
    for numbers in rng.integers(100, size=(depth, width)).tolist():
        node = Node(numbers, node)
    return node


def iterative(node):
    """Walk along the list with one running total."""
    total = 0
    while node is not None:
        total += sum(node.numbers)
        node = node.rest
    return total


def recursive(node):
    """The numbers here and the sum of the rest; each call waits for the next."""
    if node is None:
        return 0
    return sum(node.numbers) + recursive(node.rest)


def generators(node):
    """The recursion in steps: the calls that wait are in a list."""
    return trampoline(sum_in_steps(node))


def sum_in_steps(node):
    """The recursion, with a `yield` where it calls itself."""
    if node is None:
        return 0
    return sum(node.numbers) + (yield sum_in_steps(node.rest))


problem = Problem(
    "linked_list",
    setup,
    [
        Solution(iterative, title="loop"),
        Solution(recursive, title="recursion"),
        Solution(generators, title="generators"),
    ],
    depth=(100, 1_000, 10_000),
    width=(1, 8),
    level="node",
)
