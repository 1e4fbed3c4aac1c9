"""What is known of each implementation, a record each: its time in a narrow and in a wide deep network, peak, depth, result, source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from bench.analyse.depth import Raised, Reach, raised_limits, reaches, shown_python, under_the_limit
from bench.analyse.frontier import Peak, PeakRatio, peak_ratio, peaks_in
from bench.analyse.observations import Comparison
from bench.analyse.ratios import Ratio, ratios
from bench.analyse.slices import Slice
from bench.analyse.training import TrainingResult
from bench.plan.cells import Cell, cell_of
from bench.plan.contenders import REFERENCES, in_order
from impls.layers import COLUMNS

USUAL_UPDATE, USUAL_ALLOCATOR = "deferred", "default"  # the classic order; what a user has


@dataclass(frozen=True)
class Place:
    """An input: so many levels of such a width."""

    depth: int
    width: int


@dataclass(frozen=True)
class Known:
    """What is known of one implementation; None is not measured.

    Attributes:
        impl: its name.
        narrow, wide: its CPU time over the baseline's at the two places; None for the baseline itself, too.
        peak: of a call with the wide input.
        peak_ratio: that over the baseline's; None if it is not measured, or their bounds do not tell.
        as_it_comes, raised: the deepest input with Python's own limit, and with the limit raised.
        result: what its training ends on, beside the others: "same" to the last bit, "close" but for rounding, or "differs".
        lines, complexity: of its source; the second is McCabe's.

    """

    impl: str
    narrow: Ratio | None = None
    wide: Ratio | None = None
    peak: Peak | None = None
    peak_ratio: PeakRatio | None = None
    as_it_comes: Reach | None = None
    raised: Reach | None = None
    result: str | None = None
    lines: int | None = None
    complexity: int | None = None


@dataclass(frozen=True)
class Overview:
    """All implementations that were compared, and what the figures hold for.

    Attributes:
        baseline: what ratios are taken against.
        narrow, wide: where times were taken: the deepest inputs of the least and the greatest width. `wide` is None if
            there is one width alone; both are None if nothing was timed.
        peak_at: where the peaks were read; None if they were not.
        conditions: axes of the cells that these have in common.
        rows: the implementations.
        between: two implementations that are compared directly -> their ratio at the narrow and the wide place.
        python: the interpreter that depths were studied on; None if none was.
        problem: what was computed.
        raised: what was timed with the recursion limit raised.

    """

    baseline: str
    narrow: Place | None
    wide: Place | None
    peak_at: Place | None
    conditions: Mapping[str, Any]
    rows: tuple[Known, ...]
    between: Mapping[Comparison, tuple[Ratio | None, Ratio | None]]
    python: str | None
    problem: str = ""
    raised: Sequence[Raised] = ()


def overview(
    parts: Sequence[Slice],
    baseline: str,
    machine: Mapping[str, Any],
    peaks: pd.DataFrame,
    limits: pd.DataFrame,
    training: Iterable[TrainingResult],
    clarity: pd.DataFrame,
) -> Overview | None:
    """What the tables of a results folder say together; None where nothing was timed and no memory was read."""
    data = usual_slice(parts)
    timed = _deepest(data, baseline) if data else []
    cell = timed[-1] if timed else _cell_of_peaks(peaks)
    if cell is None:
        return None
    here = data.times["impl"] if data else peaks.loc[peaks["cell"] == cell.memory_id, "impl"]
    names = in_order(name for name in here.unique() if name not in REFERENCES)
    read = peaks_in(cell, names, peaks)
    python, as_it_comes, raised = _reached(limits, machine.get("python"))
    narrow, wide = (*(_times(data, place) for place in timed if data), {}, {})[:2]
    results, lines, complexity = _results(training), _figure(clarity, "lines"), _figure(clarity, "cyclomatic")
    rows = tuple(
        Known(
            name,
            narrow=narrow.get((name, baseline)),
            wide=wide.get((name, baseline)),
            peak=read.get(name),
            peak_ratio=peak_ratio(read[name], read[baseline]) if {name, baseline} <= read.keys() else None,
            as_it_comes=as_it_comes.get(name),
            raised=raised.get(name),
            result=results.get(name),
            lines=lines.get(name),
            complexity=complexity.get(name),
        )
        for name in names
    )
    between = {pair: (narrow.get(pair), wide.get(pair)) for pair in {**narrow, **wide}}
    limit_raised = raised_limits(data.times) if data else []
    return Overview(baseline, *_places(timed, cell, bool(read)), _conditions(cell, data), rows, between, python, cell.problem, limit_raised)


def _places(timed: Sequence[Cell], cell: Cell, read: bool) -> tuple[Place | None, Place | None, Place | None]:
    """Of the narrow network, the wide one and the one whose peaks were read."""
    places = [Place(each.depth, each.width) for each in timed]
    return places[0] if places else None, places[1] if len(places) > 1 else None, Place(cell.depth, cell.width) if read else None


def _conditions(cell: Cell, data: Slice | None) -> dict[str, Any]:
    allocator = {"allocator": usual_allocator(data)} if data else {}
    return {axis: getattr(cell, axis) for axis in ("dataset", "batch", "dtype", "update", "python", "layout")} | allocator


def _figure(clarity: pd.DataFrame, column: str) -> dict[str, int]:
    return {str(impl): int(figure) for impl, figure in zip(clarity["impl"], clarity[column], strict=True)}


def usual_slice(parts: Sequence[Slice]) -> Slice | None:
    """The slice with the classic update that was recorded first, and with examples as columns if there is such a one; the first of all
    where there is none.
    """
    usual = [part for part in parts if part.summary["update"].iloc[0] == USUAL_UPDATE] or [*parts]
    of_columns = (part for part in usual if str(part.summary["layout"].iloc[0]) == COLUMNS)
    return next(of_columns, usual[0] if usual else None)


def usual_allocator(data: Slice) -> str:
    """What a user has, or the first that there is."""
    return USUAL_ALLOCATOR if USUAL_ALLOCATOR in data.allocators else data.allocators[0]


def _deepest(data: Slice, baseline: str) -> list[Cell]:
    """The deepest networks of the least and the greatest width that the baseline was timed in; one if these are the same."""
    rows = data.summary[(data.summary["baseline"] == baseline) & (data.summary["allocator"] == usual_allocator(data))]
    cells = [cell_of(row) for row in rows.drop_duplicates("cell").to_dict("records")]
    cells.sort(key=lambda cell: (cell.width, cell.depth))
    ends = [max((cell for cell in cells if cell.width == end.width), key=lambda cell: cell.depth) for end in (cells[:1] + cells[-1:])]
    return list(dict.fromkeys(ends))


def _times(data: Slice, place: Cell) -> dict[Comparison, Ratio]:
    """Every comparison -> its ratio at one place."""
    every = {pair: ratios(data, pair, usual_allocator(data)) for pair in data.comparisons}
    return {
        pair: ratio for pair, compared in every.items() for ratio in compared if (ratio.depth, ratio.width) == (place.depth, place.width)
    }


def _cell_of_peaks(peaks: pd.DataFrame) -> Cell | None:
    """The widest of the networks whose heap was read, with the classic update if there is one, where nothing was timed."""
    rows = peaks[(peaks["meter"] == "heap") & (peaks["status"] == "ok")]
    cells = [cell_of(row) for row in rows.drop_duplicates("cell").to_dict("records")]
    return max(
        cells, key=lambda cell: (cell.update == USUAL_UPDATE, cell.layout == COLUMNS, cell.depth, cell.width, cell.batch or 0), default=None
    )


def _reached(limits: pd.DataFrame, python: str | None) -> tuple[str | None, dict[str, Reach], dict[str, Reach]]:
    """The running interpreter, or the newest that was studied; and how far each came on it, as Python comes and with the limit raised."""
    every = [reach for reach in reaches(limits) if not reach.is_call]
    chosen = shown_python(every, python)
    here = [reach for reach in every if reach.python == chosen]
    return chosen, {reach.impl: reach for reach in under_the_limit(here)}, {reach.impl: reach for reach in here if reach.in_main_thread}


def _results(training: Iterable[TrainingResult]) -> dict[str, str]:
    """Implementation -> the least that holds for all its trainings."""
    order = ("differs", "close", "same")
    known: dict[str, str] = {}
    for result in training:
        word = "same" if result.same else "close" if result.close else "differs"
        known[result.impl] = min(word, known.get(result.impl, "same"), key=order.index)
    return known
