"""Towers of Hanoi: the moves that bring a tower from one peg to another, where recursion does nothing but call itself.

What a reader learns: the price of a call, beside that of a push and a pop. Nothing else is done that could hide it: a call either
moves one disc or makes three calls. It is never deep, since the moves double with every disc.
"""

from __future__ import annotations

from impls.problem import Problem, Solution
from impls.problems.trampoline import trampoline


def setup(depth, width, rng):
    """A tower of `depth` discs; `width` has no meaning here."""
    return depth


def iterative(discs):
    """The towers ahead are in a list, the next one last."""
    moves, ahead = [], [(discs, "A", "C", "B")]
    while ahead:
        discs, source, target, spare = ahead.pop()
        if discs > 1:
            ahead += [(discs - 1, spare, target, source), (1, source, target, spare), (discs - 1, source, spare, target)]
        elif discs == 1:
            moves.append((source, target))
    return moves


def recursive(discs):
    """Each tower waits for the three that it is moved by."""
    moves = []
    move(discs, "A", "C", "B", moves)
    return moves


def move(discs, source, target, spare, moves):
    """Append the moves of a tower: all discs but the largest out of its way, the largest, and all others onto it."""
    if discs > 1:
        move(discs - 1, source, spare, target, moves)
        move(1, source, target, spare, moves)
        move(discs - 1, spare, target, source, moves)
    elif discs == 1:
        moves.append((source, target))


def generators(discs):
    """The recursion in steps: the calls that wait are in a list."""
    moves = []
    trampoline(move_in_steps(discs, "A", "C", "B", moves))
    return moves


def move_in_steps(discs, source, target, spare, moves):
    """The recursion, with a `yield` where it calls itself."""
    if discs > 1:
        yield move_in_steps(discs - 1, source, spare, target, moves)
        yield move_in_steps(1, source, target, spare, moves)
        yield move_in_steps(discs - 1, spare, target, source, moves)
    elif discs == 1:
        moves.append((source, target))


problem = Problem(
    "hanoi",
    setup,
    [
        Solution(iterative, title="loop"),
        Solution(recursive, title="recursion"),
        Solution(generators, title="generators"),
    ],
    title="towers of Hanoi",
    depth=(7, 10, 13),
    width=(1,),
    deepest=18,
    level="disc",
)
