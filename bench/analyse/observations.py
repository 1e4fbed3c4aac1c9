"""From rounds to observations: one pass gives one log-ratio for each comparison in each cell.

Rounds within a process share its heap layout, hash seed and addresses, so they are not independent;
processes are. The median over a pass's rounds is therefore one sample, not the rounds themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import comb, exp
from typing import Any

import numpy as np
import pandas as pd

from bench.analyse.intervals import median_interval
from bench.measure.timing.clocks import NOTABLE_FAULTS
from bench.plan.contenders import REFERENCES, in_order
from bench.record.files.pieces import joined
from bench.record.time_parts.rows import Rows, pieces_of, visits_of
from bench.record.times import VISIT, group_numbers, only

METRICS = {"cpu": "cpu_ns", "wall": "wall_ns"}

Comparison = tuple[str, str]  # (implementation, baseline)


def comparisons(names: Sequence[str], baseline: str, pairs: Sequence[Comparison]) -> list[Comparison]:
    """Each against the baseline, and the pairs of which both are there."""
    against_baseline = [(name, baseline) for name in names if name != baseline]
    return against_baseline + [pair for pair in pairs if pair[1] != baseline and set(pair) <= set(names)]


def compared_in(rows: Rows, baseline: str, pairs: Sequence[Comparison]) -> list[Comparison]:
    """The comparisons that rows of time.csv allow."""
    return comparisons(in_order(visits_of(rows)["impl"].unique()), baseline, pairs)


def observe(rows: Rows, compared: Sequence[Comparison], metrics: Sequence[str] = ("cpu",)) -> pd.DataFrame:
    """The observations in rows of time.csv: one for each visit, comparison and metric, oldest pass first.

    Columns: machine, cell, pass, impl, baseline, metric; `log_ratio`, the median over the visit's rounds of
    log(time / baseline's time): the ratio at a typical start depth; `mean_log_ratio`, the log of the ratio of mean times:
    the ratio on average over start depths; `fault_difference`, by how many more page faults a step than the baseline's, the
    median over rounds. A comparison that a visit did not time has no row.
    """
    wanted = [(*comparison, metric) for metric in metrics for comparison in dict.fromkeys(compared)]
    found = [pd.concat(tables) for piece in pieces_of(rows, OF_ROUNDS) if (tables := [*_observe(piece, compared, metrics)])]
    if not found:
        return pd.DataFrame(columns=COLUMNS)
    whole = joined(found)
    whole = whole.iloc[np.argsort(whole["place"], kind="stable")].reset_index(drop=True)
    names = {column: pd.Series([want[n] for want in wanted], dtype="category") for n, column in enumerate(("impl", "baseline", "metric"))}
    return whole.assign(**{column: values.take(whole["place"]).array for column, values in names.items()})[COLUMNS]


def _observe(rows: pd.DataFrame, compared: Sequence[Comparison], metrics: Sequence[str]) -> Iterator[pd.DataFrame]:
    """The observations in rows that are in memory, a table a comparison and metric; `place` is its place among all."""
    timed = only(rows, rows["round"].notna())
    there = set(timed["impl"].unique())
    every = [*dict.fromkeys(compared)]
    places = [place for place, comparison in enumerate(every) if set(comparison) <= there]
    if places:
        rounds = _rounds(timed)
        visits = rounds.visits.loc[:, VISIT].reset_index(drop=True)
        for number, metric in enumerate(metrics):
            tables = _observed(rounds, visits, timed, metric, [every[place] for place in places])
            for place, table in zip(places, tables, strict=True):
                yield table[table["log_ratio"].notna()].assign(place=number * len(every) + place)


@dataclass(frozen=True)
class _Rounds:
    """Where each row belongs.

    Attributes:
        visits: a row a visit, in the order recorded.
        visit: of each round, the number of its visit.
        names: of the implementations.
        place: of each row, its place in an array of rounds by implementations.

    """

    visits: pd.DataFrame
    visit: np.ndarray
    names: list[str]
    place: np.ndarray

    def means(self, values: np.ndarray) -> np.ndarray:
        """The mean of what each implementation's turns read in each round; no number where none has read any."""
        with np.errstate(invalid="ignore"):
            return self._counted(np.nan_to_num(values)) / self._counted(~np.isnan(values))

    def undisturbed(self, values: np.ndarray, faults: np.ndarray) -> np.ndarray:
        """Of each implementation's two turns in a round the shorter, since noise only ever adds and rarely meets both; their mean where
        one has notably more page faults, since they were not the same work then.
        """
        alike = np.nan_to_num(-self._least(-faults) - self._least(faults)) < NOTABLE_FAULTS
        return np.where(alike, self._least(values), self.means(values))

    def _least(self, values: np.ndarray) -> np.ndarray:
        least = np.full(len(self.visit) * len(self.names), np.inf)
        np.fmin.at(least, self.place, values)
        return np.where(np.isinf(least), np.nan, least).reshape(-1, len(self.names))

    def _counted(self, weights: np.ndarray) -> np.ndarray:
        return np.bincount(self.place, weights, len(self.visit) * len(self.names)).reshape(-1, len(self.names))

    def columns(self, names: Sequence[str]) -> list[int]:
        """The columns of implementations."""
        return [self.names.index(name) for name in names]


def _rounds(timed: pd.DataFrame) -> _Rounds:
    visit = group_numbers(timed, VISIT).to_numpy()
    numbers = timed["round"].to_numpy(int)
    round_keys, place = np.unique(visit * (numbers.max() + 1) + numbers, return_inverse=True)
    codes, names = pd.factorize(timed["impl"])
    firsts = timed[~pd.Series(visit).duplicated().to_numpy()]
    return _Rounds(firsts, round_keys // (numbers.max() + 1), [*names], place * len(names) + codes)


def _observed(
    rounds: _Rounds, visits: pd.DataFrame, timed: pd.DataFrame, metric: str, compared: Sequence[Comparison]
) -> list[pd.DataFrame]:
    """The figures of each comparison under one metric, visit by visit."""
    mine, other = (rounds.columns(names) for names in zip(*compared, strict=True))
    ns, faults = timed[METRICS[metric]].to_numpy(float), timed["minor_faults"].to_numpy(float)
    times, mean_faults = rounds.undisturbed(ns, faults), rounds.means(faults)
    log_ratios = np.log(times[:, mine] / times[:, other])
    both = np.where(np.isnan(log_ratios), np.nan, 1.0)  # no number where a round lacks one of the two
    means, others_means = (_grouped(both * times[:, columns], rounds.visit).mean() for columns in (mine, other))
    by_visit = {
        "log_ratio": _grouped(log_ratios, rounds.visit).median(),
        "mean_log_ratio": np.log(means / others_means),
        "fault_difference": _grouped(both * (mean_faults[:, mine] - mean_faults[:, other]), rounds.visit).median(),
    }
    return [visits.assign(**{name: figures[number] for name, figures in by_visit.items()}) for number in range(len(compared))]


def _grouped(by_round: np.ndarray, visit: np.ndarray) -> Any:
    """A column a comparison, grouped by visit."""
    return pd.DataFrame(by_round).groupby(visit)


OF_ROUNDS = [*VISIT, "impl", "round", "cpu_ns", "wall_ns", "minor_faults"]  # what an observation is made of
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
    """`joint_alpha` for one machine's rows of time.csv, or visits."""
    timed = rows["round"].notna()
    return joint_alpha(rows.loc[timed, "cell"].nunique(), len({*rows.loc[timed, "impl"].unique()} - {*REFERENCES}))


def ratio_interval(log_ratios: Sequence[float], alpha: float = ALPHA) -> tuple[float, float, float]:
    """The median ratio and its anytime-valid interval; 0 and infinity stand for open bounds."""
    centre, low, high = median_interval(log_ratios, alpha)
    return exp(centre), exp(low), exp(high)
