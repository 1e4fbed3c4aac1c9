"""Facts about memory: what recursion takes beside the lists, what fusing saves, and how far predictions agree.

Peaks of the heap are exact, so these facts carry no intervals.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from bench.analyse.frontier import Peak, peaks_in
from bench.analyse.ratios import SAME
from bench.plan.cells import AXES, Cell
from bench.plan.contenders import asked_of, in_order
from bench.plan.memory import FRAME_DEPTHS, STUDY_BATCH, STUDY_DEPTH, STUDY_WIDTH
from bench.record.memory import MEMORY_COLUMNS, noted_leak
from bench.record.problems import problem_in
from bench.record.times import cells_of

RELATIVE, ABSOLUTE_BYTES = 0.02, 64 * 1024  # how near a prediction must come
INT_BYTES = 32  # a layer's number, as the object that its frame refers to
SLOT_BYTES = 8  # a layer's place in a list
GAINS = 1.05  # a factor below this is no gain, and a peak within this of the lowest is low

Axes = Mapping[str, Any]  # a cell's columns of memory.csv, without those that do not matter to the fact


@dataclass(frozen=True)
class BesideLists:
    """Recursion beside the two lists by the heap, over so many cells.

    Attributes:
        names: recursion, the popped list and the kept one.
        apart: the largest share by which recursion's peak is off the popped list's.
        more: is it above the popped list's by more than 1 % in any cell?
        axes: of the cell where recursion saves most against the kept list.
        recursion_bytes, kept_bytes: the peaks of these two there.

    """

    names: tuple[str, str, str]
    cells: int
    apart: float
    more: bool
    axes: Axes
    recursion_bytes: float
    kept_bytes: float


@dataclass(frozen=True)
class BesideBaseline:
    """One implementation beside the baseline: in how many cells its peak is above or below the baseline's by more than 1 % for
    certain, and both peaks in the largest of these cells.
    """

    impl: str
    cells: int
    more: int
    less: int
    cell: Cell
    peaks: tuple[Peak, Peak]


@dataclass(frozen=True)
class FrameCost:
    """Bytes that each layer of an implementation takes beyond those of `beside`, a loop that has the same arrays alive: by the
    slope of resident memory over depth, and `code_bytes`, what its frames take by their code.
    """

    impl: str
    beside: str
    shallowest: int
    deepest: int
    slope_bytes: float
    code_bytes: float

    @property
    def frame_bytes(self) -> float:
        """The frame alone as measured: its layer's number is an object beside it, and a list's slot is saved."""
        return self.slope_bytes - INT_BYTES + SLOT_BYTES


@dataclass(frozen=True)
class Fusing:
    """What fusing the update saves in one cell.

    Attributes:
        axes: of the cell.
        even: is a gradient as large as an activation there?
        peaks: a row an implementation, with the bytes under "deferred" and "fused".
        nothing_left: those who gain nothing though their peak is low: what they release makes room for gradients.

    """

    axes: Axes
    even: bool
    peaks: pd.DataFrame
    nothing_left: list[str]


def beside_lists(peaks: pd.DataFrame) -> BesideLists | None:
    """Recursion beside both lists in rows of memory.csv; None where no cell has all three, or the problem has no such lists."""
    asked = asked_of(problem_in(peaks))
    if not {"calls", "release"} <= asked.keys():
        return None
    names = recursion, popped, kept = (*asked["calls"].names, asked["release"].baseline)
    rows = _wide(peaks, "heap", "peak_bytes").reindex(columns=[*names]).dropna()
    if rows.empty:
        return None
    off = rows[recursion] / rows[popped] - 1
    key = (rows[recursion] / rows[kept]).idxmin()
    more, axes = bool(off.max() > SAME), _axes(rows, key)
    return BesideLists(names, len(rows), off.abs().max(), more, axes, *rows.loc[key, [recursion, kept]])


def beside_baseline(peaks: pd.DataFrame, baseline: str) -> list[BesideBaseline]:
    """Each other implementation beside the baseline, of a problem that says of no pair what it has alive."""
    if {"calls", "release"} & asked_of(problem_in(peaks)).keys():
        return []
    cells = sorted(dict.fromkeys(cells_of(peaks)), key=lambda cell: (cell.depth, cell.width))
    read = {cell: peaks_in(cell, in_order(peaks["impl"].dropna().unique()), peaks) for cell in cells}
    names = in_order(name for there in read.values() for name in there if name != baseline)
    found = [(name, {cell: (its[name], its[baseline]) for cell, its in read.items() if {name, baseline} <= its.keys()}) for name in names]
    return [_beside(name, both) for name, both in found if both]


def _beside(impl: str, both: Mapping[Cell, tuple[Peak, Peak]]) -> BesideBaseline:
    more = sum(mine.low > (1 + SAME) * other.high for mine, other in both.values())
    less = sum((1 + SAME) * mine.high < other.low for mine, other in both.values())
    cell, peaks = [*both.items()][-1]
    return BesideBaseline(impl, len(both), more, less, cell, peaks)


def frame_costs(peaks: pd.DataFrame) -> list[FrameCost]:
    """The cost of a frame for each implementation that has been measured deep enough, at width 1 and batch 1, beside the loop that
    has the same arrays alive and no frames.
    """
    asked = asked_of(problem_in(peaks)).get("calls")
    frameless = asked.baseline if asked else ""
    thin = peaks[(peaks["width"] == 1) & (peaks["batch"] == 1) & peaks["depth"].isin(FRAME_DEPTHS)]
    resident, predicted = (_wide(thin, "resident", column) for column in ("peak_bytes", "predicted_bytes"))
    if frameless not in resident or frameless not in predicted or len(resident) < 2:
        return []
    depth = resident.index.get_level_values("depth").to_numpy(float)
    names = resident.columns.intersection(predicted.columns, sort=False).drop(frameless, errors="ignore")
    slopes = (np.polyfit(depth, table[names].sub(table[frameless], axis=0), 1)[0] for table in (resident, predicted))
    ends = int(depth.min()), int(depth.max())
    return [FrameCost(impl, frameless, *ends, float(slope), float(by_code)) for impl, slope, by_code in zip(names, *slopes, strict=True)]


def fusing(peaks: pd.DataFrame) -> list[Fusing]:
    """What fusing saves: where most gain, and then, if that is another cell, where a gradient is as large as an activation."""
    heap = _wide(peaks, "heap", "peak_bytes")
    by_update = (heap.stack().unstack("update") if len(heap) else heap).reindex(columns=["deferred", "fused"]).dropna()
    if by_update.empty:
        return []
    factor = (by_update["deferred"] / by_update["fused"]).unstack("impl")
    best = factor.median(axis=1).idxmax()  # where most of them gain, since one that keeps its cache gains more and the course nothing
    study = {"depth": STUDY_DEPTH, "width": STUDY_WIDTH, "batch": STUDY_BATCH}
    even = next((key for key in factor.index if study.items() <= _axes(factor, key).items()), best)
    return [_fusing(by_update.loc[key], _axes(factor, key), key != best) for key in dict.fromkeys((best, even))]


def _fusing(rows: pd.DataFrame, axes: Axes, even: bool) -> Fusing:
    low = GAINS * rows["deferred"].min()  # a higher peak that gains nothing has kept too much, as the course does
    nothing_left = rows.index[rows["deferred"] < (GAINS * rows["fused"]).clip(upper=low)]
    return Fusing(axes, even, rows, list(nothing_left))


def agreement(peaks: pd.DataFrame) -> pd.DataFrame:
    """The heap's rows that have a prediction, with `off`, how far it is off as a fraction, and `kept`, is that near enough?"""
    rows = peaks[(peaks["meter"] == "heap") & (peaks["status"] == "ok") & peaks["predicted_bytes"].notna()]
    measured, predicted = rows["peak_bytes"].astype(float), rows["predicted_bytes"].astype(float)
    miss = (measured - predicted).abs()
    return rows.assign(off=miss / measured, kept=miss <= RELATIVE * measured + ABSOLUTE_BYTES)


def leaks(peaks: pd.DataFrame) -> dict[str, int] | None:
    """Implementation -> the bytes that a step leaves behind, of those that leak; None if no heap was read, or nobody looked."""
    heap = peaks[peaks["meter"] == "heap"]
    if heap.empty or not problem_in(peaks).leaks:
        return None
    noted = heap[heap["detail"].notna()]
    leaked = {impl: noted_leak(detail) for impl, detail in zip(noted["impl"], noted["detail"], strict=True)}
    return {impl: leaked_bytes for impl, leaked_bytes in leaked.items() if leaked_bytes}


def _wide(peaks: pd.DataFrame, meter: str, column: str) -> pd.DataFrame:
    """One meter's figures: a row a cell, a column an implementation; of cells that have all axes."""
    rows = peaks[(peaks["meter"] == meter) & (peaks["status"] == "ok") & peaks[column].notna() & peaks["update"].notna()]
    rows = rows.fillna({axis.name: axis.default for axis in AXES if axis.name in MEMORY_COLUMNS and axis.default is not None})
    usual = rows[_is_usual(rows)]
    return usual.pivot_table(index=MEMORY_COLUMNS, columns="impl", values=column, sort=False).astype(float)


def _is_usual(rows: pd.DataFrame) -> pd.Series:
    """Is a row's cell all that its columns say? One with another activation or initialiser is in the report's table alone."""
    cells = (Cell(**values, allocator="default").memory_id for values in rows[MEMORY_COLUMNS].to_dict("records"))
    return pd.Series([*cells], rows.index, dtype=object) == rows["cell"]


def _axes(rows: pd.DataFrame, key: Hashable) -> Axes:
    return dict(zip(rows.index.names, key, strict=True))  # type: ignore[call-overload]  # one value a level of the index
