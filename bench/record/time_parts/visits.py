"""Visits: a row for each implementation in each, with medians over its rounds, in place of the many rows that it was timed in."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.record.times import VISIT, group_numbers

STRADDLES = 1.1  # times the usual time of the visit
MEDIANS = ["cpu_ns", "wall_ns", "minor_faults"]
KEY = [*VISIT, "dataset", "impl"]  # two files of data may have one name
COUNTS = ["rows", "starts", "straddling"]


def by_visit(rows: pd.DataFrame) -> pd.DataFrame:
    """A row for each implementation in each visit in rows of time.csv, and those of failures as they are, in the order recorded.

    The columns are those of time.csv; times and page faults are medians over the visit, and `iterations` are those of its last
    row. Beside them stand `rows`, how many rows it is made of; `starts`, at how many start depths it was timed; `straddling`, at
    how many of these it took more than 1.1 times its median of the visit, in the shorter of its two runs.
    """
    timed = rows["round"].notna()
    if not timed.any():
        return rows.assign(rows=1, starts=0, straddling=0)
    here = rows[timed]
    number = group_numbers(here, KEY)
    firsts = here[~number.duplicated()]  # numbers are in the order of these
    medians = here[MEDIANS].groupby(number.to_numpy()).median()
    last = here.loc[~number.duplicated(keep="last"), "iterations"].set_axis(number[~number.duplicated(keep="last")].to_numpy())
    starts, straddling = _starts(here, number.to_numpy())
    made = firsts.assign(
        **{column: medians[column].to_numpy() for column in MEDIANS},
        iterations=last.sort_index().array,
        rows=np.bincount(number),
        starts=starts,
        straddling=straddling,
    )
    return pd.concat([made, rows[~timed].assign(rows=1, starts=0, straddling=0)]).sort_index(kind="stable") if not timed.all() else made


def _starts(here: pd.DataFrame, number: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each implementation in each visit: how many rounds it has, and in how many its shorter run is long."""
    rounds = here["round"].to_numpy(np.int64)
    most = int(rounds.max()) + 1
    keys, place = np.unique(number * most + rounds, return_inverse=True)
    shorter = np.full(len(keys), np.inf)
    np.fmin.at(shorter, place, here["cpu_ns"].to_numpy(float))
    owner = keys // most
    usual = pd.Series(shorter).groupby(owner).transform("median").to_numpy()
    return np.bincount(owner), np.bincount(owner, shorter > STRADDLES * usual).astype(np.int64)
