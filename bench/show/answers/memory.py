"""Answers about memory: recursion beside the lists, the bytes of a frame, what fusing saves, predictions and leaks."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from bench.analyse.memory import (
    ABSOLUTE_BYTES,
    INT_BYTES,
    RELATIVE,
    SLOT_BYTES,
    BesideBaseline,
    Fusing,
    agreement,
    beside_baseline,
    beside_lists,
    frame_costs,
    fusing,
    leaks,
)
from bench.plan.contenders import title
from bench.record.problems import baseline_in
from bench.show.answers import Answer
from bench.show.answers.frontier import peak_words
from bench.show.answers.words import capital, counted, percent, size, spaced, titles, where, whose, with_article

MEMORY = "A stack frame holds more than the local variables: does recursion use more memory than the list that it replaces?"
DIFFERENCE = "Is there a difference in memory worth noticing?"
FRAMES = "How many bytes a layer?"
FUSING = "Parameters can be updated while the stack unwinds: what does it save?"
PREDICTION = "Can the peak be predicted?"
LEAKS = "Does any implementation leak?"

LARGE_BYTES = 2**20  # from here on a miss is told as a share alone


def memory_answers(peaks: pd.DataFrame) -> list[Answer]:
    """What the rows of one machine in memory.csv say of a problem, as far as they go."""
    compared = [*_against_lists(peaks), *_against_baseline(peaks)]
    return [*compared, *_frames(peaks), *_fusing(peaks), *_prediction(peaks), *_leaks(peaks)]


def _against_lists(peaks: pd.DataFrame) -> Iterator[Answer]:
    beside = beside_lists(peaks)
    if not beside:
        return
    recursion, popped, kept = beside.names
    cells = f"all {beside.cells} cells" if beside.cells > 1 else "1 cell"
    start = "Yes" if beside.more else "No, not beside the frames themselves"
    yield Answer(
        MEMORY,
        f"{start}: {whose(recursion)} peak is within {percent(beside.apart, 1)} of {whose(popped)} in {cells}. "
        "Both release the same arrays at the same moments. A list that is kept releases nothing while gradients grow beside it. "
        f"At {where(beside.axes)}, {title(recursion)} peaks at {size(beside.recursion_bytes)} and {with_article(kept, 'the')} at "
        f"{size(beside.kept_bytes)}.",
    )


def _against_baseline(peaks: pd.DataFrame) -> Iterator[Answer]:
    """Each of the others, of a problem that has no lists to tell apart."""
    baseline = baseline_in(peaks)
    for beside in beside_baseline(peaks, baseline):
        mine, other = map(peak_words, beside.peaks)
        yield Answer(
            DIFFERENCE,
            f"{_more_or_less(beside, baseline)} of {counted(beside.cells, 'cell')}. At depth {spaced(beside.cell.depth)}, width "
            f"{spaced(beside.cell.width)}, {whose(beside.impl)} peak is {mine} and {whose(baseline)} {other}.",
        )


def _more_or_less(beside: BesideBaseline, baseline: str) -> str:
    """ "Yes, for recursion: more than the loop in 2 and less in 1", "No, not for recursion: in none"."""
    if not beside.more and not beside.less:
        return f"No, not for {title(beside.impl)}: in none"
    than = {"more": beside.more, "less": beside.less}
    first, *second = [(words, count) for words, count in than.items() if count]
    also = "".join(f" and {words} in {count}" for words, count in second)
    return f"Yes, for {title(beside.impl)}: {first[0]} than {with_article(baseline, 'the')} in {first[1]}{also}"


def _frames(peaks: pd.DataFrame) -> Iterator[Answer]:
    for cost in frame_costs(peaks):
        than = with_article(cost.beside, "the")
        yield Answer(
            FRAMES,
            f"{cost.slope_bytes:.0f} bytes of resident memory more for a layer of {title(cost.impl)} than for one of {than}. "
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
        items = [f"{title(impl)}: from {size(peak['deferred'])} to {size(peak['fused'])}" for impl, peak in cell.peaks.iterrows()]
        yield Answer(FUSING, " ".join(_saved(cell)), tuple(items))


def _saved(cell: Fusing) -> Iterator[str]:
    most = percent((1 - cell.peaks["fused"] / cell.peaks["deferred"]).max())
    if not cell.even:
        yield f"{most} of the peak at most, which is all gradients but one. Most is saved at {where(cell.axes)}."
        return
    yield f"{most} of the peak at most where a gradient is as large as an activation, at {where(cell.axes)}."
    if cell.nothing_left:
        yield f"{capital(titles(cell.nothing_left))} can save nothing there: what they have released has made room for the gradients."


def _prediction(peaks: pd.DataFrame) -> Iterator[Answer]:
    rows = agreement(peaks)
    if rows.empty:
        return
    measurements = counted(len(rows), "measurement")
    misses, large = rows[~rows["kept"]], rows[rows["peak_bytes"] > LARGE_BYTES]
    if len(misses):
        first = f"The first is that of {title(misses['impl'].iloc[0])} in {misses['cell'].iloc[0]}."
        yield Answer(PREDICTION, f"No, not always: the formulas miss the heap's peak in {len(misses)} of {measurements}. {first}")
        return
    allowed = f"{percent(RELATIVE)} plus {size(ABSOLUTE_BYTES, 0)}"
    above = f" Above {size(LARGE_BYTES, 0)} they are within {percent(large['off'].max(), 2)}." if len(large) else ""
    yield Answer(PREDICTION, f"Yes: the formulas are within {allowed} of the heap's peak in all {measurements}.{above}")


def _leaks(peaks: pd.DataFrame) -> Iterator[Answer]:
    leaked = leaks(peaks)
    if leaked is None:
        return
    if not leaked:
        yield Answer(LEAKS, "No: with the garbage collector off, a step leaves nothing behind in any implementation.")
    for impl, leaked_bytes in leaked.items():
        left = f"a small step leaves {spaced(leaked_bytes)} bytes behind, in a cycle that holds its arrays"
        yield Answer(LEAKS, f"Yes, {title(impl)} does: with the garbage collector off, {left}.")
