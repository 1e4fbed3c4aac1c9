"""The self-check: what is measured, how its time is divided, and what has to come out."""

from __future__ import annotations

from dataclasses import dataclass

from bench.plan.cells import Cell
from bench.plan.contenders import CONTROL
from bench.plan.sweeps import Sweep

BUDGET_S = 540.0  # of a check's whole time; what it starts with and ends with takes some seconds more

# A against A: small and large networks, short and long, where allocators and page faults have a say and where not.
GRID = Sweep(name="selfcheck", depth=[4, 64], width=[8, 64], allocator=["default", "steady"], update=["deferred", "fused"])
GRID_BASELINE = "iterative"

# The work of `measure.more_work`, 3 ms a step. Other tools get the deferred one. No cell of the grid has this depth.
TRIO = Cell("breast_cancer", batch=32, depth=5, width=8, dtype="float64", update="deferred", allocator="default")
KNOWN = Cell("breast_cancer", batch=32, depth=5, width=8, dtype="float64", update="fused", allocator="default")
WORK = "hundred"
MORE = "more_2"
TRIO_CONTENDERS = (WORK, MORE, CONTROL)
KNOWN_CONTENDERS = (WORK, "more_1", "more_5", "more_10")
TRUTH = {"more_1": 1.01, "more_2": 1.02, "more_5": 1.05, "more_10": 1.10}  # how much more work each does


@dataclass(frozen=True)
class Shares:
    """How a budget of seconds is divided.

    Attributes:
        grid_s: for A against A.
        known_s: for the known differences.
        turns: how often all tools have their turn, one after the other, so that all see the machine in the same moods.
        trio_s: for Unwind in each turn, two minutes over all turns of a whole check.

    """

    grid_s: float
    known_s: float
    turns: int
    trio_s: float


WHOLE = Shares(grid_s=140, known_s=50, turns=8, trio_s=15)
PYTEST_BENCHMARK_S = 2.0  # a function, in a session; one is its own default
PYPERF_PROCESSES = 4  # a function, in a session; 20 are its own default, and over all turns there are more
TIMEIT_REPEATS = 5  # its own default


def shares(budget_s: float) -> Shares:
    """The whole check's shares, each shortened alike; one turn at least, in which other tools take what they take."""
    part = budget_s / BUDGET_S
    turns = max(1, round(WHOLE.turns * part))
    return Shares(WHOLE.grid_s * part, WHOLE.known_s * part, turns, WHOLE.trio_s * WHOLE.turns * part / turns)


# What has to come out.
ALPHA = 0.05  # the share of intervals that may miss
CERTAIN = 0.01  # a check fails when chance alone would give what was seen less often than this
FEWEST_INTERVALS = 1_000
FINE = 0.002  # the half-width to be reached within ...
FINE_S = 120.0
COARSE = 0.01  # the half-width for which the next valid tool may take ...
TIMES_FASTER = 5.0  # ... so many times as long
