"""A series: the time of one implementation in one cell, one figure a pass.

Other tools take every value as an independent sample. Rounds within a process are not independent (they share its
heap layout and addresses), so a tool that had them all would find differences between identical programs. Processes
are, and so each gives the median of its measurements.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bench.record.time_parts.rows import Rows, visits_of


@dataclass(frozen=True)
class Series:
    """CPU seconds a step, the oldest pass first; `iterations` is how many steps the last pass's measurements had."""

    cell: str
    impl: str
    seconds: tuple[float, ...]
    iterations: int

    @property
    def name(self) -> str:
        """A name that no other series of the file has."""
        return f"{self.cell}/{self.impl}"


def series(times: Rows) -> Iterator[Series]:
    """The series in rows of time.csv, cell by cell."""
    visits = visits_of(times)
    timed = visits[visits["round"].notna()].sort_values("pass", kind="stable")
    for (cell, impl), rows in timed.groupby(["cell", "impl"], sort=False, observed=True):
        medians = rows.groupby("pass")["cpu_ns"].median() / 1e9
        yield Series(str(cell), str(impl), tuple(medians), int(rows["iterations"].fillna(1).iloc[-1]))
