"""Tree sum: the sum of all numbers in a tree, where recursion branches and is no deeper than the tree.

What a reader learns: a tree of many nodes has few levels, so the limit is far away, and what is left to compare is a call for each
node, beside a push and a pop. A stack gives back first what came last, so the loop has to turn children round to keep their order.
"""

from __future__ import annotations

from typing import NamedTuple

from impls.problem import Problem, Solution
from impls.problems.trampoline import trampoline


class Node(NamedTuple):
    """A number, and the nodes below."""

    number: int
    children: list[Node]


def setup(depth, width, rng):
    """A tree with `depth` levels below its root; every node above the last level has `width` children."""
    level = []
    for l in reversed(range(depth + 1)):
        numbers = rng.integers(100, size=width**l).tolist()
        level = [Node(number, level[k * width : (k + 1) * width]) for k, number in enumerate(numbers)]
    return level[0]


def iterative(root):
    """The nodes ahead are in a list, the next one last."""
    total, ahead = 0, [root]
    while ahead:
        node = ahead.pop()
        total += node.number
        ahead += node.children[::-1]
    return total


def recursive(node):
    """The number here and the sums of the children; each call waits for those below."""
    total = node.number
    for child in node.children:
        total += recursive(child)
    return total


def generators(root):
    """The recursion in steps: the calls that wait are in a list."""
    return trampoline(sum_in_steps(root))


def sum_in_steps(node):
    """The recursion, with a `yield` where it calls itself."""
    total = node.number
    for child in node.children:
        total += yield sum_in_steps(child)
    return total


problem = Problem(
    "tree_sum",
    setup,
    [
        Solution(iterative, title="loop"),
        Solution(recursive, title="recursion"),
        Solution(generators, title="generators"),
    ],
    depth=(6, 9, 12),
    width=(2,),
    deepest=16,
    level="level",
)
