"""The self-check: what is measured, how the time is divided, and what the results must be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.defaults import SELFCHECK_S
from bench.plan.cells import Cell
from bench.plan.contenders import CONTROL, FLOOR
from bench.plan.sweeps import Sweep

# The works of `bench.measure.other_tools.known_work`, 3 ms a step but for LARGE.
WORK = "hundred"
MORE = "more_2"
TRUTH = {"more_1": 1.01, "more_2": 1.02, "more_5": 1.05, "more_10": 1.10}  # the true ratio of each to WORK
LARGE = "large_arrays"  # a list with a large array beside it, to disturb whoever is in the same cell
RENAMED = "renamed"  # the kept list's source under another name, a file that is made for the check

GRID = Sweep(name="selfcheck", depth=[4, 64], width=[8, 64], allocator=["default", "steady"], update=["deferred", "fused"])
DEEP = Sweep(name="selfcheck", depth=[38, 64], width=[16], allocator=["default", "steady"])
WIDE = Sweep(name="selfcheck", depth=[64], width=[128], allocator=["steady"])
# Other tools time TRIO. No cell of a sweep above has this depth.
TRIO = Cell("breast_cancer", batch=32, depth=5, width=8, dtype="float64", update="deferred", allocator="default")
KNOWN = Cell("breast_cancer", batch=32, depth=5, width=8, dtype="float64", update="fused", allocator="default")


@dataclass(frozen=True)
class Part:
    """Cells that are visited in the same passes, with the same contenders in each; the control repeats the baseline.

    `visit_s` are the CPU seconds of a visit's rounds: the shorter, the more passes.
    """

    cells: Sequence[Cell]
    contenders: Sequence[str]
    baseline: str
    visit_s: float


PARTS = {
    # A against A: narrow and wide networks, shallow and deep, some with many page faults and some with none.
    "grid": Part(GRID.cells(), ("iterative", CONTROL, RENAMED, LARGE, FLOOR), "iterative", 0.05),
    # Recursion against itself, where it fits into a chunk of frames and where it does not, and contrasts that are not 1.
    "deep": Part(DEEP.cells(), ("iterative", "iterative_pop", "recursive", CONTROL, LARGE, FLOOR), "recursive", 0.08),
    # One step is one measurement, so that whoever ran before would show.
    "wide": Part(WIDE.cells(), ("iterative", "recursive", CONTROL, FLOOR), "iterative", 0.15),
    "known": Part([KNOWN], (WORK, "more_1", "more_5", "more_10"), WORK, 0.15),
    "trio": Part([TRIO], (WORK, MORE, CONTROL), WORK, 0.15),
}
CONTRASTS = [("recursive", "iterative_pop"), ("iterative_pop", "iterative")]  # of the deep part

# Two whole runs, one of them beside a busy neighbour.
RUN_SWEEP = """
depth = 64
width = 8
impls = ["iterative", "iterative_pop", "recursive"]
"""
RUN_BASELINE = "iterative"
RUN_PASSES = 20  # more than a comparison of the two needs
QUIET, BUSY = RUNS = ("quiet", "busy")


@dataclass(frozen=True)
class Shares:
    """How a budget of seconds is divided.

    Attributes:
        grid_s, deep_s, wide_s, known_s: for the parts of these names.
        run_s: for each of the two whole runs.
        turns: how often each tool has its turn, one tool after the other, so that all meet the same states of the machine.
        trio_s: for Unwind in each turn.

    """

    grid_s: float
    deep_s: float
    wide_s: float
    known_s: float
    run_s: float
    turns: int
    trio_s: float

    def of(self, part: str) -> float:
        """The seconds of a part."""
        return float(getattr(self, f"{part}_s"))


WHOLE = Shares(grid_s=80, deep_s=50, wide_s=40, known_s=30, run_s=25, turns=8, trio_s=11)  # other tools take 200 s
PYTEST_BENCHMARK_S = 2.0  # a function, in a session; its own default is one second
PYPERF_PROCESSES = 3  # a function, in a session; its own default is 20, and all turns together have more
TIMEIT_REPEATS = 5  # its own default


def shares(budget_s: float) -> Shares:
    """The whole check's shares, all shortened by the same factor; at least one turn, in which other tools take the time they need."""
    part = budget_s / SELFCHECK_S
    turns = max(1, round(WHOLE.turns * part))
    seconds = {f"{name}_s": WHOLE.of(name) * part for name in ("grid", "deep", "wide", "known", "run")}
    return Shares(**seconds, turns=turns, trio_s=WHOLE.trio_s * WHOLE.turns * part / turns)


# What the results must be.
ALPHA = 0.05  # the share of intervals that may miss
CERTAIN = 0.01  # a check fails if chance alone would give its result less often than this
FEWEST_INTERVALS = 1_000
FINE = 0.002  # the half-width to be reached within ...
FINE_S = 120.0
COARSE = 0.01  # the half-width for which the next valid tool may take ...
TIMES_FASTER = 5.0  # ... so many times as long
