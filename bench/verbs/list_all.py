"""`list`: what there is to choose from."""

from __future__ import annotations

import argparse

from rich.markup import escape
from rich.table import Table as Grid

from bench.plan import contenders, datasets, sweeps
from bench.show.answers.words import duration
from bench.show.terminal.screen import Screen


def list_all(options: argparse.Namespace, screen: Screen) -> None:
    """Implementations (the user's own too), sweeps and datasets, each with what it is.

    Raises:
        BadInput: a file given by --with cannot be used.

    """
    grid = _grid("Implementations", "name", "keeps its cache in", "control flow")
    for one in contenders.available(options.files).values():
        grid.add_row(escape(one.name), escape(one.cache), one.control_flow)
    screen.table(grid)
    for one in contenders.available(options.files).values():
        if one.missing:
            screen.say(f"{one.name} {one.missing}")
    grid = _grid("Sweeps", "name", "cells", "depth", "width", "precision", "budget")
    for name in sweeps.bundled():
        sweep = sweeps.load(name)
        shape = str(len(sweep.cells())), _words(sweep.depth), _words(sweep.width)
        grid.add_row(name, *shape, f"±{sweep.precision:.1%}", duration(sweep.budget_s))
    screen.table(grid)
    grid = _grid("Datasets", "name", "what")
    for name, what in datasets.DESCRIPTIONS.items():
        grid.add_row(name, what)
    screen.table(grid)


def _grid(title: str, *headings: str) -> Grid:
    grid = Grid(title=title, title_justify="left", title_style="bold")
    for heading in headings:
        grid.add_column(heading)
    return grid


def _words(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))
