"""`list`: what there is to compare, to sweep and to learn."""

from __future__ import annotations

import argparse
import sys

from rich.markup import escape

from bench.defaults import SWEEPS
from bench.measure.workers.known_problems import known_problem
from bench.measure.workers.stand_ins import known_implementations
from bench.plan import sweeps
from bench.plan.cells import BACKPROPAGATION
from bench.plan.data import datasets
from bench.plan.experiment import sized
from bench.show.answers.words import duration
from bench.show.terminal.screen import Screen
from bench.show.terminal.tables import titled_table
from impls import Problem
from impls.problems import PROBLEMS

OWN_PROBLEM = "any recursion and any loop of your own: --problem FILE.py"


def list_all(options: argparse.Namespace, screen: Screen) -> None:
    """Implementations (the user's own too), problems, sweeps and datasets, each with what it is.

    Raises:
        BadInput: a file given by --with cannot be used.

    """
    _implementations(options.files, screen)
    table = titled_table("Problems", "name", "what", "implementations")
    table.add_row(BACKPROPAGATION, "the gradients of a network, layer by layer", "those above")
    for problem in PROBLEMS.values():
        table.add_row(problem.name, escape(_what(problem)), escape(", ".join(problem.by_name)))
    table.add_row("FILE.py", OWN_PROBLEM, "two or more")
    screen.table(table)
    table = titled_table("Sweeps", "name", "cells", "depth", "width", "precision", "budget")
    for name in SWEEPS:
        table.add_row(*_sweep(name))
    screen.table(table)
    table = titled_table("Datasets", "name", "what")
    for name, what in {**datasets.BUNDLED, "FILE.csv": datasets.YOUR_OWN}.items():
        table.add_row(name, what)
    screen.table(table)


def _implementations(files: list[str], screen: Screen) -> None:
    implementations = known_implementations(files).values()
    table = titled_table("Implementations", "name", "keeps its cache in", "control flow")
    for implementation in implementations:
        table.add_row(escape(implementation.name), escape(implementation.cache), implementation.control_flow)
    screen.table(table)
    for implementation in implementations:
        if implementation.missing:
            screen.say(f"{implementation.name} {implementation.missing}")


def _what(problem: Problem) -> str:
    """What the file of a problem says of it: its first line, after the title."""
    first = (sys.modules[problem.setup.__module__].__doc__ or problem.title).splitlines()[0]
    return first.partition(": ")[2].rstrip(".") or first


def _sweep(name: str) -> list[str]:
    """The row of a sweep; problems have depths and widths of their own."""
    sweep = sweeps.load(name)
    its_own = "of each problem" if sweep.grid else ""
    depths, widths = (its_own or ", ".join(map(str, axis)) for axis in (sweep.depth, sweep.width))
    cells = sized(sweep, {grid.problem: known_problem(grid.problem) for grid in sweep.grids}).cells()
    return [name, str(len(cells)), depths, widths, f"±{sweep.precision:.1%}", duration(sweep.budget_s)]
