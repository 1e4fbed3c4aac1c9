"""What recursion costs beside a loop in each of several problems, and which implementation to use there, a record each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.analyse.advice.facts import Known, Overview, usual_allocator, usual_slice
from bench.analyse.advice.rules import Advice, advise
from bench.analyse.frontier import PeakRatio, peak_ratio
from bench.analyse.ratios import Ratio, ratios
from bench.analyse.slices import Slice
from bench.plan.contenders import control_flow_of


@dataclass(frozen=True)
class Costs:
    """One problem.

    Attributes:
        facts: what is known of its implementations.
        advice: what to use.
        loop, recursion: the first of each that was compared; None if there is none.
        small, large: recursion's CPU time over the loop's with the smallest and the largest input; None is not measured.
        peak_ratio: recursion's peak over the loop's.

    """

    facts: Overview
    advice: Advice
    loop: Known | None
    recursion: Known | None
    small: Ratio | None
    large: Ratio | None
    peak_ratio: PeakRatio | None


def costs(facts: Overview, parts: Sequence[Slice]) -> Costs:
    """What the facts of a problem say of recursion beside a loop."""
    loop, recursion = (next((row for row in facts.rows if control_flow_of(row.impl) == flow), None) for flow in ("loop", "recursion"))
    data = usual_slice(parts)
    compared = ratios(data, (recursion.impl, loop.impl), usual_allocator(data)) if data and loop and recursion else []
    by_size = sorted(compared, key=lambda ratio: (ratio.depth * ratio.width, ratio.depth))
    small, large = (by_size[0], by_size[-1]) if by_size else (None, None)
    peaks = [row.peak for row in (recursion, loop) if row and row.peak]
    return Costs(facts, advise(facts), loop, recursion, small, large, peak_ratio(*peaks) if len(peaks) == 2 else None)
