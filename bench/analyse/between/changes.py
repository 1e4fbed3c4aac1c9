"""Changes: what two results folders say of the same comparison in the same cell.

Times of two runs cannot be compared, since machines differ, and so does what else they are doing. Ratios can: each folder compares an
implementation with its own baseline in its own passes, and a change is the new ratio over the old one.

An interval `alone` holds at 95 %. A gate looks at all changes at once and must raise a false alarm in at most 5 % of
its uses, so the intervals `together` are widened until they all hold at 95 % (Bonferroni, over what is compared).

What makes all implementations slower alike shows in no ratio of two of them, but in that of the baseline and the floor. Passes
of the floor depend on one another in small sweeps, so that comparison is advice, and no gate looks at it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import pandas as pd

from bench.analyse.intervals import difference_interval, fewest_each
from bench.analyse.observations import ALPHA, Comparison, compared_in, observe
from bench.analyse.ratios import verdict
from bench.plan.cells import Cell
from bench.plan.contenders import FLOOR, REFERENCES, in_order
from bench.record.time_parts.rows import Rows, visits_of
from bench.record.times import CELL_COLUMNS, cells_of

Bounds = tuple[float, float]


@dataclass(frozen=True)
class Change:
    """One comparison in one cell: its ratio in either folder, and the new one over the old with both intervals.

    `cell_id` is as in time.csv, where another version may have written what `cell` cannot say.
    """

    cell: Cell
    cell_id: str
    impl: str
    baseline: str
    before: float
    after: float
    alone: Bounds
    together: Bounds

    @property
    def verdict(self) -> str:
        """What its own interval allows one to say."""
        return verdict(*self.alone)

    @property
    def closed(self) -> bool:
        """Are there passes enough for an interval that holds together with all others?"""
        return self.together[0] > 0

    def certainly_above(self, share: float) -> bool:
        """Is it slower by more than that share, with all changes in view?"""
        return self.together[0] > 1 + share


@dataclass(frozen=True)
class OneSided:
    """What one of two folders alone has: cells, and implementations in cells that both have."""

    cells: tuple[str, ...]
    impls: tuple[str, ...]


def changes(base: Rows, new: Rows, *baselines: str) -> list[Change]:
    """Every implementation against its baseline wherever both folders have it; a baseline for each problem of the two."""
    every = [pair for baseline in baselines for pair in compared_in(base, baseline, ())]
    return _changes(base, new, [pair for pair in every if pair[0] not in REFERENCES])


def floor_changes(base: Rows, new: Rows, *baselines: str) -> list[Change]:
    """Baselines against the floor; machines differ in that ratio, so both must have been measured on one by the same code."""
    return _changes(base, new, [(baseline, FLOOR) for baseline in baselines])


def one_sided(rows: Rows, others: Rows) -> OneSided:
    """What the first rows have that the others lack, among what was timed."""
    (mine, my_pairs), (theirs, their_pairs) = _timed(visits_of(rows)), _timed(visits_of(others))
    impls = {impl for cell, impl in my_pairs - their_pairs if cell in theirs and impl not in REFERENCES}
    return OneSided(tuple(cell for cell in mine if cell not in theirs), tuple(in_order(impls)))


def _timed(rows: pd.DataFrame) -> tuple[list[str], set[tuple[str, str]]]:
    """The cells that have times, and the implementations in them."""
    pairs = rows.loc[rows["round"].notna(), ["cell", "impl"]].drop_duplicates()
    return pairs["cell"].drop_duplicates().tolist(), {*pairs.itertuples(index=False, name=None)}


def _changes(base: Rows, new: Rows, compared: Sequence[Comparison]) -> list[Change]:
    before, after = _samples(base, compared), _samples(new, compared)
    rows = visits_of(base).drop_duplicates("cell").sort_values(list(CELL_COLUMNS))
    cells = dict(zip(rows["cell"], cells_of(rows), strict=True))
    order = [*cells]
    shared = sorted((key for key in before if key in after), key=lambda key: order.index(key[0]))
    return [_change(cells[key[0]], key, before[key], after[key], ALPHA / len(shared)) for key in shared]


def passes_needed(changed: Sequence[Change]) -> int:
    """How many passes each folder needs for intervals that hold together, if both have as many."""
    return fewest_each(ALPHA / len(changed))


def _samples(rows: Rows, compared: Sequence[Comparison]) -> dict[tuple[str, str, str], list[float]]:
    """(cell, impl, baseline) -> a log-ratio a pass."""
    groups = observe(rows, compared).groupby(["cell", "impl", "baseline"], sort=False, observed=True)
    return {key: group["log_ratio"].tolist() for key, group in groups}


def _change(cell: Cell, key: tuple[str, str, str], before: list[float], after: list[float], alpha: float) -> Change:
    return Change(
        cell,
        *key,
        math.exp(median(before)),
        math.exp(median(after)),
        alone=_ratios(difference_interval(before, after, ALPHA)),
        together=_ratios(difference_interval(before, after, alpha)),
    )


def _ratios(bounds: Bounds) -> Bounds:
    return math.exp(bounds[0]), math.exp(bounds[1])
