"""`train`: the same training with each implementation and update, recorded epoch by epoch."""

from __future__ import annotations

import argparse
import itertools
from dataclasses import astuple

from rich.markup import escape

from bench.analyse.training import training_results
from bench.measure.training import epochs
from bench.measure.workers.checking import broken_contracts
from bench.measure.workers.stand_ins import known_implementations
from bench.plan import sweeps
from bench.plan.contenders import available
from bench.plan.experiment import prepare
from bench.record.folder import results_folder
from bench.record.tables import Table
from bench.show.answers.training import losses_words
from bench.show.terminal.screen import Screen
from bench.show.terminal.tables import titled_table
from impls.updates import UPDATES


def train(options: argparse.Namespace, screen: Screen) -> None:
    """Train on every dataset of the sweep, and say whether all end on the same figures.

    Raises:
        BadInput: something on the command line or in the sweep cannot be done.

    """
    known_implementations(options.files)  # a worker runs the files first: what ends one would end this process, which trains
    experiment = prepare(sweeps.load(options.sweep), options.impl, options.files, "iterative", available, broken_contracts)
    screen.left_out(experiment.refused)
    for note in experiment.notes:
        screen.say(note)
    rows = [
        astuple(epoch)
        for dataset in experiment.data.values()
        for implementation in experiment.implementations.values()
        for update in UPDATES
        for epoch in epochs.train(dataset, implementation, update)
    ]
    with results_folder(options.results) as folder:
        table = Table(folder, "training.csv")
        table.replace(rows)
        results = training_results(table.read())
    columns = ("implementation", "update", "last loss", "accuracy", "CPU time", "losses")
    for dataset, trained in itertools.groupby(results, lambda result: result.dataset):
        shown = titled_table(f"Training on {escape(dataset)}, {epochs.EPOCHS} epochs", *columns, right=columns[2:5])
        for result in trained:
            figures = f"{result.loss:.6f}", f"{result.accuracy:.1%}", f"{result.cpu_s:.2f} s"
            shown.add_row(escape(result.impl), result.update, *figures, losses_words(result))
        screen.table(shown)
