"""The frontier: which places for the cache nothing beats in both time and memory, as far as intervals can tell.

One implementation beats another if it is better by more than 1 % in time or in peak memory, and not worse by more
than 1 % in the other of the two. The heap's peaks repeat, so whether B beats A depends on B's time over A's alone. B beats A
if that ratio is below

    1.01      where B's peak is below A's by more than 1 %,
    1 / 1.01  where their peaks are within 1 % of each other,
    nothing   where B's peak is the higher one.

The ratio is observed pass by pass between the two themselves, not by way of the baseline, and the interval for its
median decides. If all of it is below the limit, A is *beaten*: off the frontier. If for every B all of it is above,
A is *unbeaten*: on the frontier. Else A is *open*: nothing beats it for certain, but something may. A peak of resident
memory lies between two bounds, so it may leave open which limit holds. Then the least of those that may hold decides
whether A is beaten, and the greatest whether it is unbeaten.

All these intervals hold together at 95 %, with all others of the results (`observations.joint_alpha`). From a loser to its winner
log time + log memory becomes less, so in truth nothing beats in circles, and something is always unbeaten.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pandas as pd

from bench.analyse.observations import OF_ROUNDS, Comparison, alpha_of, observe, ratio_interval
from bench.analyse.ratios import SAME, Ratio
from bench.plan.allocators import ALLOCATORS
from bench.plan.cells import Cell
from bench.plan.contenders import REFERENCES, in_order
from bench.record.files.pieces import joined
from bench.record.time_parts.rows import Rows, pieces_of, visits_of
from bench.record.times import numbered_cells
from impls.layers import COLUMNS
from impls.updates import UPDATES


@dataclass(frozen=True)
class Peak:
    """The most bytes that a step has alive, the meter that read them ("heap" or "resident"), and the bounds that it lies between."""

    size: float
    meter: str
    low: float
    high: float


@dataclass(frozen=True)
class PeakRatio:
    """A peak over another one. Where a peak lies between bounds, so does this: `ratio` is what is certain, and it is `at_least` so far
    from 1.
    """

    ratio: float
    at_least: bool = False


def peak_ratio(mine: Peak, other: Peak) -> PeakRatio | None:
    """A peak over another one; None where their bounds do not tell which is higher.

    >>> peak_ratio(Peak(30, "heap", 30, 30), Peak(20, "heap", 20, 20))
    PeakRatio(ratio=1.5, at_least=False)
    >>> peak_ratio(Peak(90, "resident", 80, 98), Peak(20, "resident", 0, 40))
    PeakRatio(ratio=2.0, at_least=True)
    >>> peak_ratio(Peak(90, "resident", 80, 98), Peak(85, "heap", 85, 85))
    """
    if mine.low == mine.high and other.low == other.high:
        return PeakRatio(mine.size / other.size)
    if mine.low > other.high > 0:
        return PeakRatio(mine.low / other.high, at_least=True)
    if mine.high < other.low:
        return PeakRatio(mine.high / other.low, at_least=True)
    return None


@dataclass(frozen=True)
class Win:
    """That `impl` beats another: its peak over the other's, and its time over the other's."""

    impl: str
    memory: float
    time: Ratio


@dataclass(frozen=True)
class Candidate:
    """One implementation in one cell.

    Attributes:
        time: its CPU time over the baseline's, with the interval that holds together with all others; None for the
            baseline itself.
        standing: "unbeaten", "open" or "beaten".
        loss: what beats it most clearly.

    """

    impl: str
    peak: Peak
    time: Ratio | None
    standing: str
    loss: Win | None = None


@dataclass(frozen=True)
class FrontierCell:
    """A cell, and all implementations that have both a time and a peak there, the smallest peak first."""

    depth: int
    width: int
    batch: int | None
    update: str | None
    allocator: str
    baseline: str
    candidates: tuple[Candidate, ...]
    problem: str

    def names(self, standing: str) -> list[str]:
        """Those that stand so."""
        return [candidate.impl for candidate in self.candidates if candidate.standing == standing]


def showcase(cells: Sequence[Any]) -> list[Any]:
    """The few cells to look at, of any that have a cell's axes: of those alike the first in data, batch and dtype, with examples as
    columns if there are such, the deepest, and of these the narrowest and the widest, under each update and allocator.
    """
    alike = [cell for cell in cells if (cell.dataset, cell.batch, cell.dtype) == (cells[0].dataset, cells[0].batch, cells[0].dtype)]
    alike = [cell for cell in alike if cell.layout == COLUMNS] or alike
    deepest = [cell for cell in alike if cell.depth == max(other.depth for other in alike)]
    ends = [choose(cell.width for cell in deepest) for choose in (min, max)] if deepest else []
    return sorted(
        (cell for cell in deepest if cell.width in ends),
        key=lambda cell: (cell.width, _ORDER.index(cell.update), _ORDER.index(cell.allocator)),
    )


_ORDER = [None, *UPDATES, *ALLOCATORS]  # some problems have no updates


def frontiers(rows: Rows, peaks: pd.DataFrame, baseline: str) -> list[FrontierCell]:
    """The frontiers of one machine's rows of time.csv and memory.csv; none where no cell has two implementations with both figures."""
    times = visits_of(rows)
    numbers, every = numbered_cells(times)
    usual = (times["update"].isin(UPDATES) | times["update"].isna()) & times["allocator"].isin(ALLOCATORS) & ~times["impl"].isin(REFERENCES)
    timed = times["round"].notna() & usual
    impls = {number: group["impl"] for number, group in _pairs(numbers[timed], times.loc[timed, "impl"]).groupby("cell")}
    known = {every[number]: peaks_in(every[number], in_order(there), peaks) for number, there in impls.items() if baseline in set(there)}
    cells = [cell for cell, with_peaks in known.items() if len(with_peaks) > 1]
    shown = showcase([cell for cell in cells if (cell.activation, cell.initialiser) == (cells[0].activation, cells[0].initialiser)])
    alpha, places = alpha_of(times), [_place(times[numbers == every.index(cell)]) for cell in shown]
    its_rows = _rows_in(rows, {cell for cell, _ in places})
    return [
        _frontier_cell(cell, its_rows[_are_in(its_rows, *place)], known[cell], baseline, alpha)
        for cell, place in zip(shown, places, strict=True)
    ]


def _place(rows: pd.DataFrame) -> tuple[Any, Any]:
    """The cell and the dataset of rows that are all of one."""
    return rows["cell"].iloc[0], rows["dataset"].iloc[0]


def _are_in(rows: pd.DataFrame, cell: Any, dataset: Any) -> pd.Series:
    """Which rows are of that cell? Two files of data may have one name in it."""
    return (rows["cell"] == cell) & (rows["dataset"].isna() if pd.isna(dataset) else rows["dataset"] == dataset)


def _rows_in(rows: Rows, cells: set[str]) -> pd.DataFrame:
    """The rows of a few cells, with what their observations are made of."""
    columns = [*OF_ROUNDS, "dataset"]
    return joined([piece.loc[piece["cell"].isin(cells), columns] for piece in pieces_of(rows, columns)])


def _pairs(numbers: pd.Series, impls: pd.Series) -> pd.DataFrame:
    """The number of each cell with every implementation in it."""
    return pd.DataFrame({"cell": numbers, "impl": impls}).drop_duplicates()


def peaks_in(cell: Cell, names: Sequence[str], peaks: pd.DataFrame) -> dict[str, Peak]:
    """The peaks, from rows of memory.csv, of those implementations that have one in a cell."""
    here = peaks[(peaks["cell"] == cell.memory_id) & (peaks["status"] == "ok") & peaks["peak_bytes"].notna()]
    meters = {str(meter): group.drop_duplicates("impl", keep="last").set_index("impl") for meter, group in here.groupby("meter")}
    by_impl = {name: _peak({meter: table.loc[name] for meter, table in meters.items() if name in table.index}) for name in names}
    return {name: peak for name, peak in by_impl.items() if peak and peak.size > 0}  # a small network may find room in what was there


def _peak(read: dict[str, Any]) -> Peak | None:
    """The heap's peak, and to it the frames that tracemalloc does not see, where they were counted or the formulas tell them.
    Resident memory where the heap was not read: a library may take memory elsewhere, and an input may be too deep.
    """
    if "heap" not in read:
        return _resident_peak(read["resident"]) if "resident" in read else None
    predicted = [read[meter]["predicted_bytes"] if meter in read else pd.NA for meter in ("heap", "resident")]
    frames = max(0, predicted[1] - predicted[0]) if pd.notna(predicted).all() else 0
    if "frames" in read:
        frames = int(read["frames"]["peak_bytes"])
    peak = float(read["heap"]["peak_bytes"] + frames)
    return Peak(peak, "heap", peak, peak)


def _resident_peak(read: Any) -> Peak:
    """With its bounds; a file of an earlier version has none, and its peaks are taken as they are."""
    peak, low, high = (float(read[column]) if pd.notna(read[column]) else math.nan for column in ("peak_bytes", "low_bytes", "high_bytes"))
    return Peak(peak, "resident", peak if math.isnan(low) else low, peak if math.isnan(high) else high)


def _frontier_cell(cell: Any, rows: pd.DataFrame, peaks: dict[str, Peak], baseline: str, alpha: float) -> FrontierCell:
    samples = _samples(rows, [*peaks], baseline)
    ratios = {pair: _ratio(cell, log_ratios, alpha) for pair, log_ratios in samples.items()}
    candidates = [
        Candidate(name, peak, ratios.get((name, baseline)), *_standing(name, peaks, ratios))
        for name, peak in peaks.items()
        if name == baseline or (name, baseline) in ratios
    ]
    candidates.sort(key=lambda candidate: candidate.peak.size)
    place = int(cell.depth), int(cell.width), cell.batch, cell.update, cell.allocator
    return FrontierCell(*place, baseline, tuple(candidates), cell.problem)


def _samples(rows: pd.DataFrame, names: Sequence[str], baseline: str) -> dict[Comparison, list[float]]:
    """Each against each other -> a log-ratio for each pass that has timed both; none for pairs that no pass has timed."""
    compared = list(combinations(dict.fromkeys([*names, baseline]), 2))
    observed = {pair: group.tolist() for pair, group in observe(rows, compared).groupby(["impl", "baseline"], observed=True)["log_ratio"]}
    return observed | {(against, impl): [-sample for sample in samples] for (impl, against), samples in observed.items()}


def _ratio(cell: Any, samples: Sequence[float], alpha: float) -> Ratio:
    return Ratio(int(cell.depth), int(cell.width), *ratio_interval(samples, alpha))


def _standing(name: str, peaks: dict[str, Peak], ratios: dict[Comparison, Ratio]) -> tuple[str, Win | None]:
    """How it stands, and the clearest of its losses: that by the least product of memory and time."""
    limits = {other: limit for other, peak in peaks.items() if other != name and any(limit := _limits(peak, peaks[name]))}
    known = {other: ratios[other, name] for other in limits if (other, name) in ratios}
    wins = [Win(other, peaks[other].size / peaks[name].size, time) for other, time in known.items() if time.high < limits[other][0]]
    if wins:
        return "beaten", min(wins, key=lambda win: win.memory * win.time.ratio)
    escaped = all(other in known and known[other].low > most for other, (_, most) in limits.items())
    return "unbeaten" if escaped else "open", None


def _limits(winner: Peak, loser: Peak) -> tuple[float, float]:
    """The least and the greatest limit that may hold, as far as the bounds of the peaks can tell.

    >>> peak = Peak(100, "heap", 100, 100)
    >>> [round(limit, 2) for limit in _limits(Peak(90, "resident", 80, 98), peak)], _limits(Peak(90, "resident", 80, 102), peak)
    ([1.01, 1.01], (0.0, 1.01))
    """
    return _limit(winner.high, loser.low), _limit(winner.low, loser.high)


def _limit(winner: float, loser: float) -> float:
    """The ratio of times below which a peak beats another; 0 if it never does.

    >>> [round(_limit(peak, 100), 4) for peak in (98, 99.5, 101, 102)]
    [1.01, 0.9901, 0.9901, 0.0]
    """
    if winner * (1 + SAME) < loser:
        return 1 + SAME
    return 1 / (1 + SAME) if winner <= loser * (1 + SAME) else 0.0
