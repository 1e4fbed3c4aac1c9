"""The self-check: what is measured, how the time is divided, and what the results must be."""

from __future__ import annotations

from dataclasses import dataclass

from bench.defaults import SELFCHECK_S
from bench.plan.cells import Cell
from bench.plan.contenders import CONTROL
from bench.plan.sweeps import Sweep

# A against A: narrow and wide networks, shallow and deep, some with many page faults and some with none.
GRID = Sweep(name="selfcheck", depth=[4, 64], width=[8, 64], allocator=["default", "steady"], update=["deferred", "fused"])
GRID_BASELINE = "iterative"

# The work of `bench.measure.other_tools.known_work`, 3 ms a step. Other tools time TRIO. No cell of the grid has this depth.
TRIO = Cell("breast_cancer", batch=32, depth=5, width=8, dtype="float64", update="deferred", allocator="default")
KNOWN = Cell("breast_cancer", batch=32, depth=5, width=8, dtype="float64", update="fused", allocator="default")
WORK = "hundred"
MORE = "more_2"
TRIO_CONTENDERS = (WORK, MORE, CONTROL)
KNOWN_CONTENDERS = (WORK, "more_1", "more_5", "more_10")
TRUTH = {"more_1": 1.01, "more_2": 1.02, "more_5": 1.05, "more_10": 1.10}  # the true ratio of each to WORK


@dataclass(frozen=True)
class Shares:
    """How a budget of seconds is divided.

    Attributes:
        grid_s: for A against A.
        known_s: for the known differences.
        turns: how often each tool has its turn, one tool after the other, so that all meet the same states of the machine.
        trio_s: for Unwind in each turn, two minutes over all turns of a whole check.

    """

    grid_s: float
    known_s: float
    turns: int
    trio_s: float


WHOLE = Shares(grid_s=140, known_s=50, turns=8, trio_s=15)
PYTEST_BENCHMARK_S = 2.0  # a function, in a session; its own default is one second
PYPERF_PROCESSES = 4  # a function, in a session; its own default is 20, and all turns together have more
TIMEIT_REPEATS = 5  # its own default


def shares(budget_s: float) -> Shares:
    """The whole check's shares, all shortened by the same factor; at least one turn, in which other tools take the time they need."""
    part = budget_s / SELFCHECK_S
    turns = max(1, round(WHOLE.turns * part))
    return Shares(WHOLE.grid_s * part, WHOLE.known_s * part, turns, WHOLE.trio_s * WHOLE.turns * part / turns)


# What the results must be.
ALPHA = 0.05  # the share of intervals that may miss
CERTAIN = 0.01  # a check fails if chance alone would give its result less often than this
FEWEST_INTERVALS = 1_000
FINE = 0.002  # the half-width to be reached within ...
FINE_S = 120.0
COARSE = 0.01  # the half-width for which the next valid tool may take ...
TIMES_FASTER = 5.0  # ... so many times as long
