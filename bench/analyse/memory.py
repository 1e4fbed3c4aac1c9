"""Findings about memory: what recursion takes beside the lists, what fusing saves, and how far the meters agree.

Peaks of the heap are exact, so these answers carry no intervals.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bench.analyse.findings import Finding
from bench.analyse.words import spaced
from bench.plan.contenders import title
from bench.plan.memory import FRAME_DEPTHS, FRAMELESS, STUDY_BATCH, STUDY_DEPTH, STUDY_WIDTH
from bench.record.memory import MEMORY_COLUMNS
from impls.updates import UPDATES

RELATIVE, ABSOLUTE_BYTES = 0.02, 64 * 1024  # how near a prediction must come
INT_BYTES = 32  # a layer's number, as the object that its frame refers to
SLOT_BYTES = 8  # a layer's place in a list

MEMORY = "A stack frame holds more than the local variables: does recursion use more memory than the list that it replaces?"
FRAMES = "How many bytes a layer?"
FUSING = "Parameters can be updated while the stack unwinds: what does it save?"
PREDICTION = "Can the peak be told beforehand?"
LEAKS = "Does anybody leak?"


@dataclass(frozen=True)
class FrameCost:
    """Bytes that each layer of an implementation takes beyond those of the popped list: by the slope of resident
    memory over depth, and `code_bytes`, what its frames take by their code.
    """

    impl: str
    shallowest: int
    deepest: int
    slope_bytes: float
    code_bytes: float

    @property
    def frame_bytes(self) -> float:
        """The frame alone as measured: its layer's number is an object beside it, and a list's slot is saved."""
        return self.slope_bytes - INT_BYTES + SLOT_BYTES


def memory_findings(peaks: pd.DataFrame) -> list[Finding]:
    """What the rows of one machine in memory.csv say, as far as they go."""
    heap = _wide(peaks, "heap", "peak_bytes")
    return [*_against_lists(heap), *_frames(peaks), *_fusing(heap), *_prediction(peaks), *_leaks(peaks)]


def frame_costs(peaks: pd.DataFrame) -> list[FrameCost]:
    """The cost of a frame for each implementation that has been measured deep enough, at width 1 and batch 1."""
    thin = peaks[(peaks["width"] == 1) & (peaks["batch"] == 1) & peaks["depth"].isin(FRAME_DEPTHS)]
    resident, predicted = (_wide(thin, "resident", column) for column in ("peak_bytes", "predicted_bytes"))
    if FRAMELESS not in resident or len(resident) < 2:
        return []
    depth = resident.index.get_level_values("depth").to_numpy(float)
    return [
        FrameCost(
            impl,
            int(depth.min()),
            int(depth.max()),
            float(np.polyfit(depth, (resident[impl] - resident[FRAMELESS]).to_numpy(float), 1)[0]),
            float(np.polyfit(depth, (predicted[impl] - predicted[FRAMELESS]).to_numpy(float), 1)[0]),
        )
        for impl in resident.columns.intersection(predicted.columns, sort=False)
        if impl != FRAMELESS
    ]


def agreement(peaks: pd.DataFrame) -> pd.DataFrame:
    """The heap's rows that have a prediction, with `off`, how far it is off as a fraction, and `kept`, is that near enough?"""
    rows = peaks[(peaks["meter"] == "heap") & (peaks["status"] == "ok") & peaks["predicted_bytes"].notna()]
    measured, predicted = rows["peak_bytes"].astype(float), rows["predicted_bytes"].astype(float)
    miss = (measured - predicted).abs()
    return rows.assign(off=miss / measured, kept=miss <= RELATIVE * measured + ABSOLUTE_BYTES)


def leaking(peaks: pd.DataFrame) -> dict[str, str]:
    """Implementation -> what was found, of those that leak."""
    told = peaks[(peaks["meter"] == "heap") & peaks["detail"].str.startswith("leaks", na=False)]
    return dict(zip(told["impl"], told["detail"], strict=True))


def mebibytes(size: float) -> str:
    """ "8.3 MiB", or KiB below one.

    >>> mebibytes(8.25 * 2**20), mebibytes(2048)
    ('8.2 MiB', '2.0 KiB')
    """
    return f"{size / 2**20:.1f} MiB" if size >= 2**20 else f"{size / 2**10:.1f} KiB"


def _wide(peaks: pd.DataFrame, meter: str, column: str) -> pd.DataFrame:
    """One meter's figures: a row a cell, a column an implementation."""
    rows = peaks[(peaks["meter"] == meter) & (peaks["status"] == "ok") & peaks[column].notna()]
    usual = rows[rows["cell"].str.endswith(tuple(UPDATES))]  # what has another activation or initialiser is in the table alone
    return usual.pivot_table(index=MEMORY_COLUMNS, columns="impl", values=column, sort=False).astype(float)


def _against_lists(heap: pd.DataFrame) -> Iterator[Finding]:
    if not {"recursive", "iterative", FRAMELESS} <= set(heap.columns):
        return
    rows = heap[["recursive", "iterative", FRAMELESS]].dropna()
    if rows.empty:
        return
    apart = (rows["recursive"] / rows[FRAMELESS] - 1).abs().max()
    saved = (rows["recursive"] / rows["iterative"]).idxmin()
    best = rows.loc[saved]
    yield Finding(
        MEMORY,
        f"Beside the frames themselves, its peak is within {100 * apart:.1f} % of that of a list that is popped, in all {len(rows)} cells: "
        "both let go of the same arrays at the same moments. A list that is kept lets go of nothing while gradients grow beside it: "
        f"at {_place(rows, saved)}, recursion peaks at {mebibytes(best['recursive'])} and the kept list at {mebibytes(best['iterative'])}.",
    )


def _frames(peaks: pd.DataFrame) -> Iterator[Finding]:
    for cost in frame_costs(peaks):
        yield Finding(
            FRAMES,
            f"A layer of {title(cost.impl)} takes {cost.slope_bytes:.0f} bytes of resident memory more than one of the popped list, "
            f"by the slope between {spaced(cost.shallowest)} and {spaced(cost.deepest)} layers of one unit. "
            f"{INT_BYTES} of these are its layer's number, an object beside the frame, and the list's slot of {SLOT_BYTES} is saved, "
            f"which leaves {cost.frame_bytes:.0f} for the frame; its code says {cost.code_bytes:.0f}. "
            f"One activation of 8 units and 32 examples takes {spaced(8 * 32 * 8)}.",
        )


def _fusing(heap: pd.DataFrame) -> Iterator[Finding]:
    by_update = heap.stack().unstack("update") if len(heap) else heap
    if not {"deferred", "fused"} <= set(by_update.columns):
        return
    by_update = by_update.dropna()
    factor = (by_update["deferred"] / by_update["fused"]).unstack("impl")
    best = factor.median(axis=1).idxmax()  # where most gain: not only who keeps its cache, and the course gains nowhere
    answer = f"All gradients but one. Most at {_place(factor, best)}: {_changes(by_update.loc[best])}."
    yield Finding(FUSING, f"{answer} {_where_even(by_update, factor, best)}".strip())


def _where_even(by_update: pd.DataFrame, factor: pd.DataFrame, told: tuple[object, ...]) -> str:
    """What fusing saves where a gradient is as large as an activation, if that has not been told already."""
    study = {"depth": STUDY_DEPTH, "width": STUDY_WIDTH, "batch": STUDY_BATCH}
    even = [key for key in factor.index if study.items() <= _axes(factor, key).items()]
    if not even or even[0] == told:
        return ""
    words = f"Where a gradient is as large as an activation, at {_place(factor, even[0])}: {_changes(by_update.loc[even[0]])}."
    deferred = by_update.loc[even[0]]["deferred"]
    low = deferred < 1.05 * deferred.min()  # who gains nothing at a higher peak has kept too much, as the course does
    nothing = [title(str(name)) for name, times in factor.loc[even[0]].items() if times < 1.05 and low[name]]
    if nothing:
        words += f" There is nothing left to save there for {' and '.join(nothing)}: what they have let go of has made room for gradients."
    return words


def _changes(rows: pd.DataFrame) -> str:
    """ "recursion from 8.0 MiB to 2.2 MiB", for each implementation."""
    names = rows.index.get_level_values("impl")
    return "; ".join(
        f"{title(name)} from {mebibytes(deferred)} to {mebibytes(fused)}"
        for name, deferred, fused in zip(names, rows["deferred"], rows["fused"], strict=True)
    )


def _prediction(peaks: pd.DataFrame) -> Iterator[Finding]:
    rows = agreement(peaks)
    if rows.empty:
        return
    large, odd = rows[rows["peak_bytes"] > 2**20], rows[~rows["kept"]]
    if len(odd):
        first = f"{title(odd.iloc[0]['impl'])} in {odd.iloc[0]['cell']}"
        words = f"Not always: the formulas miss the heap's peak in {len(odd)} of {len(rows)} measurements, first that of {first}"
    else:
        words = f"Yes: the formulas are within {100 * RELATIVE:.0f} % plus 64 KiB of the heap's peak in all {len(rows)} measurements"
    most = f", and within {100 * large['off'].max():.2f} % wherever it is above 1 MiB" if len(large) and odd.empty else ""
    yield Finding(PREDICTION, f"{words}{most}.")


def _leaks(peaks: pd.DataFrame) -> Iterator[Finding]:
    found = leaking(peaks)
    for impl, words in found.items():
        yield Finding(LEAKS, f"{title(impl)} {words}.")
    if not found and (peaks["meter"] == "heap").any():
        yield Finding(LEAKS, "Nobody: with the garbage collector off, a step leaves nothing behind in any implementation.")


def _place(rows: pd.DataFrame, key: tuple[object, ...]) -> str:
    axes = _axes(rows, key)
    update = f" ({axes['update']} update)" if "update" in axes else ""
    return f"depth {axes['depth']}, width {axes['width']}, batch {axes['batch']}{update}"


def _axes(rows: pd.DataFrame, key: tuple[object, ...]) -> dict[str, object]:
    return dict(zip(rows.index.names, key, strict=True))
