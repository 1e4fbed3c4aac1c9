"""Flood fill: every cell of a region is reached from one of its cells, where recursion goes as deep as the region winds.

What a reader learns: the shape of the data decides how deep recursion goes, and nobody can tell from the size of the grid. In a maze
the calls follow a corridor to its end, far beyond the number of rows, and most of them only find a wall or a cell that is filled.
"""

from __future__ import annotations

from impls.problem import Problem, Solution
from impls.problems.trampoline import trampoline

OPEN, WALL = 0, -1


def setup(depth, width, rng):
    """A maze in `depth` rows and `width` columns, with a border of walls, and the row and column of its first cell.

    A cell becomes open that has at most one open neighbour, so the corridors wind and do not meet.
    """
    grid = [[WALL] * (width + 2) for _ in range(depth + 2)]
    turns = rng.random((depth * width, 4)).argsort().tolist()  # orders of the four neighbours, one for each cell
    ahead = [(1, 1)]
    while ahead:
        row, column = ahead.pop()
        if 1 <= row <= depth and 1 <= column <= width and grid[row][column] == WALL:
            around = [(row - 1, column), (row, column + 1), (row + 1, column), (row, column - 1)]
            if sum(grid[y][x] == OPEN for y, x in around) <= 1:
                grid[row][column] = OPEN
                ahead += [around[turn] for turn in turns.pop()]
    return grid, 1, 1


def iterative(grid, row, column):
    """The cells ahead are in a list, the next one last; a cell that is filled gets the number of its turn."""
    grid = [cells[:] for cells in grid]
    count, ahead = 0, [(row, column)]
    while ahead:
        row, column = ahead.pop()
        if grid[row][column] == OPEN:
            count += 1
            grid[row][column] = count
            ahead += [(row, column - 1), (row + 1, column), (row, column + 1), (row - 1, column)]
    return grid


def recursive(grid, row, column):
    """Each cell fills its neighbours, and waits for them; a cell that is filled gets the number of its turn."""
    grid = [cells[:] for cells in grid]
    fill(grid, row, column, 0)
    return grid


def fill(grid, row, column, count):
    """Fill from one cell on, after `count` cells; the number of cells that are filled then."""
    if grid[row][column] != OPEN:
        return count
    count += 1
    grid[row][column] = count
    count = fill(grid, row - 1, column, count)
    count = fill(grid, row, column + 1, count)
    count = fill(grid, row + 1, column, count)
    return fill(grid, row, column - 1, count)


def generators(grid, row, column):
    """The recursion in steps: the calls that wait are in a list."""
    grid = [cells[:] for cells in grid]
    trampoline(fill_in_steps(grid, row, column, 0))
    return grid


def fill_in_steps(grid, row, column, count):
    """The recursion, with a `yield` where it calls itself."""
    if grid[row][column] != OPEN:
        return count
    count += 1
    grid[row][column] = count
    count = yield fill_in_steps(grid, row - 1, column, count)
    count = yield fill_in_steps(grid, row, column + 1, count)
    count = yield fill_in_steps(grid, row + 1, column, count)
    return (yield fill_in_steps(grid, row, column - 1, count))


problem = Problem(
    "flood_fill",
    setup,
    [
        Solution(iterative, title="loop"),
        Solution(recursive, title="recursion"),
        Solution(generators, title="generators"),
    ],
    depth=(16, 64, 256),
    width=(32,),
    deepest=10_000,
    level="row",
)
