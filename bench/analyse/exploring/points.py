"""Points: one figure for each implementation in each cell under each metric, absolute and as a ratio, in one table."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from bench.analyse.intervals import median_interval
from bench.analyse.observations import METRICS
from bench.plan.cells import AXES, Cell
from bench.record.memory import MemoryTables
from bench.record.times import cells_of, numbered_cells

TIMES = {"cpu": "cpu_ns", "wall": "wall_ns", "faults": "minor_faults"}  # metric -> column of time.csv
METERS = ("heap", "resident", "frames")  # metrics that are meters of memory.csv
PLACE = [axis.name for axis in AXES]
FIGURES = ["value", "low", "high", "ratio", "ratio_low", "ratio_high", "passes", "ratio_passes"]
COLUMNS = ["metric", "impl", *PLACE, *FIGURES]
Triple = tuple[float, float, float]  # a figure and the bounds of its interval
ONE, UNKNOWN = (1.0, 1.0, 1.0), (math.nan, math.nan, math.nan)


def points(times: pd.DataFrame, summary: pd.DataFrame, memory: MemoryTables, baseline: str) -> pd.DataFrame:
    """Every point of one machine.

    Columns: `metric`, `impl`, the axes of a cell, then `value` (ns, page faults or bytes a step) with the 95 % interval of its
    median over passes, each for itself; and `ratio`, over the baseline's, with the interval that it has everywhere
    (`summary.csv`). `passes` are those that timed it, and `ratio_passes` those that timed both. Peaks of memory repeat and have
    no interval; nor has what had too few passes. Page faults have no ratio: most are 0.
    """
    rows = [*_timed(times, summary, baseline), *_peaks(memory, baseline)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _timed(times: pd.DataFrame, summary: pd.DataFrame, baseline: str) -> Iterator[dict[str, Any]]:
    timed = times["round"].notna()
    numbers, cells = numbered_cells(times)
    passes = times[timed].groupby([numbers[timed], "impl", "pass"], sort=False, observed=True)[[*TIMES.values()]].median()
    ratios = _ratios(summary, baseline)
    for (number, impl), figures in passes.groupby(level=[0, 1], sort=False, observed=True):
        cell = cells[int(number)]
        for metric, column in TIMES.items():
            known = figures[column].dropna()
            if len(known):
                own = (ONE if impl == baseline and metric in METRICS else UNKNOWN), len(known)
                yield _point(metric, impl, cell, median_interval(known), len(known), *ratios.get((cell.id, impl, metric), own))


def _ratios(summary: pd.DataFrame, baseline: str) -> dict[tuple[str, str, str], tuple[Triple, int]]:
    """(cell, impl, metric) -> its ratio to the baseline's with the interval, and the passes that it is from."""
    rows = summary[summary["baseline"] == baseline]
    return {(row.cell, row.impl, row.metric): ((row.ratio, row.low, row.high), row.passes) for row in rows.itertuples()}


def _peaks(memory: MemoryTables, baseline: str) -> Iterator[dict[str, Any]]:
    for meter in METERS:
        rows = memory.read_by(meter)
        rows = rows[rows["peak_bytes"].notna()]
        baselines = rows[rows["impl"] == baseline].drop_duplicates("cell", keep="last").set_index("cell")["peak_bytes"].to_dict()
        for row, cell in zip(rows.itertuples(), cells_of(rows), strict=True):
            against = baselines.get(row.cell)
            ratio = _exact(row.peak_bytes / against) if against else UNKNOWN
            yield _point(meter, row.impl, cell, _exact(row.peak_bytes), 1, ratio, 1) | {"allocator": None}


def _exact(figure: float) -> Triple:
    """A figure that repeats, with bounds that are itself."""
    return float(figure), float(figure), float(figure)


def _point(metric: str, impl: str, cell: Cell, value: Triple, passes: int, ratio: Triple, ratio_passes: int) -> dict[str, Any]:
    place = [cell.column(name) for name in PLACE]
    return dict(zip(COLUMNS, [metric, impl, *place, *value, *ratio, passes, ratio_passes], strict=True))
