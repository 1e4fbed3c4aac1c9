"""The three functions that every tool times: the work, the same work again, and 2 % more of it."""

from __future__ import annotations

import os

import numpy as np

from bench.measure.other_tools.known_work import hundred, more_2
from bench.measure.timing.steps import Step, Workbench
from bench.plan.selfcheck import TRIO

DATA = "UNWIND_TRIO"  # the variable that names the .npz file with the data
FIRST, AGAIN, MORE = SUBJECTS = ("first", "again", "more")


def functions() -> dict[str, Step]:
    """Subject -> its training step, of 2 to 4 ms, all in the same buffers."""
    with np.load(os.environ[DATA]) as data:
        bench = Workbench(TRIO, data["X"], data["Y"], str(data["loss"]))
    return {FIRST: bench.step(hundred), AGAIN: bench.step(hundred), MORE: bench.step(more_2)}
