"""Answers about memory: recursion beside the lists, the bytes of a frame, what fusing saves, predictions and leaks."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from bench.analyse.memory import (
    ABSOLUTE_BYTES,
    INT_BYTES,
    LARGE_BYTES,
    RELATIVE,
    SLOT_BYTES,
    Fusing,
    beside_lists,
    frame_costs,
    fusing,
    leaks,
    prediction,
)
from bench.plan.contenders import title
from bench.show.answers import Answer
from bench.show.answers.words import capital, counted, percent, size, spaced, titles, where

MEMORY = "A stack frame holds more than the local variables: does recursion use more memory than the list that it replaces?"
FRAMES = "How many bytes a layer?"
FUSING = "Parameters can be updated while the stack unwinds: what does it save?"
PREDICTION = "Can the peak be predicted?"
LEAKS = "Does any implementation leak?"


def memory_answers(peaks: pd.DataFrame) -> list[Answer]:
    """What the rows of one machine in memory.csv say, as far as they go."""
    return [*_against_lists(peaks), *_frames(peaks), *_fusing(peaks), *_prediction(peaks), *_leaks(peaks)]


def _against_lists(peaks: pd.DataFrame) -> Iterator[Answer]:
    beside = beside_lists(peaks)
    if not beside:
        return
    cells = f"all {beside.cells} cells" if beside.cells > 1 else "1 cell"
    start = "Yes" if beside.more else "No, not beside the frames themselves"
    yield Answer(
        MEMORY,
        f"{start}: recursion's peak is within {percent(beside.apart, 1)} of the popped list's in {cells}. "
        "Both release the same arrays at the same moments. A list that is kept releases nothing while gradients grow beside it. "
        f"At {where(beside.axes)}, recursion peaks at {size(beside.recursion_bytes)} and the kept list at {size(beside.kept_bytes)}.",
    )


def _frames(peaks: pd.DataFrame) -> Iterator[Answer]:
    for cost in frame_costs(peaks):
        yield Answer(
            FRAMES,
            f"{cost.slope_bytes:.0f} bytes of resident memory more for a layer of {title(cost.impl)} than for one of the popped list. "
            f"This is the slope between {spaced(cost.shallowest)} and {spaced(cost.deepest)} layers of one unit. For comparison: "
            f"one activation of 8 units and 32 examples takes {spaced(8 * 32 * 8)} bytes.",
            (
                f"{INT_BYTES} bytes: the layer's number, an object beside the frame",
                f"-{SLOT_BYTES} bytes: the list's slot, which is saved",
                f"{cost.frame_bytes:.0f} bytes: what is left for the frame",
                f"{cost.code_bytes:.0f} bytes: what the frame takes by its code",
            ),
        )


def _fusing(peaks: pd.DataFrame) -> Iterator[Answer]:
    for cell in fusing(peaks):
        items = (f"{title(saving.impl)}: from {size(saving.deferred_bytes)} to {size(saving.fused_bytes)}" for saving in cell.savings)
        yield Answer(FUSING, " ".join(_saved(cell)), tuple(items))


def _saved(cell: Fusing) -> Iterator[str]:
    most = max(1 - saving.fused_bytes / saving.deferred_bytes for saving in cell.savings)
    if not cell.even:
        yield f"{percent(most)} of the peak at most, which is all gradients but one. Most is saved at {where(cell.axes)}."
        return
    yield f"{percent(most)} of the peak at most where a gradient is as large as an activation, at {where(cell.axes)}."
    if cell.nothing_left:
        yield f"{capital(titles(cell.nothing_left))} can save nothing there: what they have released has made room for the gradients."


def _prediction(peaks: pd.DataFrame) -> Iterator[Answer]:
    predicted = prediction(peaks)
    if not predicted:
        return
    if predicted.misses:
        impl, cell = predicted.misses[0]
        count = f"{len(predicted.misses)} of {counted(predicted.count, 'measurement')}"
        yield Answer(
            PREDICTION, f"No, not always: the formulas miss the heap's peak in {count}. The first is that of {title(impl)} in {cell}."
        )
        return
    allowed = f"{percent(RELATIVE)} plus {size(ABSOLUTE_BYTES, 0)}"
    large = "" if predicted.worst_large is None else f" Above {size(LARGE_BYTES, 0)} they are within {percent(predicted.worst_large, 2)}."
    words = f"Yes: the formulas are within {allowed} of the heap's peak in all {counted(predicted.count, 'measurement')}.{large}"
    yield Answer(PREDICTION, words)


def _leaks(peaks: pd.DataFrame) -> Iterator[Answer]:
    leaked = leaks(peaks)
    if leaked is None:
        return
    if not leaked:
        yield Answer(LEAKS, "No: with the garbage collector off, a step leaves nothing behind in any implementation.")
    for impl, leaked_bytes in leaked.items():
        left = f"a small step leaves {spaced(leaked_bytes)} bytes behind, in a cycle that holds its arrays"
        yield Answer(LEAKS, f"Yes, {title(impl)} does: with the garbage collector off, {left}.")
