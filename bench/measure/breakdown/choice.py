"""What is broken down: a narrow and a wide cell of the sweep, and the steps of five implementations in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bench.plan.cells import BACKPROPAGATION, Cell

MOST_MULTIPLICATIONS = 6 * 10**7  # of a step: with some twenty works in a round, a longer one would leave too few rounds
MOST_LAYERS = 1_024

# an implementation -> the one that does the same in the same order into arrays made beforehand
BEFOREHAND = {
    "iterative": "workspace_loop",
    "iterative_pop": "workspace_loop",
    "recursive": "workspace_recursion",
    "workspace_loop": "workspace_loop",
    "workspace_recursion": "workspace_recursion",
}

WORKS = (
    "arithmetic",  # all operations of NumPy that a step makes, in a straight line
    "products",  # the same, with all but the products on next to no numbers
    "elementwise",  # the same, with the products on next to no numbers
    "small",  # the same, all on next to no numbers: those of a network of two units and two examples
    "update",  # the descent alone, of all layers
    "backprop",  # the whole step of an implementation without the descent
    "small_backprop",  # the same on next to no numbers
    "step",
    "allocation",  # the arrays of a step of an implementation, allocated and let go
    "page_fault",  # as many pages as a step's arrays take, touched for the first time and given back
)
UNIT = "arithmetic"  # what the others are expressed in


def narrow_and_wide(cells: Iterable[Cell]) -> list[Cell]:
    """The deepest of the narrowest cells and the deepest of the widest, the first of several, each as it is measured under the default
    allocator; those whose step takes too long are left out, and so are other interpreters than the harness's own.

    >>> cells = [Cell("digits", 32, depth, width, "float64", "deferred", "steady") for depth in (4, 16, 64) for width in (8, 32, 128)]
    >>> [(cell.depth, cell.width, cell.allocator) for cell in narrow_and_wide(cells)]
    [(64, 8, 'default'), (16, 128, 'default')]
    """
    fit = [cell for cell in cells if cell.problem == BACKPROPAGATION and not cell.python and _fits(cell)]
    widths = sorted({cell.width for cell in fit})
    ends = dict.fromkeys((*widths[:1], *widths[-1:]))
    deepest = (max((cell for cell in fit if cell.width == width), key=lambda cell: cell.depth) for width in ends)
    return [replace(cell, allocator="default") for cell in deepest]


def _fits(cell: Cell) -> bool:
    """Is a step short enough? It has three products for each layer between the first and the last, which are narrow at one end."""
    return cell.depth <= MOST_LAYERS and 3 * max(1, cell.depth - 2) * cell.width**2 * cell.batch <= MOST_MULTIPLICATIONS
