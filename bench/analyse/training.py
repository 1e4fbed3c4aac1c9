"""Did every training come to the same end?"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Outcome:
    """One training's end: its last loss and accuracy, its CPU seconds, and whether every epoch's loss is,
    to the last bit, that of the first training on the same data.
    """

    dataset: str
    impl: str
    update: str
    epochs: int
    loss: float
    accuracy: float
    cpu_s: float
    same: bool


def outcomes(rows: pd.DataFrame) -> list[Outcome]:
    """One outcome for each training in rows of training.csv, in the order recorded."""
    found = []
    first: dict[str, list[float]] = {}
    for (dataset, impl, update), epochs in rows.groupby(["dataset", "impl", "update"], sort=False):
        losses = epochs["loss"].tolist()
        same = losses == first.setdefault(dataset, losses)
        last = epochs.iloc[-1]
        found.append(Outcome(dataset, impl, update, len(epochs), last["loss"], last["accuracy"], epochs["cpu_s"].sum(), same))
    return found
