"""The three functions that every tool times: the work, the same work again, and 2 % more of it."""

from __future__ import annotations

import os

from bench.measure.other_tools.known_work import hundred, more_2
from bench.measure.subjects.network import Workbench
from bench.measure.subjects.ready import Step
from bench.plan.data.batches import Batch
from bench.plan.selfcheck import TRIO

DATA = "UNWIND_TRIO"  # the variable that names the .npz file with the data
FIRST, AGAIN, MORE = SUBJECTS = ("first", "again", "more")


def functions() -> dict[str, Step]:
    """Subject -> its training step, of 2 to 4 ms, all in the same buffers."""
    bench = Workbench(TRIO, *Batch.read(os.environ[DATA]))
    return {FIRST: bench.step(hundred), AGAIN: bench.step(hundred), MORE: bench.step(more_2)}
