"""`train`: whole trainings to convergence with held-out data, interleaved and repeated, by each implementation and update."""

from __future__ import annotations

import argparse
import random
import secrets
from collections.abc import Sequence
from dataclasses import replace

from rich.markup import escape
from rich.table import Table

from bench.analyse.training import TrainingResult, by_network, trained
from bench.defaults import USUAL_SWEEP
from bench.errors import BadInput, NothingMeasured
from bench.measure.machine.measured_under import caveats_of, measured_under
from bench.measure.training.trainings import BASELINE
from bench.measure.workers.checking import refused
from bench.measure.workers.known_problems import known_problem
from bench.plan import sweeps
from bench.plan.contenders import title
from bench.plan.data import datasets
from bench.plan.data.datasets import Dataset
from bench.plan.experiment import Experiment, prepare
from bench.plan.sweeps import Sweep
from bench.record.folder import results_folder
from bench.show.answers.training import cost_words, held_out_words, losses_words, network_words
from bench.show.terminal.screen import Screen
from bench.show.terminal.tables import titled_table
from bench.show.topics import topic
from bench.verbs.running.training import TrainingRun, measure_training
from bench.verbs.seconds import positive_seconds

SHARE_OF_BUDGET = 0.45  # of the sweep's, which is for the time of steps: 90 s for quick


def train(options: argparse.Namespace, screen: Screen) -> None:
    """Train on every dataset, record each training as it finishes, and say what all came to.

    Raises:
        BadInput: something on the command line, in the sweep or in the data cannot be done.
        NothingMeasured: the baseline cannot be trained.

    """
    sweep = sweeps.load(options.sweep or USUAL_SWEEP)
    budget_s = positive_seconds("--budget", SHARE_OF_BUDGET * sweep.budget_s if options.budget is None else options.budget)
    patience_s = positive_seconds("--patience", options.patience)
    if options.seed < 0:
        raise BadInput(f"--seed is {options.seed}; give a whole number from 0")
    under = measured_under()
    screen.caveats(caveats_of(under))
    experiment = _experiment(options, sweep)
    screen.left_out(experiment.refused)
    for note in experiment.notes:
        screen.say(note)
    with results_folder(options.results) as folder:
        run = TrainingRun(experiment, options.seed, budget_s, patience_s, folder, under, random.Random(secrets.randbits(64)), screen)
        measure_training(run)
        facts = trained(run.rows())
    if facts is None or not facts.results:
        raise NothingMeasured(f"{options.results / 'training.csv'}: no training came to its end; the columns status and detail say why")
    for group in by_network(facts.results):
        screen.table(_table(group))
    screen.answers(topic("training").answers(facts))


def _table(group: Sequence[TrainingResult]) -> Table:
    """A row a contender on one dataset; no time without its ratio and interval."""
    compared = any(result.cpu for result in group)
    columns = ("implementation", "update", "held out", "losses", *(("CPU time",) if compared else ()))
    explained = ": held-out accuracy, and CPU time ÷ that of the kept list, deferred" if compared else ": held-out accuracy"
    table = titled_table(f"Training on {escape(network_words(group[0]))}{explained}", *columns, right=columns[2:3])
    for result in group:
        words = (escape(title(result.impl)), result.update, held_out_words(result), losses_words(result))
        table.add_row(*words, *(("1" if result.is_baseline else cost_words(result.cpu),) if compared else ()))
    return table


def _experiment(options: argparse.Namespace, sweep: Sweep) -> Experiment:
    """What the sweep compares, on the data that are asked for."""
    data = _data(options, sweep)
    without_data = sweep.model_copy(update={"dataset": []})
    return replace(prepare(without_data, options.impl, options.files, BASELINE, known_problem, refused), data=data)


def _data(options: argparse.Namespace, sweep: Sweep) -> dict[str, Dataset]:
    """The file of `--data`; or the datasets that the sweep's file names; or those that come with the package."""
    if (options.data is None) != (options.target is None):
        raise BadInput("--data and --target go together: give the CSV file and the name of the column that holds the labels")
    if options.data is not None:
        if not options.data.isprintable():
            raise BadInput(f"--data {options.data!r} holds characters that cannot be printed; rename the file")
        return {options.data: datasets.load(options.data, options.target, "--data", sweep.csv_form)}
    names = sweep.dataset if "dataset" in sweep.model_fields_set else [*datasets.BUNDLED]
    return {name: datasets.load(name, sweep.target, f"sweep {sweep.name!r}", sweep.csv_form) for name in names}
