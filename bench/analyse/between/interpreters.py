"""Interpreters: what a ratio is on each Python, and how long an implementation takes on one Python beside another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from bench.analyse.between.axes import AxisRatio, across
from bench.analyse.depth import age
from bench.plan.cells import cell_of
from bench.plan.contenders import REFERENCES


@dataclass(frozen=True)
class Interpreters:
    """What a run over several interpreters has found.

    Attributes:
        pythons: the versions, from the oldest to the newest, and PyPy last.
        within: each implementation beside the baseline, on each interpreter.
        across: each implementation on each interpreter beside itself on the oldest, pass by pass.
        deepest: (python, implementation) -> the deepest level as Python comes; empty where no depth was studied.

    """

    pythons: tuple[str, ...]
    within: tuple[AxisRatio, ...]
    across: tuple[AxisRatio, ...]
    deepest: dict[tuple[str, str], int]

    @property
    def newest(self) -> str:
        """The newest CPython; the first of all where there is none."""
        return [self.pythons[0], *(python for python in self.pythons if not python.startswith("pypy"))][-1]


def by_age(pythons: set[str]) -> tuple[str, ...]:
    """Versions from the oldest to the newest, and PyPy last.

    >>> by_age({"3.13.0t", "pypy3.9.16", "3.9.18", "3.13.0"})
    ('3.9.18', '3.13.0', '3.13.0t', 'pypy3.9.16')
    """
    return tuple(sorted(pythons, key=age))


def interpreters(times: pd.DataFrame, summary: pd.DataFrame, baseline: str, limits: pd.DataFrame) -> Interpreters | None:
    """The comparison of interpreters, with ratios to the baseline; None where one alone was measured.

    `limits` are rows of limits.csv, maybe none.
    """
    timed = times[times["round"].notna() & ~times["impl"].isin(REFERENCES)]
    cpu = summary[(summary["metric"] == "cpu") & ~summary["impl"].isin(REFERENCES) & (summary["baseline"] == baseline)]
    pythons = by_age({*timed["python"].dropna().unique()} - {""})
    if len(pythons) < 2:
        return None
    own = limits[limits["stack_bytes"].isna() & (limits["recursion_limit"] < limits["recursion_limit"].max())]
    deepest = {(str(row.python), str(row.impl)): int(row.deepest_ok) for row in own.dropna(subset=["deepest_ok"]).itertuples()}
    return Interpreters(pythons, tuple(_within(cpu)), tuple(across(timed, "python", pythons)), deepest)


def _within(cpu: pd.DataFrame) -> Iterator[AxisRatio]:
    """The ratios of the summary that say which interpreter they are of."""
    for row in cpu.to_dict("records"):
        cell = cell_of(row)
        if cell.python:
            yield AxisRatio("python", cell, row["impl"], row["baseline"], row["ratio"], row["low"], row["high"], row["passes"])
