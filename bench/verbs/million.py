"""`million`: a network of a million layers, trained by a loop and by recursion."""

from __future__ import annotations

import argparse
from typing import Any

from bench.errors import BadInput, NothingMeasured
from bench.measure.machine import capacity
from bench.measure.training.million import BATCH, STEPS, WIDTH, DeepTraining, train_deep
from bench.measure.workers.ask import WorkerFailed
from bench.plan.contenders import title
from bench.plan.data import datasets
from bench.show.answers.words import size, spaced
from bench.show.terminal.counting import counting
from bench.show.terminal.screen import Screen
from bench.show.terminal.tables import titled_table

DATASET = "breast_cancer"
IMPLS = ("iterative_pop", "recursive")


def million(options: argparse.Namespace, screen: Screen) -> None:
    """Train with one implementation after the other, and say what each took and whether their losses are equal.

    Raises:
        BadInput: the depth is no count, or the network does not fit into memory.
        NothingMeasured: neither training came to its end.

    """
    depth = options.depth
    if depth < 1:
        raise BadInput(f"--depth is {depth}; give 1 or more")
    if shortage := capacity.shortage(depth * capacity.LAYER_OVERHEAD_BYTES):
        raise BadInput(f"a network of {spaced(depth)} layers {shortage}; give a smaller --depth")
    screen.say(f"{spaced(depth)} layers of {WIDTH} units, {BATCH} examples of {DATASET} projected down, {STEPS} steps, fused update")
    trainings = [training for impl in IMPLS if (training := _train(impl, depth, screen))]
    if not trainings:
        raise NothingMeasured("neither training came to its end; the notes above say why")
    columns = ("implementation", "to build", "a step", "peak memory", "of it above the network")
    table = titled_table("Trained", *columns, right=columns[1:])
    for training in trainings:
        step_s = sum(training.seconds) / len(training.seconds)
        table.add_row(title(training.impl), f"{training.built_s:.1f} s", f"{step_s:.1f} s", *_memory_words(training))
    screen.table(table)
    losses = {training.losses: ", ".join(map(repr, training.losses)) for training in trainings}
    if len(losses) > 1:
        screen.say(f"the losses differ: {' and '.join(losses.values())}")
    elif len(trainings) > 1:
        screen.say(f"the losses are equal to the last bit: {losses[trainings[0].losses]}")


def _train(impl: str, depth: int, screen: Screen) -> DeepTraining | None:
    with counting(screen, title(impl), depth * STEPS) as advance:
        advance(0, "building the network")
        try:
            return train_deep(impl, depth, datasets.load(DATASET), lambda answer: advance(answer.get("layers", 0), _words(answer)))
        except WorkerFailed as failure:
            screen.warn(f"the training with {impl} failed ({failure.status}): {failure.detail}")
            return None


def _words(answer: dict[str, Any]) -> str:
    return f"loss {answer['loss']:.6f}" if "loss" in answer else "layer by layer"


def _memory_words(training: DeepTraining) -> tuple[str, str]:
    if training.peak_bytes is None or training.resting_bytes is None:
        return "unknown on this system", ""
    return size(training.peak_bytes), size(training.peak_bytes - training.resting_bytes)
