"""Rows of training.csv: from finished trainings, and back, with those that were cut in half or made otherwise left out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd

from bench.measure.training.epochs import Epoch
from bench.measure.training.trainings import Training
from bench.record.schemas import row
from bench.record.tables import Table, Warn
from bench.text import one_line


def training_rows(run: str, machine: str, training: Training) -> list[Sequence[Any]]:
    """A row an epoch; one row for a training that failed. `run` is the digest of what trainings must share to be compared."""
    job = training.job
    facts = {
        "dataset": job.dataset,
        **job.contender._asdict(),
        **{name: getattr(job.recipe, name) for name in ("depth", "width", "epochs", "seed")},
        "run": run,
        "machine": machine,
        "block": job.block,
        "order": job.order,
        "peak_bytes": training.peak_bytes,
        "recursion_limit": training.recursion_limit,
        "status": training.status,
        "detail": one_line(training.detail),
    }
    return [row("training.csv", {**facts, **_figures(epoch)}) for epoch in training.epochs] or [row("training.csv", facts)]


def _figures(epoch: Epoch) -> dict[str, float | None]:
    """An epoch's figures; a loss that is no number, after a training has diverged, is unknown."""
    return {name: None if math.isnan(value) else value for name, value in asdict(epoch).items()}


def read_training(table: Table, warn: Warn) -> pd.DataFrame:
    """The rows of each dataset's and depth's last run, without trainings whose write a kill has cut off.

    An earlier version recorded neither runs nor blocks: its rows are one block, and are left out where there are newer ones.

    Raises:
        BadInput: the file cannot be read.

    """
    rows = table.read(warn)
    if rows.empty:
        return rows
    new = rows["run"].notna()
    rows = rows[new | ~rows["dataset"].isin(rows.loc[new, "dataset"])]
    rows = rows.assign(block=rows["block"].fillna(1), status=rows["status"].fillna("ok"))
    last = rows.groupby(["dataset", "depth"], dropna=False)["run"].transform("last")
    rows = rows[rows["run"].eq(last).fillna(True)]
    seen = rows.groupby(TRAINING, dropna=False)["epoch"].transform("count")
    return rows[rows["epochs"].isna() | rows["epoch"].isna() | seen.eq(rows["epochs"])]


TRAINING = ["dataset", "depth", "impl", "update", "block"]  # the columns that tell one training of a run from another
