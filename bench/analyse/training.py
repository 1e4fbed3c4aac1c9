"""Did every training come to the same end, and what did it cost beside the baseline's?"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pandas as pd

from bench.analyse.observations import ALPHA, ratio_interval
from bench.analyse.ratios import settled, verdict
from bench.measure.training.convergence import converged
from bench.measure.training.trainings import BASELINE
from bench.plan.contenders import CONTROL, in_order

CLOSE = 1e-6  # rounding of 1e-16 a step, grown by hundreds of steps of training
COMPARED = (BASELINE, "deferred")  # what ratios are taken against: the order of the course
COSTS = ("cpu_s", "wall_s", "peak_bytes")


@dataclass(frozen=True)
class CostRatio:
    """A cost of a whole training over the baseline's: the median over blocks, and its interval; 0 and infinity stand for open bounds."""

    ratio: float
    low: float
    high: float

    @property
    def closed(self) -> bool:
        """Are there blocks enough for an interval with bounds?"""
        return self.low > 0

    @property
    def verdict(self) -> str:
        """What the interval allows one to say."""
        return verdict(self.low, self.high)


@dataclass(frozen=True)
class TrainingResult:
    """What one contender, an implementation under an update, came to on one dataset.

    Attributes:
        dataset, depth, impl, update: who and what; the depth is None in files of an earlier version.
        blocks: how many times it was trained.
        losses, held_out_losses: of the first training's epochs; the latter are no numbers in files of an earlier version.
        accuracy, held_out_accuracy: after its last epoch.
        apart: how far the losses of any of its trainings are from those of the first contender there, at most and relatively; 0 is
            the same bits.
        recursion_limit: under which it was trained; None if unknown.
        cpu, wall, peak: its costs beside the baseline's; None for the baseline, and where there is nothing to compare.

    """

    dataset: str
    depth: int | None
    impl: str
    update: str
    blocks: int
    losses: tuple[float, ...]
    held_out_losses: tuple[float, ...]
    accuracy: float
    held_out_accuracy: float
    apart: float
    recursion_limit: int | None = None
    cpu: CostRatio | None = None
    wall: CostRatio | None = None
    peak: CostRatio | None = None

    @property
    def same(self) -> bool:
        """Are all losses the same to the last bit?"""
        return self.apart == 0

    @property
    def close(self) -> bool:
        """Are they as near as other arithmetic in float64 comes?"""
        return self.apart <= CLOSE

    @property
    def converged(self) -> bool:
        """Had it learned what it would learn?"""
        return converged(self.held_out_losses)

    @property
    def is_baseline(self) -> bool:
        """Is it what ratios are taken against?"""
        return (self.impl, self.update) == COMPARED


@dataclass(frozen=True)
class TrainingFailure:
    """A contender that could not be trained on a dataset, and why."""

    dataset: str
    impl: str
    update: str
    status: str
    detail: str


@dataclass(frozen=True)
class Trained:
    """All that was trained, and what could not be."""

    results: list[TrainingResult]
    failures: list[TrainingFailure]


def trained(rows: pd.DataFrame) -> Trained | None:
    """What rows of training.csv say; None where there are none."""
    columns = ["dataset", "impl", "update", "status", "detail"]
    failed = rows.loc[rows["status"].ne("ok").fillna(False), columns].drop_duplicates().fillna("")
    facts = Trained(training_results(rows), [TrainingFailure(*values) for values in failed.to_numpy()])
    return facts if facts.results or facts.failures else None


def training_results(rows: pd.DataFrame) -> list[TrainingResult]:
    """A result for each dataset, depth, implementation and update in rows of training.csv, in the order recorded.

    All intervals of one cost hold together at 95 % (Bonferroni).
    """
    trained = rows[rows["epoch"].notna()]
    groups = [group for _, group in trained.groupby(["dataset", "depth"], sort=False, dropna=False)]
    alpha = ALPHA / max(1, sum(_comparisons(group) for group in groups))
    return [result for group in groups for result in _results(group, alpha)]


def by_network(results: Sequence[TrainingResult]) -> list[list[TrainingResult]]:
    """The results on each dataset and depth."""
    return [[*group] for _, group in groupby(results, lambda result: (result.dataset, result.depth))]


def settled_comparisons(results: Sequence[TrainingResult], datasets: Collection[str], precision: float) -> list[bool]:
    """For each CPU time on those datasets but the control's: is its interval within `precision` of its centre, or its verdict clear?"""
    ratios = [result.cpu for result in results if result.dataset in datasets and result.cpu and result.impl != CONTROL]
    return [settled(ratio.ratio, ratio.low, ratio.high, precision) for ratio in ratios]


def _comparisons(group: pd.DataFrame) -> int:
    """How many contenders there are beside the baseline, where trainings are repeated to be compared."""
    there = set(zip(group["impl"], group["update"], strict=True))
    return len(there) - 1 if COMPARED in there and group["block"].nunique() > 1 else 0


def _results(group: pd.DataFrame, alpha: float) -> Iterator[TrainingResult]:
    """The results on one dataset at one depth."""
    costs = group.groupby(["impl", "update", "block"]).agg({"cpu_s": "sum", "wall_s": "sum", "peak_bytes": "first"})
    by_contender = {(str(impl), str(update)): epochs for (impl, update), epochs in group.groupby(["impl", "update"])}
    expected: list[float] = []
    for impl, update in _in_order(by_contender):
        epochs = by_contender[impl, update]
        trainings = [block for _, block in epochs.groupby("block", sort=False)]
        expected = expected or trainings[0]["loss"].tolist()
        first, last = trainings[0], epochs.iloc[-1]
        yield TrainingResult(
            last["dataset"],
            _whole(last["depth"]),
            impl,
            update,
            len(trainings),
            tuple(first["loss"]),
            tuple(first["held_out_loss"]),
            last["accuracy"],
            last["held_out_accuracy"],
            max(_apart(block["loss"].tolist(), expected) for block in trainings),
            _whole(last["recursion_limit"]),
            *(_ratio(costs[cost], (impl, update), alpha) for cost in COSTS),
        )


def _in_order(there: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
    """The baseline first; then as tables show them."""
    impls, updates = in_order(impl for impl, _ in there), sorted({update for _, update in there})
    return sorted(there, key=lambda contender: (contender != COMPARED, impls.index(contender[0]), updates.index(contender[1])))


def _ratio(costs: pd.Series, contender: tuple[str, str], alpha: float) -> CostRatio | None:
    """A contender's cost over the baseline's, one observation a block."""
    if contender == COMPARED or COMPARED not in costs.index.droplevel("block"):
        return None
    both = pd.concat([costs.loc[contender], costs.loc[COMPARED]], axis=1, join="inner").astype(float)
    logs = [math.log(mine / its) for mine, its in both.to_numpy() if 0 < mine < math.inf and 0 < its < math.inf]
    return CostRatio(*ratio_interval(logs, alpha)) if logs else None


def _whole(number: Any) -> int | None:
    return None if pd.isna(number) else int(number)


def _apart(losses: list[float], expected: list[float]) -> float:
    """The largest relative difference; infinite if one has more epochs, or a loss that is not a number where the other has one."""
    if len(losses) != len(expected):
        return math.inf
    return max(map(_difference, losses, expected), default=0.0)


def _difference(loss: float, other: float) -> float:
    if loss == other or (math.isnan(loss) and math.isnan(other)):
        return 0.0
    difference = abs(loss - other) / abs(other) if other else math.inf
    return math.inf if math.isnan(difference) else difference
