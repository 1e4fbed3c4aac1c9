"""Which implementation to use: rules over verdicts, peaks and depths, so that the same facts give the same advice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.analyse.advice.facts import Known, Overview
from bench.analyse.ratios import SAME, Ratio
from bench.plan.contenders import control_flow_of, library_of

MUCH_LESS = 0.8  # of the peak of the implementation to use: from here on, another one is worth a word although it is slower
CLASSES = {"faster": 0, "slower": 2}  # of a verdict; the baseline, `same` and `undecided` lie between them


@dataclass(frozen=True)
class Advice:
    """What to use, and what is worth a word beside it.

    Attributes:
        use: the implementation; None where there is nothing to choose from, or nothing known yet.
        recursion: the best recursion, where that is another one.
        beyond: where the one to use has a limit of depth: the best one that has none.
        saving: one that takes more time and far less memory.
        faster: implementations over another library that are faster for certain in both networks.
        timed: has any interval closed?
        alone: were fewer than two compared that give the same result?

    """

    use: Known | None
    recursion: Known | None = None
    beyond: Known | None = None
    saving: Known | None = None
    faster: tuple[Known, ...] = ()
    timed: bool = True
    alone: bool = False


def advise(facts: Overview) -> Advice:
    """The advice that follows from the facts.

    Of those that need NumPy alone and whose training ends on the same figures, the one to use is, in this order: least often
    slower for certain; within 1 % of the least peak; without a limit of depth; first in the registry.
    """
    timed = any(ratio and ratio.closed for row in facts.rows for ratio in (row.narrow, row.wide))
    right = [row for row in facts.rows if row.result != "differs" and not library_of(row.impl)]
    if len(right) < 2 or not (timed or any(row.peak for row in right)):
        return Advice(None, timed=timed, alone=len(right) < 2)
    best = min(right, key=lambda row: _rank(row, right))
    recursions = [row for row in right if control_flow_of(row.impl) == "recursion"]
    unlimited = [row for row in right if not limited(row)]
    return Advice(
        best,
        min(recursions, key=lambda row: _rank(row, right)) if recursions and control_flow_of(best.impl) != "recursion" else None,
        min(unlimited, key=lambda row: _rank(row, right)) if unlimited and limited(best) else None,
        _saving(best, right),
        tuple(row for row in facts.rows if library_of(row.impl) and _always_faster(row)),
        timed,
    )


def limited(row: Known) -> bool:
    """Is it stopped before the most that was tried, as Python comes?"""
    return row.as_it_comes is not None and row.as_it_comes.stopped


def leaner(row: Known, other: Known) -> bool:
    """Is its peak below the other's by more than 1 %, for certain?"""
    return row.peak is not None and other.peak is not None and row.peak.high * (1 + SAME) < other.peak.low


def _rank(row: Known, among: Sequence[Known]) -> tuple[object, ...]:
    """The less the better; what is not known does not count against it."""
    behind = sum(_class(getattr(row, end)) - min(_class(getattr(other, end)) for other in among) for end in ("narrow", "wide"))
    return behind, any(leaner(other, row) for other in among), limited(row), among.index(row)


def _class(ratio: Ratio | None) -> int:
    return CLASSES.get(ratio.verdict, 1) if ratio else 1


def _saving(best: Known, right: Sequence[Known]) -> Known | None:
    """The one with the least peak, if that is far below that of the one to use."""
    known = [row for row in right if row.peak]
    least = min(known, key=lambda row: row.peak.size if row.peak else 0, default=None)
    much = least and least.peak and best.peak and least.peak.high < MUCH_LESS * best.peak.low
    return least if much else None


def _always_faster(row: Known) -> bool:
    known = [ratio for ratio in (row.narrow, row.wide) if ratio]
    return bool(known) and all(ratio.verdict == "faster" for ratio in known)
