"""The recorder: each visit goes onto the disk and into what is known so far, as it finishes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from bench.analyse.stopping import Progress
from bench.measure.timing.pass_timer import failed_visit
from bench.measure.timing.passes import Finished
from bench.record.schemas import SCHEMAS, odd_row
from bench.record.tables import Table, as_rows
from bench.record.times import time_rows

ROWS_AT_ONCE = 20_000  # rows on their way into the file take a few kilobytes each; a pass over 10 000 cells has half a million


@dataclass(frozen=True)
class VisitRecorder:
    """Records the visits of one run on one machine.

    Attributes:
        run_id, machine: the first two columns of time.csv.
        table: time.csv, and its parts where it makes them.
        progress: what is known so far.

    """

    run_id: str
    machine: str
    table: Table
    progress: Progress

    def add(self, finished: Finished) -> None:
        """Record a visit; it is on the disk when this returns. What could not be read again is recorded as the failure that it is."""
        rows = self._frame(finished)
        for row, why in odd_row("time.csv", rows):
            culprit = str(rows["impl"].iloc[row])
            rows = self._frame(failed_visit(finished.assignment, [culprit], "error", f"was measured, and {why}"))
            break
        self.table.append(as_rows(rows))
        self.progress.add(rows)

    def add_all(self, visits: Sequence[Finished]) -> None:
        """Record visits that have come together, with one write for many: most of what a visit costs does not depend on its rows."""
        for group in _groups(visits):
            self._add_together(group)

    def _add_together(self, visits: Sequence[Finished]) -> None:
        rows = self._frame(*visits)
        if any(True for _ in odd_row("time.csv", rows)):
            for finished in visits:
                self.add(finished)
            return
        self.table.append(as_rows(rows))
        self.progress.add(rows)

    def _frame(self, *visits: Finished) -> pd.DataFrame:
        rows = [row for finished in visits for row in time_rows(self.run_id, self.machine, finished)]
        return pd.DataFrame(rows, columns=self.table.columns).astype(SCHEMAS["time.csv"])


def _groups(visits: Sequence[Finished]) -> Iterator[list[Finished]]:
    """The visits in order, so many together that they have some `ROWS_AT_ONCE`."""
    group: list[Finished] = []
    rows = 0
    for finished in visits:
        group.append(finished)
        rows += len(finished.rows)
        if rows >= ROWS_AT_ONCE:
            yield group
            group, rows = [], 0
    if group:
        yield group
