"""From rounds to observations: one pass gives one log-ratio for each comparison in each cell.

Rounds within a process share its heap layout, hash seed and addresses, so they are not independent;
processes are. The median over a pass's rounds is therefore one sample, not the rounds themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp
from statistics import NormalDist

import numpy as np
import pandas as pd

from bench.analyse.intervals import median_interval
from bench.plan.contenders import in_order

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

    Columns: machine, cell, pass, impl, baseline, metric; `log_ratio`, the median over the visit's rounds
    of log(time / baseline's time); `deviation`, the standard deviation of one round's log-ratio, robustly
    estimated; `rounds`, how many there were. A comparison that a visit did not time has no row.
    """
    timed = rows[rows["round"].notna()]
    tables = [
        _observe_one(_log_times(timed, metric), comparison, metric)
        for metric in metrics
        for comparison in compared
        if set(comparison) <= set(timed["impl"])
    ]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=COLUMNS)


def _log_times(timed: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Log time by round, a column an implementation. A round's two runs, one in each order, are
    summed: what drifts cancels between them.
    """
    return np.log(timed.groupby([*VISIT, "round", "impl"], sort=False)[METRICS[metric]].sum().unstack("impl").astype(float))


def _observe_one(times: pd.DataFrame, comparison: Comparison, metric: str) -> pd.DataFrame:
    impl, baseline = comparison
    log_ratios = (times[impl] - times[baseline]).dropna()
    by_visit = log_ratios.groupby(VISIT, sort=False)
    centre = by_visit.median()
    misses = (log_ratios - by_visit.transform("median")).abs()
    deviation = misses.groupby(VISIT, sort=False).median() / MAD_OF_STANDARD_NORMAL
    table = pd.DataFrame({"log_ratio": centre, "deviation": deviation, "rounds": by_visit.size()}).reset_index()
    return table.assign(impl=impl, baseline=baseline, metric=metric)[COLUMNS]


VISIT = ["machine", "cell", "pass"]
COLUMNS = [*VISIT, "impl", "baseline", "metric", "log_ratio", "deviation", "rounds"]
MAD_OF_STANDARD_NORMAL = NormalDist().inv_cdf(0.75)


def ratio_interval(log_ratios: Sequence[float], alpha: float = 0.05) -> tuple[float, float, float]:
    """The median ratio and its anytime-valid interval; 0 and infinity stand for open bounds."""
    centre, low, high = median_interval(log_ratios, alpha)
    return exp(centre), exp(low), exp(high)
