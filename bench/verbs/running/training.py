"""The training half: whole trainings in blocks, each on the disk before the next one begins, and one training of 152 layers."""

from __future__ import annotations

import hashlib
import json
import random
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from bench.analyse.training import COMPARED, settled_comparisons, training_results
from bench.errors import NothingMeasured
from bench.measure.machine.fingerprint import fingerprint
from bench.measure.machine.measured_under import Settings
from bench.measure.training import trainings
from bench.measure.training.blocks import Blocks
from bench.measure.training.convergence import MOST_EPOCHS, epochs_to_converge
from bench.measure.training.recipes import DEEP_DEPTH, DEEP_EXAMPLES, DEEP_IMPLS, DEEP_UPDATE, Recipe, deep, usual
from bench.measure.training.split import split
from bench.measure.training.trainings import Contender, Job, Trainer, Training
from bench.measure.workers.ask import WorkerFailed
from bench.plan.code_text import code_digest, taken_from
from bench.plan.contenders import CONTROL
from bench.plan.experiment import Experiment
from bench.record.tables import Table
from bench.record.training import read_training, training_rows
from bench.show.answers.words import counted, duration
from bench.show.terminal.screen import Screen
from impls.updates import UPDATES

METHOD = (trainings.__name__, trainings.WORKER)


@dataclass(frozen=True)
class TrainingRun:
    """Trainings that are being made into a results folder.

    Attributes:
        experiment: what is compared, and on what.
        seed: of splits, first weights and orders of examples.
        budget_s, patience_s: how long to go on, and how long a worker may be silent.
        folder: the results folder.
        under: the settings of processes that measure.
        rng: of the orders in which contenders are trained, and of heap histories.
        screen: where it tells the user what happens.

    """

    experiment: Experiment
    seed: int
    budget_s: float
    patience_s: float
    folder: Path
    under: Settings
    rng: random.Random
    screen: Screen

    @property
    def table(self) -> Table:
        """training.csv."""
        return Table(self.folder, "training.csv")

    @property
    def contenders(self) -> tuple[Contender, ...]:
        """Every implementation under every update, and the control."""
        pairs = (Contender(impl, update) for impl in self.experiment.implementations for update in UPDATES)
        return *pairs, Contender(CONTROL, COMPARED[1])

    def rows(self) -> pd.DataFrame:
        """What is recorded so far, of each dataset's last run."""
        return read_training(self.table, lambda sentence: None)

    def settled(self, *datasets: str) -> list[bool]:
        """For each comparison on those datasets: is it settled?"""
        return settled_comparisons(training_results(self.rows()), datasets, self.experiment.sweep.precision)

    def recorded(self, digest: str) -> pd.DataFrame:
        """The rows of one run, be it the last or not."""
        rows = self.table.read()
        return rows[rows["run"].eq(digest).fillna(False)]


def measure_training(run: TrainingRun) -> None:
    """Train in blocks until every comparison is settled or the time is spent, and then the deep network.

    Raises:
        BadInput: training.csv cannot be read or written.
        NothingMeasured: the baseline cannot be trained.

    """
    run.table.read(run.screen.warn)  # tells of a torn last line, once
    with tempfile.TemporaryDirectory() as scratch, run.screen.out.status("training until the baseline converges") as status:
        trainer = _trainer(run, Path(scratch))
        recipes = {dataset: usual(_epochs(run, trainer, dataset), run.seed) for dataset in run.experiment.data}
        _train_in_blocks(run, trainer, recipes, status.update)
        status.update(f"training {DEEP_DEPTH} layers")
        _train_deep(run, _trainer(run, Path(scratch), DEEP_EXAMPLES))


def _trainer(run: TrainingRun, scratch: Path, most: int | None = None) -> Trainer:
    """A trainer on every dataset's split, written into files."""
    data = {}
    for number, (name, dataset) in enumerate(run.experiment.data.items()):
        data[name] = [scratch / f"{number}-{most}-{part}.npz" for part in ("training", "held_out")]
        for batch, path in zip(split(dataset, run.seed, most), data[name], strict=True):
            batch.write(path)
    return Trainer(data, run.experiment.files, run.experiment.sweep.blas_threads, run.patience_s)


def _epochs(run: TrainingRun, trainer: Trainer, dataset: str) -> int:
    """How many epochs the baseline needs on a dataset; all others are given as many, so that all do the same work."""
    try:
        with closing(trainer.epochs(Job(dataset, Contender(*COMPARED), usual(MOST_EPOCHS, run.seed)))) as epochs:
            return epochs_to_converge(epoch.held_out_loss for epoch in epochs)
    except WorkerFailed as failure:
        raise NothingMeasured(f"{dataset}: the baseline could not be trained ({failure.status}: {failure.detail})") from None


def _train_in_blocks(run: TrainingRun, trainer: Trainer, recipes: Mapping[str, Recipe], show: Callable[[str], None]) -> None:
    """Record every training as it finishes, `show` how far it is, and say how it ended."""
    recorder = _Recorder(run, {dataset: _digest(run, dataset, recipe) for dataset, recipe in recipes.items()})
    earlier = {dataset: run.recorded(digest) for dataset, digest in recorder.digests.items()}
    failed = {(dataset, Contender(impl, update)) for dataset, its in earlier.items() for impl, update in _failed(its)}
    first = {dataset: int(its["block"].max()) + 1 if len(its) else 1 for dataset, its in earlier.items()}
    blocks = Blocks(run.contenders, recipes, trainer, recorder.decided, run.budget_s, time.monotonic, run.rng)
    start = time.monotonic()
    for training in blocks.run(first, failed):
        recorder.add(training)
        spent = f"{duration(time.monotonic() - start)} of {duration(run.budget_s)}"
        show(f"block {training.job.block}: {counted(recorder.count, 'training')}, {spent}")
    settled = run.settled(*recipes)
    run.screen.say(
        f"{counted(recorder.count, 'training')}, each in a process of its own, in {duration(time.monotonic() - start)}; "
        f"{sum(settled)} of {counted(len(settled), 'comparison')} settled"
    )


def _train_deep(run: TrainingRun, trainer: Trainer) -> None:
    """Train the deep network once by either implementation, on the first dataset, unless that is recorded."""
    dataset, recipe = next(iter(run.experiment.data)), deep(run.seed)
    digest = _digest(run, dataset, recipe)
    if len(run.recorded(digest)):
        return
    recorder = _Recorder(run, {dataset: digest})
    for order, impl in enumerate(DEEP_IMPLS):
        recorder.add(trainer(Job(dataset, Contender(impl, DEEP_UPDATE), recipe, order=order)))


@dataclass
class _Recorder:
    """Puts trainings onto the disk and tells of those that failed.

    Attributes:
        run: the run.
        digests: dataset -> the digest of what its trainings share.
        count: trainings so far.

    """

    run: TrainingRun
    digests: Mapping[str, str]
    count: int = 0

    def add(self, training: Training) -> None:
        """Record a training; it is on the disk when this returns."""
        job = training.job
        self.run.table.append(training_rows(self.digests[job.dataset], str(fingerprint()["machine"]), training))
        self.count += 1
        if training.status != "ok":
            self.run.screen.warn(
                f"{job.contender.impl} ({job.contender.update}) is left out on {job.dataset}: "
                f"its training failed ({training.status}): {training.detail}"
            )

    def decided(self, dataset: str) -> bool:
        """Is every comparison on the dataset settled, or is there nothing to compare with?"""
        its = self.run.recorded(self.digests[dataset])
        if its.empty or COMPARED in _failed(its):
            return not its.empty
        settled = self.run.settled(dataset)
        return bool(settled) and all(settled)


def _failed(rows: pd.DataFrame) -> set[tuple[str, str]]:
    """The contenders with a training that failed."""
    failed = rows[rows["status"].ne("ok")]
    return set(zip(failed["impl"], failed["update"], strict=True))


def _digest(run: TrainingRun, dataset: str, recipe: Recipe) -> str:
    """A short name for all that two trainings must share to be compared: data, recipe, code, libraries, machine and its settings."""
    settings = run.experiment.settings()
    method = code_digest([*METHOD, *taken_from(METHOD, "bench.measure")])
    shared = {
        **settings,
        "data": settings["data"][dataset],
        "recipe": asdict(recipe),
        "method": method,
        "machine": fingerprint()["machine"],
        **run.under,
    }
    return hashlib.sha256(json.dumps(shared, sort_keys=True).encode()).hexdigest()[:12]
