"""A time.csv of a million rows and more, made from the reference's: `python -m bench.tests.record.million_rows DIR`.

The reference's rows are repeated as further passes, and under other batches, so there are more cells too. Times are those
that were measured, a little off in each copy. They are no results: they are as many as a test of scale needs.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from bench.record.tables import Table
from bench.record.time_parts.part import Covered, part_paths, write_part
from bench.record.time_parts.rows import read_times
from bench.record.time_parts.table import GROUP, LARGE, in_groups
from bench.tests.reference import REFERENCE

BATCHES = (32, 64, 128)
BYTES_A_ROW = 178


def main(folder: Path, rows: int = 1_000_000) -> None:
    """Fill a folder with the reference's results and a time.csv of at least so many rows."""
    _copy_others(folder)
    path = folder / "time.csv"
    path.unlink(missing_ok=True)
    for copy in copies(rows):
        copy.to_csv(path, mode="a", header=not path.exists(), index=False)


def in_parts(folder: Path, rows: int) -> None:
    """The same as a run keeps them: in parts of what it lets time.csv grow to, and the rest in time.csv."""
    _copy_others(folder)
    kept: list[pd.DataFrame] = []
    for copy in copies(rows):
        kept.append(copy)
        if sum(map(len, kept)) * BYTES_A_ROW >= LARGE:
            number = len(part_paths(folder)) + 1
            write_part(folder, number, Covered(LARGE, f"{number}", 0), in_groups(pd.concat(kept, ignore_index=True), GROUP))
            kept = []
    Table(folder, "time.csv").replace([])
    for copy in kept:
        copy.to_csv(folder / "time.csv", mode="a", header=False, index=False)


def copies(rows: int) -> Iterator[pd.DataFrame]:
    """At least so many rows, copy by copy; the last is cut after a visit."""
    measured = read_times(REFERENCE, print).whole().astype({"cell": "string"})
    rng, passes, left = np.random.default_rng(0), int(measured["pass"].max()), rows
    for number in range(-(-rows // (len(measured) * len(BATCHES)))):
        for batch in BATCHES if left > 0 else ():
            copy = measured.assign(batch=batch, cell=measured["cell"].str.replace("-b32-", f"-b{batch}-"))
            copy["pass"] += number * passes
            for column in ("cpu_ns", "wall_ns"):
                copy[column] = (copy[column] * batch / 32 * np.exp(rng.normal(0, 0.002, len(copy)))).round(1)
            yield next(in_groups(copy, left)) if left < len(copy) else copy
            left -= len(copy)


def _copy_others(folder: Path) -> None:
    shutil.copytree(REFERENCE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.html", "time.csv", "time"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
