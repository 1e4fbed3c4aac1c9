"""`million`: a network of a million layers, trained by a loop and by recursion."""

from __future__ import annotations

import argparse
from typing import Any

from rich.table import Table as Grid

from bench.errors import BadInput, NothingMeasured
from bench.measure.machine import capacity
from bench.measure.training.million import BATCH, STEPS, WIDTH, DeepTraining, train_deep
from bench.measure.workers.ask import WorkerFailed
from bench.plan import datasets
from bench.plan.contenders import title
from bench.show.answers.words import size, spaced
from bench.show.terminal.counting import counting
from bench.show.terminal.screen import Screen

DATASET = "breast_cancer"
IMPLS = ("iterative_pop", "recursive")


def million(options: argparse.Namespace, screen: Screen) -> None:
    """Train with each, one after the other, and say what it took and whether they agree.

    Raises:
        BadInput: the depth is no count, or the network does not fit into memory.
        NothingMeasured: neither came to the end.

    """
    depth = options.depth
    if depth < 1:
        raise BadInput(f"--depth is {depth}; give 1 or more")
    why = capacity.shortage(depth * capacity.LAYER_OVERHEAD_BYTES)
    if why:
        raise BadInput(f"{spaced(depth)} layers: {why}; give a smaller --depth")
    screen.say(f"{spaced(depth)} layers of {WIDTH} units, {BATCH} examples of {DATASET} projected down, {STEPS} steps, fused update")
    done = [deep for impl in IMPLS if (deep := _train(impl, depth, screen))]
    if not done:
        raise NothingMeasured("no implementation came to the end; what is said above is why")
    screen.table(_grid(done))
    if len(done) == len(IMPLS):
        same = len({deep.losses for deep in done}) == 1
        screen.say(f"the losses are {'equal to the last bit' if same else 'NOT equal'}: {', '.join(map(repr, done[0].losses))}")


def _train(impl: str, depth: int, screen: Screen) -> DeepTraining | None:
    with counting(screen, title(impl), depth * STEPS) as advance:
        advance(0, "building the network")
        try:
            return train_deep(impl, depth, datasets.load(DATASET), lambda answer: advance(answer.get("layers", 0), _words(answer)))
        except WorkerFailed as failure:
            screen.warn(f"{impl}: {failure.status}: {failure.detail}")
            return None


def _words(answer: dict[str, Any]) -> str:
    return f"loss {answer['loss']:.6f}" if "loss" in answer else "layer by layer"


def _grid(done: list[DeepTraining]) -> Grid:
    grid = Grid(title="Trained", title_justify="left", title_style="bold")
    for heading in ("implementation", "to build", "a step", "peak memory", "of it above the network"):
        grid.add_column(heading, justify="left" if heading == "implementation" else "right")
    for deep in done:
        a_step = f"{sum(deep.seconds) / len(deep.seconds):.1f} s"
        grid.add_row(title(deep.impl), f"{deep.built_s:.1f} s", a_step, *_memory_words(deep))
    return grid


def _memory_words(deep: DeepTraining) -> tuple[str, str]:
    if deep.peak_bytes is None or deep.resting_bytes is None:
        return "not told by this system", ""
    return size(deep.peak_bytes), size(deep.peak_bytes - deep.resting_bytes)
