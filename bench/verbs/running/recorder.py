"""The recorder: each visit goes onto the disk and into what is known so far, as it finishes."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from bench.analyse.stopping import Progress
from bench.measure.timing.passes import Finished
from bench.record.schemas import SCHEMAS
from bench.record.tables import Table
from bench.record.times import time_rows


@dataclass(frozen=True)
class VisitRecorder:
    """Records the visits of one run on one machine.

    Attributes:
        run_id, machine: the first two columns of time.csv.
        table: time.csv.
        progress: what is known so far.

    """

    run_id: str
    machine: str
    table: Table
    progress: Progress

    def add(self, finished: Finished) -> None:
        """Record a visit; it is on the disk when this returns."""
        rows = time_rows(self.run_id, self.machine, finished)
        self.table.append(rows)
        self.progress.add(pd.DataFrame(rows, columns=self.table.columns).astype(SCHEMAS["time.csv"]))
