"""All rows of time, wherever they are kept, read piece by piece: the parts' one after another, then those of time.csv."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

import pandas as pd

from bench.errors import BadInput
from bench.record.files.pieces import joined
from bench.record.schemas import SCHEMAS
from bench.record.tables import Table, Warn
from bench.record.time_parts.part import Part, covers, part_paths, parts_in, read_part
from bench.record.time_parts.table import GROUP, TimeTable, in_groups
from bench.record.time_parts.visits import KEY, by_visit
from bench.record.times import only, whole_visits
from bench.text import one_line

COLUMNS = [*SCHEMAS["time.csv"]]
Step = Callable[[pd.DataFrame], pd.DataFrame]


class TimeRows:
    """Rows of time.csv and of its parts, of whole visits alone.

    They are not in memory: `pieces` reads them, as often as it is asked to, and `visits` is what most questions need of them.
    """

    def __init__(self, pieces: Callable[[Sequence[str]], Iterator[pd.DataFrame]], visits: Callable[[], pd.DataFrame], files: str) -> None:
        """`files` names them for a reader."""
        self._pieces = pieces
        self._visits = visits
        self.files = files

    def __len__(self) -> int:
        """How many rows there are."""
        return int(self.visits["rows"].sum())

    def pieces(self, columns: Sequence[str] = COLUMNS) -> Iterator[pd.DataFrame]:
        """The rows with at least these columns, in the order recorded; no visit is in two pieces, and there is one at least.

        Raises:
            BadInput: a part is damaged.

        """
        return self._pieces(columns)

    @cached_property
    def visits(self) -> pd.DataFrame:
        """A row for each implementation in each visit, and each failure (`by_visit`).

        Raises:
            BadInput: a part is damaged, or holds what another part or time.csv holds, too.

        """
        return self._visits()

    def any_timed(self) -> bool:
        """Does any row have a time?"""
        return any(rows["round"].notna().any() for rows in self.pieces(["round"]))

    def whole(self) -> pd.DataFrame:
        """All rows in one table, which ten million do not fit into."""
        return joined([*self.pieces()])

    def through(self, step: Step, *needs: str) -> TimeRows:
        """These rows after a step that leaves rows out, or names otherwise what is in a column.

        It does to each row what it would do to that row alone, and looks at the columns that it `needs`.
        """

        def pieces(columns: Sequence[str]) -> Iterator[pd.DataFrame]:
            return map(step, self.pieces([*dict.fromkeys([*columns, *needs])]))

        return TimeRows(pieces, lambda: step(self.visits), self.files)

    def of_machines(self, machines: Sequence[str]) -> TimeRows:
        """Those of these machines."""
        return self.through(lambda rows: only(rows, rows["machine"].isin(machines)), "machine")


def recorded(parts: Sequence[Part], there: pd.DataFrame, group: int = GROUP) -> TimeRows:
    """The rows of parts, and of time.csv those that are `there`; `group` is about how many of these are in a piece."""

    def pieces(columns: Sequence[str]) -> Iterator[pd.DataFrame]:
        for part in parts:
            yield from read_part(part, columns)
        if len(there) or not parts:
            yield from in_groups(there, group)

    return TimeRows(pieces, lambda: _visits(pieces(COLUMNS)), "time.csv and time/" if parts else "time.csv")


def _visits(pieces: Iterable[pd.DataFrame]) -> pd.DataFrame:
    visits = joined([by_visit(rows) for rows in pieces]).reset_index(drop=True)
    timed = visits.loc[visits["round"].notna(), KEY]
    if (twice := timed.duplicated()).any():
        place = timed[twice].iloc[0]
        raise BadInput(
            f"time.csv and its parts hold pass {place['pass']} of {one_line(str(place['cell']))} twice; "
            "put the files back as they were, or move them away, or give another --results"
        )
    return visits


Rows: TypeAlias = pd.DataFrame | TimeRows


def visits_of(rows: Rows) -> pd.DataFrame:
    """A row for each implementation in each visit; a table is taken as it is."""
    return rows.visits if isinstance(rows, TimeRows) else rows


def pieces_of(rows: Rows, columns: Sequence[str]) -> Iterator[pd.DataFrame]:
    """The rows piece by piece; a table is one piece."""
    return rows.pieces(columns) if isinstance(rows, TimeRows) else iter([rows])


def read_times(folder: Path, warn: Warn, group: int = GROUP) -> TimeRows:
    """The rows of time.csv and of its parts, those of visits that a kill cut in half left out.

    Raises:
        BadInput: a file cannot be read.

    """
    while True:
        parts, sentences = parts_in(folder), list[str]()
        try:
            rows = recorded(parts, whole_visits(_rest(Table(folder, "time.csv"), parts, sentences.append)), group)
        except BadInput:
            if part_paths(folder) == [part.path for part in parts]:
                raise
            continue
        if part_paths(folder) == [part.path for part in parts]:  # else a run has made another one meanwhile
            for sentence in sentences:
                warn(sentence)
            return rows


def _rest(table: Table, parts: Sequence[Part], warn: Warn) -> pd.DataFrame:
    """The rows of time.csv that no part has taken over."""
    if not parts or not covers(parts[-1], table.path):
        return table.read(warn)
    covered = parts[-1].covered
    if table.path.stat().st_size == covered.size:
        return pd.DataFrame(columns=COLUMNS).astype(SCHEMAS["time.csv"])
    return table.read(warn).iloc[covered.rows :].reset_index(drop=True)


def read_whole(table: TimeTable, warn: Warn) -> TimeRows:
    """The rows to resume from: what a kill has interrupted is finished, visits that it cut in half are removed from time.csv, and
    what is large becomes a part.

    Raises:
        BadInput: as `read_times`.

    """
    table.settle()
    rolled = table.roll(warn)
    there = table.read() if rolled else table.drop_cut_visits(warn)
    return recorded(parts_in(table.path.parent), there)
