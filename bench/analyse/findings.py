"""Findings: the questions that were asked, answered in sentences with figures, from the data.

A finding compares several intervals at once, so each is widened (Bonferroni) until all that the finding
mentions hold together at 95 %.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bench.analyse.observations import Comparison, observe, ratio_interval
from bench.analyse.slices import Slice
from bench.analyse.verdicts import verdict
from bench.analyse.words import listed
from bench.plan.contenders import CONTROL, FLOOR, title
from impls import IMPLEMENTATIONS

ALPHA = 0.05
TOO_FEW = "There are too few passes so far for intervals that hold together; the same command goes on from here."
ALLOCATOR_WORDS = {"default": "with the default allocator", "steady": "with freed memory kept"}


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

    def times(self, what: str = "") -> str:
        """ "1.023 times the CPU time [1.011, 1.034]"."""
        return f"{self.ratio:.3f} times {f'{what} ' if what else ''}{self.interval}"

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
    print large if one alone should be, `label` what it is called then, and `good_or_bad` whether to be slower is bad.
    """

    question: str
    answer: str
    ratios: tuple[Ratio, ...] = ()
    headline: Ratio | None = None
    label: str = ""
    good_or_bad: bool = True


def ratios(data: Slice, comparison: Comparison, allocator: str, alpha: float = ALPHA, deepest: bool = False) -> list[Ratio]:
    """The comparison in every cell of an allocator, by width and depth, with intervals that hold together.

    With `deepest`, only the deepest network of each width.
    """
    rows = data.times[data.times["allocator"] == allocator]
    cells = rows.drop_duplicates("cell").set_index("cell")[["depth", "width"]].sort_values(["width", "depth"])
    if deepest:
        cells = cells.groupby("width").tail(1)
    observations = observe(rows, [comparison])
    samples = {cell: observations.loc[observations["cell"] == cell, "log_ratio"] for cell in cells.index}
    samples = {cell: found for cell, found in samples.items() if len(found)}
    return [
        Ratio(int(cells.at[cell, "depth"]), int(cells.at[cell, "width"]), *ratio_interval(found, alpha / len(samples)))
        for cell, found in samples.items()
    ]


def findings(parts: Sequence[Slice], baseline: str) -> list[Finding]:
    """What the slice that was recorded first says, as far as it goes; the answers name it if there are others."""
    if not parts:
        return []
    data = parts[0]
    found = [
        *(_speed(data) if baseline == "iterative" else ()),
        *_recursion_alone(data),
        *(_release(data) if baseline == "iterative" else ()),
        *_beside_libraries(data, baseline),
        *_above_the_floor(data, baseline),
        *_trust(data, baseline),
    ]
    scope = f"For {data.words}: " if len(parts) > 1 else ""
    return [_worded(finding, scope) for finding in found]


def _worded(finding: Finding, scope: str) -> Finding:
    """With what it is about before it; or, if no interval has closed yet, without a claim."""
    if not _closed(finding):
        return replace(finding, answer=TOO_FEW, headline=None)
    first = finding.answer[0].lower() if scope else finding.answer[0].upper()
    return replace(finding, answer=scope + first + finding.answer[1:])


def _closed(finding: Finding) -> bool:
    """Has any interval of the finding closed, if it has some?"""
    return not finding.ratios or any(one.low > 0 for one in finding.ratios)


def _speed(data: Slice) -> Iterator[Finding]:
    """Recursion against the list that the course teaches."""
    for allocator in data.allocators:
        found = ratios(data, ("recursive", "iterative"), allocator, ALPHA / len(data.allocators))
        if found:
            yield Finding(
                "Is there a speed difference worth noticing?",
                f"{ALLOCATOR_WORDS[allocator]}, recursion against the kept list is {_counts(found)}. {_extremes(found)}",
                tuple(found),
                _most_telling(found),
                f"recursion ÷ kept list, {allocator} allocator",
            )


def _most_telling(found: Sequence[Ratio]) -> Ratio:
    """The ratio that is farthest from 1, of those with a clear verdict if there are any."""
    clear = [one for one in found if one.verdict in ("faster", "slower")]
    return max(clear or found, key=lambda one: abs(math.log(one.ratio)))


def _recursion_alone(data: Slice) -> Iterator[Finding]:
    """Recursion against the list that lets go of its arrays just as early, in the deepest networks."""
    for allocator in data.allocators:
        found = ratios(data, ("recursive", "iterative_pop"), allocator, ALPHA / len(data.allocators), deepest=True)
        if found:
            yield Finding(
                "What do the function calls themselves cost?",
                f"{ALLOCATOR_WORDS[allocator]}, against a list that is popped, and so lets go of its arrays just as early, "
                f"recursion in the deepest networks takes {_by_width(found, 'the CPU time')}. {_from_which_width(found)} "
                f"{FRAMES_WORDS[allocator]}",
                tuple(found),
                found[0],
                f"recursion ÷ popped list, {allocator} allocator",
            )


FRAMES_WORDS = {
    "default": "That is calls, and fresh pages for their frames, which CPython 3.11 to 3.13 gives back as they return "
    "(python/cpython#142183).",
    "steady": "Frames find room that is there already, so that is the calls alone.",
}


def _from_which_width(ratios: Sequence[Ratio]) -> str:
    slower = [one for one in ratios if one.verdict == "slower"]
    if not slower:
        return "At no width is it slower for certain."
    widest = max(slower, key=lambda one: one.width)
    wider = [one for one in ratios if one.width > widest.width]
    if not wider:
        return f"It is slower up to width {widest.width}, the widest that was tried."
    return f"It is slower up to width {widest.width}, and from width {wider[0].width} on not for certain."


def _release(data: Slice) -> Iterator[Finding]:
    """The popped list against the kept one: when the cache is let go of, and what the allocator makes of it."""
    found = {
        allocator: ratios(data, ("iterative_pop", "iterative"), allocator, ALPHA / len(data.allocators)) for allocator in data.allocators
    }
    parts = [f"{ALLOCATOR_WORDS[allocator]} it is {_counts(some)}, at best {_best(some)}" for allocator, some in found.items() if some]
    if parts:
        yield Finding(
            "What does it save to release the cache early?",
            f"popping the list, against keeping it: {'; '.join(parts)}.",
            tuple(one for some in found.values() for one in some),
        )


def _beside_libraries(data: Slice, baseline: str) -> Iterator[Finding]:
    """What people have today: each implementation over another library against the baseline, as the allocator comes."""
    here = set(data.times["impl"]) - {baseline}
    there = [one for name, one in IMPLEMENTATIONS.items() if one.library and name in here]
    for one in there:
        found = ratios(data, (one.name, baseline), data.allocators[0], ALPHA / len(there))
        if found:
            answer = f"{one.title}, against {title(baseline)}, is {_counts(found)}. {_extremes(found)}"
            yield Finding("How does it compare with the libraries that people have?", answer, tuple(found))


def _above_the_floor(data: Slice, baseline: str) -> Iterator[Finding]:
    """How much of a step is matrix products: the baseline over the floor, narrow and wide."""
    found = ratios(data, (baseline, FLOOR), data.allocators[-1], deepest=True)
    if found:
        yield Finding(
            "How much of a step is arithmetic?",
            f"a whole step takes {_by_width(found, 'the time of its matrix products alone')}.",
            tuple(found),
            found[-1],
            "a step ÷ its matrix products",
            good_or_bad=False,
        )


def _trust(data: Slice, baseline: str) -> Iterator[Finding]:
    """The control: the same code twice, each cell's interval at 95 % on its own."""
    groups = observe(data.times, [(CONTROL, baseline)]).groupby("cell", sort=False)
    closed = [one for one in (ratio_interval(group["log_ratio"]) for _, group in groups) if one[1] > 0]
    if closed:
        missed = sum(not low <= 1 <= high for _, low, high in closed)
        widest = max(max(high - ratio, ratio - low) for ratio, low, high in closed)
        yield Finding(
            "Can these figures be trusted?",
            "the control, which is the baseline timed a second time under another name, must come out at 1: its interval, cell by cell, "
            f"contains 1 in {len(closed) - missed} of {len(closed)} cells, and reaches {100 * widest:.1f} % at most from its centre. "
            "An interval of 95 % may miss in 1 of 20.",
        )


def _counts(ratios: Sequence[Ratio]) -> str:
    """ "faster in 3 of 9 cells, slower in 2, within 1 % in 1 and undecided in 3"."""
    counts = {word: sum(one.verdict == word for one in ratios) for word in ("faster", "slower", "same", "undecided")}
    words = {"same": "the same within 1 %", "undecided": "too close to call"}
    parts = [f"{words.get(word, word)} in {count}" for word, count in counts.items() if count]
    parts[0] += f" of {len(ratios)} cells"
    return listed(parts)


def _extremes(found: Sequence[Ratio]) -> str:
    best, worst = min(found, key=lambda one: one.ratio), max(found, key=lambda one: one.ratio)
    return f"At best it takes {best.times('the CPU time')} ({best.place}), at worst {worst.times()} ({worst.place})."


def _best(found: Sequence[Ratio]) -> str:
    best = min(found, key=lambda one: one.ratio)
    return f"{best.times('the CPU time')} ({best.place})"


def _by_width(found: Sequence[Ratio], what: str) -> str:
    return listed([f"{one.times('' if place else what)} at width {one.width}" for place, one in enumerate(found)])
