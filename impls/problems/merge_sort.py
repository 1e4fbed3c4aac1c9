"""Merge sort: a list is split in half until nothing is left to sort, where recursion is as deep as its length can be halved.

What a reader learns: depth that is a logarithm never meets the limit, since a billion numbers are thirty calls deep. And where work
is left to do after the calls, here the merge, the loop needs a mark on its stack that says so.
"""

from __future__ import annotations

from impls.problem import Problem, Solution
from impls.problems.trampoline import trampoline

MERGE = None  # stands below two halves: when it comes up, both are sorted


def setup(depth, width, rng):
    """`2**depth * width` numbers in random order: `depth` halvings lead to pieces of `width` numbers, which are halved further."""
    return rng.permutation(2**depth * width).tolist()


def iterative(numbers):
    """The pieces ahead are in a list, the next one last; those that are sorted wait in another."""
    ahead, done = [numbers], []
    while ahead:
        piece = ahead.pop()
        if piece is MERGE:
            right, left = done.pop(), done.pop()
            done.append(merge(left, right))
        elif len(piece) < 2:
            done.append(piece)
        else:
            middle = len(piece) // 2
            ahead += [MERGE, piece[middle:], piece[:middle]]
    return done.pop()


def recursive(numbers):
    """Sort both halves and merge them; each call waits for its halves."""
    if len(numbers) < 2:
        return numbers
    middle = len(numbers) // 2
    return merge(recursive(numbers[:middle]), recursive(numbers[middle:]))


def generators(numbers):
    """The recursion in steps: the calls that wait are in a list."""
    return trampoline(sort_in_steps(numbers))


def sort_in_steps(numbers):
    """The recursion, with a `yield` where it calls itself."""
    if len(numbers) < 2:
        return numbers
    middle = len(numbers) // 2
    return merge((yield sort_in_steps(numbers[:middle])), (yield sort_in_steps(numbers[middle:])))


def merge(left, right):
    """Two sorted lists as one; of equal numbers the left one comes first."""
    merged, l, r = [], 0, 0
    while l < len(left) and r < len(right):
        if right[r] < left[l]:
            merged.append(right[r])
            r += 1
        else:
            merged.append(left[l])
            l += 1
    return merged + left[l:] + right[r:]


problem = Problem(
    "merge_sort",
    setup,
    [
        Solution(iterative, title="loop"),
        Solution(recursive, title="recursion"),
        Solution(generators, title="generators"),
    ],
    depth=(6, 9, 12),
    width=(1,),
    deepest=16,
    level="halving",
)
