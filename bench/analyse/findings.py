"""Findings: the questions that were asked, answered in sentences with figures, from the data.

A finding compares several intervals at once, so each is widened (Bonferroni) until all that the finding
mentions hold together at 95 %.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from bench.analyse.observations import Comparison, observe
from bench.analyse.progress import ratio_interval
from bench.analyse.verdicts import verdict
from bench.plan.allocators import ALLOCATORS
from bench.plan.contenders import CONTROL, FLOOR
from bench.record.times import CELL_COLUMNS

ALPHA = 0.05
TOO_FEW = "There are too few passes so far for intervals that hold together; the same command goes on from here."
ALLOCATOR_WORDS = {"default": "As the allocator comes", "steady": "With an allocator that keeps freed memory"}


@dataclass(frozen=True)
class Ratio:
    """One comparison in one cell, with the interval that the finding it belongs to needs."""

    depth: int
    width: int
    ratio: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """What the interval allows one to say."""
        return verdict(self.low, self.high)

    def __str__(self) -> str:
        return f"{self.ratio:.3f} × {self.interval}"

    @property
    def interval(self) -> str:
        """The interval in brackets, or that there is none yet."""
        return f"[{self.low:.3f}, {self.high:.3f}]" if self.low > 0 else "(too few passes for an interval)"

    @property
    def place(self) -> str:
        """Depth and width in words."""
        return f"depth {self.depth}, width {self.width}"


@dataclass(frozen=True)
class Finding:
    """A question and its answer; `ratios` are the figures that the answer rests on, `headline` the one to
    print large if one alone should be, and `label` what it is called then.
    """

    question: str
    answer: str
    ratios: tuple[Ratio, ...] = ()
    headline: Ratio | None = None
    label: str = ""


class Evidence:
    """The observations of one machine's main slice: the dataset, batch, dtype and update with the most rows."""

    def __init__(self, rows: pd.DataFrame) -> None:
        slices = rows.groupby(["machine", "dataset", "batch", "dtype", "update"], sort=False).size()
        self.machine, self.dataset, self.batch, self.dtype, self.update = slices.idxmax()
        chosen = rows[
            (rows["machine"] == self.machine)
            & (rows["dataset"] == self.dataset)
            & (rows["batch"] == self.batch)
            & (rows["dtype"] == self.dtype)
            & (rows["update"] == self.update)
        ]
        self.allocators = [name for name in ALLOCATORS if name in set(chosen["allocator"])]
        self.rows = chosen
        self._cells = chosen.drop_duplicates("cell").set_index("cell")[list(CELL_COLUMNS)]

    def ratios(self, comparison: Comparison, allocator: str, deepest: bool = False, alpha: float = ALPHA) -> list[Ratio]:
        """The comparison in every cell of an allocator, by width and depth, with intervals that hold together.

        With `deepest`, only the deepest network of each width.
        """
        observations = observe(self.rows, [comparison])
        cells = self._cells[self._cells["allocator"] == allocator].sort_values(["width", "depth"])
        if deepest:
            cells = cells.groupby("width").tail(1)
        samples = {cell: observations.loc[observations["cell"] == cell, "log_ratio"] for cell in cells.index}
        samples = {cell: found for cell, found in samples.items() if len(found)}
        return [
            Ratio(int(cells.at[cell, "depth"]), int(cells.at[cell, "width"]), *ratio_interval(found, alpha / len(samples)))
            for cell, found in samples.items()
        ]


def findings(rows: pd.DataFrame, baseline: str) -> list[Finding]:
    """What rows of time.csv say, as far as they go."""
    if not rows["round"].notna().any():
        return []
    evidence = Evidence(rows)
    names = set(rows["impl"])
    found = [
        *(_speed(evidence, baseline) if "recursive" in names and baseline == "iterative" else ()),
        *(_recursion_alone(evidence) if {"recursive", "iterative_pop"} <= names else ()),
        *(_release(evidence) if "iterative_pop" in names and baseline == "iterative" else ()),
        *_above_the_floor(evidence, baseline),
        *_trust(evidence, baseline),
    ]
    return [finding if _closed(finding) else replace(finding, answer=TOO_FEW, headline=None) for finding in found]


def _closed(finding: Finding) -> bool:
    """Has any interval of the finding closed, if it has some?"""
    return not finding.ratios or any(one.low > 0 for one in finding.ratios)


def _speed(evidence: Evidence, baseline: str) -> Iterator[Finding]:
    """Recursion against the list that the course teaches."""
    for allocator in evidence.allocators:
        ratios = evidence.ratios(("recursive", baseline), allocator)
        yield Finding(
            "Is there a speed difference worth noticing?",
            f"{ALLOCATOR_WORDS[allocator]}, recursion against the kept list is {_counts(ratios)}. {_extremes(ratios)}",
            tuple(ratios),
            max(ratios, key=lambda one: abs(math.log(one.ratio))),
            f"recursion ÷ kept list, {allocator} allocator",
        )


def _recursion_alone(evidence: Evidence) -> Iterator[Finding]:
    """Recursion against the list that lets go of its arrays just as early, in the deepest networks."""
    allocator = evidence.allocators[-1]
    ratios = evidence.ratios(("recursive", "iterative_pop"), allocator, deepest=True)
    yield Finding(
        "What do the function calls themselves cost?",
        f"{ALLOCATOR_WORDS[allocator]}, against a list that is popped, and so lets go of its arrays just as early, "
        f"recursion in the deepest networks takes {_by_width(ratios, 'the CPU time')}. " + _from_which_width(ratios),
        tuple(ratios),
        ratios[0],
        "recursion ÷ popped list",
    )


def _from_which_width(ratios: Sequence[Ratio]) -> str:
    slower = [one for one in ratios if one.verdict == "slower"]
    if not slower:
        return "At no width is it slower for certain."
    widest = max(slower, key=lambda one: one.width)
    wider = [one for one in ratios if one.width > widest.width]
    if not wider:
        return f"The cost shows up to width {widest.width}, the widest that was tried."
    return f"The cost shows up to width {widest.width}, and from width {wider[0].width} on it does not."


def _release(evidence: Evidence) -> Iterator[Finding]:
    """The popped list against the kept one: when the cache is let go of, and what the allocator makes of it."""
    parts: list[str] = []
    shown: list[Ratio] = []
    for allocator in evidence.allocators:
        ratios = evidence.ratios(("iterative_pop", "iterative"), allocator, alpha=ALPHA / len(evidence.allocators))
        shown += ratios
        words = ALLOCATOR_WORDS[allocator] if not parts else ALLOCATOR_WORDS[allocator][0].lower() + ALLOCATOR_WORDS[allocator][1:]
        parts.append(f"{words} it is {_counts(ratios)}, at best {_best(ratios)}")
    yield Finding(
        "What does it save to release the cache early?",
        f"Popping the list, against keeping it: {'; '.join(parts)}.",
        tuple(shown),
    )


def _above_the_floor(evidence: Evidence, baseline: str) -> Iterator[Finding]:
    """How much of a step is matrix products: the baseline over the floor, narrow and wide."""
    ratios = evidence.ratios((baseline, FLOOR), evidence.allocators[-1], deepest=True)
    if ratios:
        yield Finding(
            "How much of a step is arithmetic that no implementation can avoid?",
            f"A whole step takes {_by_width(ratios, 'the time of its matrix products alone')}.",
            tuple(ratios),
            ratios[-1],
            "a step ÷ its matrix products",
        )


def _trust(evidence: Evidence, baseline: str) -> Iterator[Finding]:
    """The control: the same code twice, each cell's interval at 95 % on its own."""
    intervals = [
        ratio_interval(group["log_ratio"]) for _, group in observe(evidence.rows, [(CONTROL, baseline)]).groupby("cell", sort=False)
    ]
    closed = [one for one in intervals if one[1] > 0]
    if closed:
        missed = sum(not low <= 1 <= high for _, low, high in closed)
        widest = max(max(high - ratio, ratio - low) for ratio, low, high in closed)
        yield Finding(
            "Can these figures be trusted?",
            "The control, which is the baseline timed a second time under another name, must come out at 1: its interval contains 1 in "
            f"{len(closed) - missed} of {len(closed)} cells, and reaches {100 * widest:.1f} % at most from its centre.",
        )


def _counts(ratios: Sequence[Ratio]) -> str:
    """ "faster in 3 of 9 cells, slower in 2, within 1 % in 1 and undecided in 3"."""
    counts = {word: sum(one.verdict == word for one in ratios) for word in ("faster", "slower", "same", "undecided")}
    words = {"same": "the same within 1 %", "undecided": "too close to call"}
    parts = [f"{words.get(word, word)} in {count}" for word, count in counts.items() if count]
    parts[0] += f" of {len(ratios)} cells"
    return _list(parts)


def _extremes(ratios: Sequence[Ratio]) -> str:
    best, worst = min(ratios, key=lambda one: one.ratio), max(ratios, key=lambda one: one.ratio)
    return f"At best it takes {best} the CPU time ({best.place}), at worst {worst} ({worst.place})."


def _best(ratios: Sequence[Ratio]) -> str:
    best = min(ratios, key=lambda one: one.ratio)
    return f"{best} ({best.place})"


def _by_width(ratios: Sequence[Ratio], what: str) -> str:
    return _list([f"{one}{'' if place else f' {what}'} at width {one.width}" for place, one in enumerate(ratios)])


def _list(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
