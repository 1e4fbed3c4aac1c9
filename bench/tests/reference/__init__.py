"""The reference run as the tests read it: its files, ratios of CPU times with their intervals, and tables in Markdown."""

from __future__ import annotations

from functools import cache
from math import exp, isinf
from pathlib import Path

import numpy as np
import pandas as pd

from bench.analyse.intervals import median_interval
from bench.tests.places import ROOT
from impls import IMPLEMENTATIONS

REFERENCE = ROOT / "results" / "reference"
SENTENCE = 60  # characters
CELL = ("depth", "width", "update", "allocator")


def table(headings, rows):
    """A table in Markdown; a column that begins with a figure, and not with a sentence, is aligned to the right."""
    lines = [
        headings,
        ["---:" if str(cell)[:1] in "0123456789±" and len(str(cell)) < SENTENCE else "---" for cell in (rows or [headings])[0]],
        *rows,
    ]
    return "".join("| " + " | ".join(map(str, line)) + " |\n" for line in lines)


def title(name):
    return IMPLEMENTATIONS[name].title if name in IMPLEMENTATIONS else name.replace("_", " ")


def spaced(number):
    return f"{number:,}".replace(",", " ")


@cache
def read(path: Path):
    """A CSV file; of time.csv, and of the parts beside it, the rows that hold a time."""
    rows = pd.read_csv(path)
    if path.name != "time.csv":
        return rows
    parts = [plain(pd.read_parquet(part)) for part in sorted((path.parent / "time").glob("*.parquet"))]
    rows = pd.concat([*parts, *([rows] if len(rows) else [])], ignore_index=True)
    usual = [column for column in ("python", "layout") if column in rows]
    return rows[rows["round"].notna()].assign(**{column: rows[column].astype(object).fillna("") for column in usual})


def plain(rows):
    """Rows of a part with the types that pandas gives those of a CSV file."""
    words = {column: object for column, kind in rows.dtypes.items() if kind == "category"}
    return rows.astype(
        {**words, **{column: float for column, kind in rows.dtypes.items() if kind == "Int64" and rows[column].isna().any()}}
    )


@cache
def log_ratios(path: Path, impl: str, baseline: str, place: tuple[str, ...] = CELL, clock: str = "cpu_ns"):
    """Place -> one log-ratio of times a pass: the median over its rounds."""
    rounds = round_times(path, impl, baseline, place, clock)
    found = np.log(rounds[impl] / rounds[baseline]).dropna().groupby([*place, "pass"]).median()
    return found.groupby([*place]).agg(list).to_dict()


@cache
def mean_log_ratios(path: Path, impl: str, baseline: str):
    """Cell -> one log-ratio of mean CPU times a pass: the mean over its rounds."""
    means = round_times(path, impl, baseline).dropna().groupby([*CELL, "pass"]).mean()
    return np.log(means[impl] / means[baseline]).groupby([*CELL]).agg(list).to_dict()


def round_times(path, impl, baseline, place=CELL, clock="cpu_ns"):
    """The time of each implementation in each round, a column each: the shorter of two turns, or their mean where one has 16 page
    faults more.
    """
    rows = read(path)
    turns = rows[rows["impl"].isin((impl, baseline))].groupby([*place, "pass", "round", "impl"])
    times, faults = turns[clock], turns["minor_faults"]
    return times.min().where(faults.max() - faults.min() < 16, times.mean()).unstack("impl")


@cache
def joint_alpha(path: Path):
    """What each interval of a time.csv is made at, so that all hold together: in a cell those of all pairs, the control and the floor."""
    rows = read(path)
    implementations = len(set(rows["impl"]) - {"control", "floor"})
    return 0.05 / (rows["cell"].nunique() * (implementations * (implementations - 1) / 2 + 2))


def interval(samples, alpha, digits=3):
    """ "0.995 [0.985, 0.999]", or "0.995 (open)" after too few passes."""
    bounds = median_interval(samples, alpha)
    centre, low, high = (f"{exp(bound):.{digits}f}" for bound in bounds)
    return f"{centre} (open)" if isinf(bounds[1]) else f"{centre} [{low}, {high}]"
