"""Slices: the parts of a table that one figure or one answer can hold, all alike but for depth, width and allocator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from bench.plan.allocators import ALLOCATORS
from bench.plan.cells import variant
from bench.plan.contenders import REFERENCES

Comparison = tuple[str, str]


@dataclass(frozen=True)
class Slice:
    """One dataset, batch, dtype, update, activation and initialiser.

    Attributes:
        words: these, for a reader.
        name: these, for a file's name; empty for the slice that was recorded first.
        times: the timed rows of time.csv.
        summary: the CPU rows of summary.csv.

    """

    words: str
    name: str
    times: pd.DataFrame
    summary: pd.DataFrame

    @property
    def allocators(self) -> list[str]:
        """Those that there are rows of."""
        return [name for name in ALLOCATORS if name in set(self.times["allocator"])]

    @property
    def comparisons(self) -> list[Comparison]:
        """Everything compared, but the floor and the control."""
        rows = self.summary[~self.summary["impl"].isin(REFERENCES)]
        return list(dict.fromkeys(zip(rows["impl"], rows["baseline"], strict=True)))


def slices(summary: pd.DataFrame, times: pd.DataFrame) -> Iterator[Slice]:
    """The slices of one machine's tables, in the order recorded."""
    cpu = summary[summary["metric"] == "cpu"]
    timed = times[times["round"].notna()]
    keys_of_summary, keys_of_times = _keys(cpu), _keys(timed)
    for number, key in enumerate(dict.fromkeys(keys_of_times)):
        dataset, batch, dtype, update, more = key
        words = f"{dataset}, batch {batch}, {dtype}, {update} update{f', {more}' if more else ''}"
        name = "-".join(filter(None, (Path(dataset).stem, f"b{batch}", dtype, update, more))) if number else ""
        yield Slice(words, name, timed[keys_of_times == key], cpu[keys_of_summary == key])


def _keys(rows: pd.DataFrame) -> pd.Series:
    more = [variant(cell, allocator) for cell, allocator in zip(rows["cell"], rows["allocator"], strict=True)]
    keys = list(zip(rows["dataset"], rows["batch"], rows["dtype"], rows["update"], more, strict=True))
    return pd.Series(keys, index=rows.index, dtype=object)
