"""Did every training come to the same end?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

CLOSE = 1e-6  # rounding of 1e-16 a step, grown by hundreds of steps of training


@dataclass(frozen=True)
class TrainingResult:
    """One training's end: its last loss and accuracy, its CPU seconds, and how far the losses of its epochs are
    from those of the first training on the same data, at most and relatively; 0 is the same bits.
    """

    dataset: str
    impl: str
    update: str
    epochs: int
    loss: float
    accuracy: float
    cpu_s: float
    apart: float

    @property
    def same(self) -> bool:
        """Are all losses the same to the last bit?"""
        return self.apart == 0

    @property
    def close(self) -> bool:
        """Are they as near as other arithmetic in float64 comes?"""
        return self.apart <= CLOSE


def training_results(rows: pd.DataFrame) -> list[TrainingResult]:
    """One result for each training in rows of training.csv, in the order recorded."""
    results = []
    first: dict[str, list[float]] = {}
    for (dataset, impl, update), epochs in rows.groupby(["dataset", "impl", "update"], sort=False):
        losses = epochs["loss"].tolist()
        apart = _apart(losses, first.setdefault(dataset, losses))
        last = epochs.iloc[-1]
        results.append(TrainingResult(dataset, impl, update, len(epochs), last["loss"], last["accuracy"], epochs["cpu_s"].sum(), apart))
    return results


def _apart(losses: list[float], expected: list[float]) -> float:
    """The largest relative difference; infinite if one has more epochs, or a loss that is not a number."""
    if len(losses) != len(expected):
        return math.inf
    differences = [abs(loss - other) / abs(other) if loss != other else 0.0 for loss, other in zip(losses, expected, strict=True)]
    return max((math.inf if math.isnan(difference) else difference for difference in differences), default=0.0)
