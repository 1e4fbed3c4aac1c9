"""Blocks: each trains every contender once on every dataset that is not decided, in random order, so that drift favours none."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from bench.measure.training.recipes import Recipe
from bench.measure.training.trainings import Contender, Job, Training


@dataclass(frozen=True)
class Blocks:
    """Interleaved trainings. The clock and what trains are arguments.

    Attributes:
        contenders: all that are compared, on every dataset.
        recipes: dataset -> what its trainings have in common.
        train: makes one training.
        decided: is there nothing more to learn on a dataset? Asked before each block.
        budget_s: seconds after which no training is begun. The first block is finished all the same, so that every contender
            has been trained.
        clock: seconds, from any start.
        rng: of all random orders and heap histories.

    """

    contenders: tuple[Contender, ...]
    recipes: Mapping[str, Recipe]
    train: Callable[[Job], Training]
    decided: Callable[[str], bool]
    budget_s: float
    clock: Callable[[], float]
    rng: random.Random

    def run(self, first: Mapping[str, int], failed: Collection[tuple[str, Contender]] = ()) -> Iterator[Training]:
        """Yield trainings as they finish. `first` is the number of each dataset's first block, and who has `failed` before is
        left out, as is who fails now. The consumer must take in each training before it asks for the next.
        """
        start, out = self.clock(), {*failed}
        whole = 0
        while datasets := [dataset for dataset in self.recipes if not self.decided(dataset)]:
            self.rng.shuffle(datasets)
            for dataset in datasets:
                for job in self._block(dataset, first[dataset] + whole, out):
                    if whole and self.clock() - start >= self.budget_s:
                        return
                    training = self.train(job)
                    if training.status != "ok":
                        out.add((dataset, job.contender))
                    yield training
            whole += 1
            if self.clock() - start >= self.budget_s:
                return

    def _block(self, dataset: str, number: int, out: Collection[tuple[str, Contender]]) -> list[Job]:
        """One training of each contender, in random order; all with the same heap history."""
        runnable = [contender for contender in self.contenders if (dataset, contender) not in out]
        history = f"heap {self.rng.random()}"
        places = enumerate(self.rng.sample(runnable, len(runnable)))
        return [Job(dataset, contender, self.recipes[dataset], number, order, history) for order, contender in places]
