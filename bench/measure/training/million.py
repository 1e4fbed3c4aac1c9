"""A million layers: a very deep network, trained for a few steps in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.measure.workers.ask import answers
from bench.measure.workers.environment import worker_environment
from bench.plan.data.datasets import Dataset

WORKER = "bench.measure.training.million_worker"
WIDTH, BATCH, STEPS = 4, 4, 3


@dataclass(frozen=True)
class DeepTraining:
    """What one implementation did: seconds to build the network, and the loss and the seconds of each step.

    `peak_bytes` is the most memory that the process ever had, `resting_bytes` the most that it had had when the
    network was built; None where the system does not say.
    """

    impl: str
    built_s: float
    losses: tuple[float, ...]
    seconds: tuple[float, ...]
    resting_bytes: int | None
    peak_bytes: int | None


def train_deep(impl: str, depth: int, dataset: Dataset, on_progress: Callable[[dict[str, Any]], None]) -> DeepTraining:
    """Train `depth` layers with tanh, orthogonal weights and the fused update; `on_progress` is called with every answer.

    Raises:
        WorkerFailed: the process ended before the training did.

    """
    X, Y = small_batch(dataset)
    sizes = [WIDTH] * depth + [len(Y)]
    task = {"impl": impl, "sizes": sizes, "X": X.tolist(), "Y": Y.tolist(), "loss": dataset.loss, "steps": STEPS}
    received: list[dict[str, Any]] = []
    with closing(answers(WORKER, task, worker_environment())) as replies:
        for answer in replies:
            on_progress(answer)
            received.append(answer)
    first, *others, last = received
    losses, seconds = zip(*((answer["loss"], answer["seconds"]) for answer in others if "loss" in answer), strict=True)
    return DeepTraining(impl, first["built_s"], losses, seconds, **last)


def small_batch(dataset: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Real data, projected down: a few examples on the first principal components, scaled to a variance of 1."""
    X, Y, _ = dataset.batch(BATCH)
    directions, lengths, _ = np.linalg.svd(dataset.X, full_matrices=False)
    deviations = lengths[:WIDTH, None] / np.sqrt(dataset.X.shape[1])
    return directions[:, :WIDTH].T @ X / deviations, Y
