"""From rounds to observations: one pass gives one log-ratio for each comparison in each cell.

Rounds within a process share its heap layout, hash seed and addresses, so they are not independent;
processes are. The median over a pass's rounds is therefore one sample, not the rounds themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, exp

import numpy as np
import pandas as pd

from bench.analyse.intervals import median_interval
from bench.plan.contenders import REFERENCES, in_order

METRICS = {"cpu": "cpu_ns", "wall": "wall_ns"}

Comparison = tuple[str, str]  # (implementation, baseline)


def comparisons(names: Sequence[str], baseline: str, pairs: Sequence[Comparison]) -> list[Comparison]:
    """Each against the baseline, and the pairs of which both are there."""
    against_baseline = [(name, baseline) for name in names if name != baseline]
    return against_baseline + [pair for pair in pairs if pair[1] != baseline and set(pair) <= set(names)]


def compared_in(rows: pd.DataFrame, baseline: str, pairs: Sequence[Comparison]) -> list[Comparison]:
    """The comparisons that rows of time.csv allow."""
    return comparisons(in_order(rows["impl"]), baseline, pairs)


def observe(rows: pd.DataFrame, compared: Sequence[Comparison], metrics: Sequence[str] = ("cpu",)) -> pd.DataFrame:
    """The observations in rows of time.csv: one for each visit, comparison and metric, oldest pass first.

    Columns: machine, cell, pass, impl, baseline, metric; `log_ratio`, the median over the visit's rounds of
    log(time / baseline's time): the ratio at a typical start depth; `mean_log_ratio`, the log of the ratio of mean times:
    the ratio on average over start depths; `fault_difference`, by how many more page faults a step than the baseline's, the
    median over rounds. A comparison that a visit did not time has no row.
    """
    timed = rows[rows["round"].notna()]
    faults = _by_implementation(timed["minor_faults"].groupby(_keys(timed), sort=False).mean())
    tables = [
        _observe_one(*_round_times(timed, metric), faults, comparison, metric)
        for metric in metrics
        for comparison in compared
        if set(comparison) <= set(timed["impl"])
    ]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=COLUMNS)


def _round_times(timed: pd.DataFrame, metric: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Times by round, a column an implementation: of a round's two runs, one in each order, the sum, in which what drifts
    cancels, and twice the shorter one, since noise that would spoil a mean rarely meets both.
    """
    runs = timed[METRICS[metric]].groupby(_keys(timed), sort=False)
    return _by_implementation(runs.sum()), 2 * _by_implementation(runs.min())


def _keys(timed: pd.DataFrame) -> list[pd.Series]:
    return [timed[column] for column in [*VISIT, "round", "impl"]]


def _by_implementation(by_round: pd.Series) -> pd.DataFrame:
    return by_round.unstack("impl").astype(float)


def _observe_one(sums: pd.DataFrame, shorter: pd.DataFrame, faults: pd.DataFrame, comparison: Comparison, metric: str) -> pd.DataFrame:
    impl, baseline = comparison
    both = sums[[impl, baseline]].dropna()
    log_ratio = np.log(both[impl] / both[baseline]).groupby(VISIT, sort=False).median()
    means = shorter.loc[both.index, [impl, baseline]].groupby(VISIT, sort=False).mean()
    more_faults = (faults[impl] - faults[baseline]).loc[both.index].groupby(VISIT, sort=False).median()
    columns = {"log_ratio": log_ratio, "mean_log_ratio": np.log(means[impl] / means[baseline]), "fault_difference": more_faults}
    table = pd.DataFrame(columns).reset_index()
    return table.assign(impl=impl, baseline=baseline, metric=metric)[COLUMNS]


VISIT = ["machine", "cell", "pass"]
COLUMNS = [*VISIT, "impl", "baseline", "metric", "log_ratio", "mean_log_ratio", "fault_difference"]
ALPHA = 0.05


def joint_alpha(cells: int, implementations: int) -> float:
    """The alpha of each interval, so that all of a folder's hold together at 95 % (Bonferroni): in every cell those of every
    pair of implementations, of the control and of the floor, under one metric.

    >>> round(ALPHA / joint_alpha(cells=18, implementations=3))
    90
    """
    return ALPHA / (max(cells, 1) * (comb(implementations, 2) + len(REFERENCES)))


def alpha_of(rows: pd.DataFrame) -> float:
    """`joint_alpha` for one machine's rows of time.csv."""
    timed = rows[rows["round"].notna()]
    return joint_alpha(timed["cell"].nunique(), len({*timed["impl"]} - {*REFERENCES}))


def ratio_interval(log_ratios: Sequence[float], alpha: float = ALPHA) -> tuple[float, float, float]:
    """The median ratio and its anytime-valid interval; 0 and infinity stand for open bounds."""
    centre, low, high = median_interval(log_ratios, alpha)
    return exp(centre), exp(low), exp(high)
