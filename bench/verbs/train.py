"""`train`: the same training with each implementation and update, recorded epoch by epoch."""

from __future__ import annotations

import argparse
from dataclasses import astuple

from rich.markup import escape
from rich.table import Table as Grid

from bench.analyse.training import TrainingResult, training_results
from bench.measure.training.epochs import train as epochs_of
from bench.measure.workers.checking import broken_contracts
from bench.plan import sweeps
from bench.plan.experiment import prepare
from bench.record.folder import results_folder
from bench.record.tables import Table
from bench.show.answers.training import losses_words
from bench.show.terminal.screen import Screen
from impls.updates import UPDATES


def train(options: argparse.Namespace, screen: Screen) -> None:
    """Train on every dataset of the sweep, and say whether all end on the same figures.

    Raises:
        BadInput: something on the command line or in the sweep cannot be done.

    """
    experiment = prepare(sweeps.load(options.sweep), options.impl, options.files, "iterative", broken_contracts)
    for name, why in experiment.refused.items():
        screen.warn(f"{name} is left out: it {why}")
    rows = [
        astuple(epoch)
        for dataset in experiment.data.values()
        for implementation in experiment.implementations.values()
        for update in UPDATES
        for epoch in epochs_of(dataset, implementation, update)
    ]
    with results_folder(options.results) as folder:
        table = Table(folder, "training.csv")
        table.replace(rows)
        found = training_results(table.read())
    for dataset in experiment.data:
        screen.table(_grid(dataset, [one for one in found if one.dataset == dataset]))


def _grid(dataset: str, found: list[TrainingResult]) -> Grid:
    grid = Grid(title=f"Training on {escape(dataset)}, {found[0].epochs} epochs", title_justify="left", title_style="bold")
    grid.add_column("implementation")
    grid.add_column("update")
    for heading in ("last loss", "accuracy", "CPU time"):
        grid.add_column(heading, justify="right")
    grid.add_column("losses")
    for one in found:
        grid.add_row(escape(one.impl), one.update, f"{one.loss:.6f}", f"{one.accuracy:.1%}", f"{one.cpu_s:.2f} s", losses_words(one))
    return grid
