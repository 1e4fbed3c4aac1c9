"""time.csv and its parts as they are written: rows go on to time.csv, and past a size all that it holds becomes a part.

The order of the steps makes each kill harmless. The part is written under another name, synced, named, and its name synced;
only then is time.csv cut back to its header. A kill before the part has its name leaves time.csv as it was. A kill after that
leaves rows in both files, and the part says so: it has the digest of the bytes that it took over. While time.csv begins with
those, readers leave them out (`bench.record.time_parts.rows`), and the next run cuts them off before it adds a row.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.record.files.csv_text import take_apart
from bench.record.files.disk import write_whole
from bench.record.tables import Table, Warn, as_rows
from bench.record.time_parts.part import Covered, covers, digest, part_paths, parts_in, write_part
from bench.record.times import VISIT, group_numbers, whole_visits

LARGE = 64 * 2**20  # bytes: some 350 000 rows, which take a second to read and half a hundred MiB to hold
EVERY_S = 60.0  # between two parts, so that there are few of them however fast rows come
GROUP = 150_000  # rows that are in memory at once when a part is read


class TimeTable(Table):
    """The time.csv of a results folder that this process alone writes to, and its parts.

    Raises:
        BadInput: as `Table`, and when a part cannot be read or written.

    """

    def __init__(
        self, folder: Path, large: int = LARGE, every_s: float = EVERY_S, group: int = GROUP, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(folder, "time.csv")
        self._folder = folder
        self._large = large
        self._every_s = every_s
        self._group = group
        self._clock = clock
        self._settled = False
        self._last: float | None = None

    def append(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows; they are on the disk when this returns. What has become large is a part then."""
        self.settle()
        super().append(rows)
        self.roll()

    def settle(self) -> None:
        """Finish what a kill has interrupted: cut off of time.csv what the last part has taken over."""
        if self._settled:
            return
        parts = parts_in(self._folder)
        if parts and covers(parts[-1], self.path):
            self._cut_off(parts[-1].covered.size)
        self._settled = True

    def drop_cut_visits(self, warn: Warn) -> pd.DataFrame:
        """The rows of time.csv, after removing from the file those of visits that a kill cut in half."""
        rows = self.read(warn)
        whole = whole_visits(rows)
        if len(whole) < len(rows):
            self._tell_cut(len(rows) - len(whole), warn)
            self.replace(as_rows(whole))
        return whole

    def roll(self, warn: Warn = lambda sentence: None) -> bool:
        """Make a part of time.csv if it is large, and the last one is some time ago; was one made?"""
        if not self.path.exists() or self.path.stat().st_size < self._large:
            return False
        if self._last is not None and self._clock() - self._last < self._every_s:
            return False
        self._last = self._clock()
        rows = self.read(warn)
        whole = whole_visits(rows)
        if whole.empty:
            return False
        self._refuse_foreign_columns()
        self._tell_cut(len(rows) - len(whole), warn)
        self._mend()
        size = self.path.stat().st_size
        covered = Covered(size, digest(self.path, size), len(rows))
        write_part(self._folder, len(part_paths(self._folder)) + 1, covered, in_groups(whole, self._group))
        self._cut_off(size)
        return True

    def _refuse_foreign_columns(self) -> None:
        """What this version does not know would not come into a part."""
        with open(self.path, "rb") as file:
            header = take_apart(file.readline()).header
        if foreign := sorted({*header} - {*self.columns}):
            self._refuse(foreign)

    def _tell_cut(self, rows: int, warn: Warn) -> None:
        if rows:
            warn(f"{self.path}: {rows} rows of a visit that was cut off are left out")

    def _cut_off(self, size: int) -> None:
        """Leave the header and what comes after so many bytes."""
        with open(self.path, "rb") as file:
            header = file.readline()
            file.seek(size)
            rest = file.read()
        write_whole(self.path, header + rest)


def in_groups(rows: pd.DataFrame, size: int) -> Iterator[pd.DataFrame]:
    """Rows in pieces of at least that size, one at least, cut where no visit is cut: pieces are large where visits lie mixed."""
    start = 0
    for cut in np.flatnonzero(_between_visits(rows)).tolist() if len(rows) > size else ():
        if cut - start >= size:
            yield rows.iloc[start:cut]
            start = cut
    yield rows.iloc[start:]  # an object of its own, which may be taken apart


def _between_visits(rows: pd.DataFrame) -> np.ndarray:
    """Before which row does no visit with times go on that has begun?"""
    places = np.flatnonzero(rows["round"].notna().to_numpy())
    visits = group_numbers(rows[VISIT].iloc[places], VISIT).to_numpy()
    count = int(visits.max()) + 1 if len(visits) else 0
    first, last = np.full(count, len(rows)), np.zeros(count, dtype=np.int64)
    np.minimum.at(first, visits, places)
    np.maximum.at(last, visits, places)
    steps = np.bincount(first + 1, minlength=len(rows) + 2) - np.bincount(last + 1, minlength=len(rows) + 2)
    begun = np.cumsum(steps)[: len(rows)]
    return (begun == 0) & (np.arange(len(rows)) > 0)
