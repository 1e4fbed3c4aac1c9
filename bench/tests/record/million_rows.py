"""A time.csv of a million rows and more, made from the reference's: `python -m bench.tests.record.million_rows DIR`.

The reference's rows are repeated as further passes, and under other batches, so there are more cells too. Times are those
that were measured, a little off in each copy.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from bench.tests.reference import REFERENCE

BATCHES = (32, 64, 128)


def main(folder: Path, rows: int = 1_000_000) -> None:
    """Fill a folder with the reference's results and a time.csv of at least so many rows."""
    shutil.copytree(REFERENCE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.html", "time.csv"))
    measured = pd.read_csv(REFERENCE / "time.csv", keep_default_na=False)
    rng = np.random.default_rng(0)
    passes, copies = int(measured["pass"].max()), -(-rows // (len(measured) * len(BATCHES)))
    path = folder / "time.csv"
    path.unlink(missing_ok=True)
    for number in range(copies):
        for batch in BATCHES:
            copy = measured.assign(batch=batch, cell=measured["cell"].str.replace("-b32-", f"-b{batch}-"))
            copy["pass"] += number * passes
            for column in ("cpu_ns", "wall_ns"):
                copy[column] = (copy[column] * batch / 32 * np.exp(rng.normal(0, 0.002, len(copy)))).round(1)
            copy.to_csv(path, mode="a", header=not path.exists(), index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
