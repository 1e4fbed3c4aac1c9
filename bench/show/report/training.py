"""The report's section on training: every training's last figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.analyse.training import TrainingResult
from bench.plan.contenders import title
from bench.show.answers.training import losses_words
from bench.show.answers.words import percent
from bench.show.report.tables import Table

HEADINGS = ("dataset", "implementation", "update", "epochs", "last loss", "accuracy", "CPU time", "losses")


def training_section(results: Sequence[TrainingResult]) -> dict[str, Any]:
    """A row a training."""
    notes = [
        "Accuracy is on the data that were trained on: this compares programs and says nothing on how well they generalise. "
        "Each CPU time is of one training and has no interval; compare implementations by the figures above."
    ]
    return {"tables": [Table(HEADINGS, [_row(result) for result in results], frozenset({3, 4, 5, 6}))], "notes": notes}


def _row(result: TrainingResult) -> tuple[str, ...]:
    figures = str(result.epochs), f"{result.loss:.6f}", percent(result.accuracy, 1), f"{result.cpu_s:.2f} s"
    return result.dataset, title(result.impl), result.update, *figures, losses_words(result)
