"""`list`: what there is to compare, to sweep and to learn."""

from __future__ import annotations

import argparse

from rich.markup import escape

from bench.defaults import SWEEPS
from bench.measure.workers.stand_ins import known_implementations
from bench.plan import sweeps
from bench.plan.data import datasets
from bench.show.answers.words import duration
from bench.show.terminal.screen import Screen
from bench.show.terminal.tables import titled_table


def list_all(options: argparse.Namespace, screen: Screen) -> None:
    """Implementations (the user's own too), sweeps and datasets, each with what it is.

    Raises:
        BadInput: a file given by --with cannot be used.

    """
    implementations = known_implementations(options.files).values()
    table = titled_table("Implementations", "name", "keeps its cache in", "control flow")
    for implementation in implementations:
        table.add_row(escape(implementation.name), escape(implementation.cache), implementation.control_flow)
    screen.table(table)
    for implementation in implementations:
        if implementation.missing:
            screen.say(f"{implementation.name} {implementation.missing}")
    table = titled_table("Sweeps", "name", "cells", "depth", "width", "precision", "budget")
    for name in SWEEPS:
        sweep = sweeps.load(name)
        depths, widths = (", ".join(map(str, axis)) for axis in (sweep.depth, sweep.width))
        table.add_row(name, str(len(sweep.cells())), depths, widths, f"±{sweep.precision:.1%}", duration(sweep.budget_s))
    screen.table(table)
    table = titled_table("Datasets", "name", "what")
    for name, what in {**datasets.BUNDLED, "FILE.csv": datasets.YOUR_OWN}.items():
        table.add_row(name, what)
    screen.table(table)
