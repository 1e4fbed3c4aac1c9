"""The grid of a sweep, timed by pytest-benchmark: its table, its JSON, its --benchmark-compare.

It times one contender after another in one process, so its ratios carry whatever drifted in between, and no
interval: identical code has differed by 4 % by the ratio of minima, and by 12 % by that of medians. It is
here for who has a habit of it; `make bench` gives ratios that can be trusted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import pytest

from bench.errors import BadInput
from bench.measure.subjects.network import Workbench
from bench.measure.subjects.recursion_limit import raise_recursion_limit
from bench.plan import sweeps
from bench.plan.cells import Cell, short_names
from bench.plan.contenders import REFERENCES
from bench.plan.data import datasets
from impls import IMPLEMENTATIONS

BASELINE = "iterative"
targets: dict[str, str | None] = {}  # dataset -> its label column, from the sweep


def grid(sweep_name: str) -> list[tuple[Cell, str]]:
    """Every contender of every cell; the allocator is this process's, so that axis is left out."""
    try:
        sweep = sweeps.load(sweep_name)
    except BadInput as error:
        raise pytest.UsageError(f"--sweep: {error}") from None
    cells = dict.fromkeys(replace(cell, allocator="default") for cell in sweep.cells())
    for name in sweep.dataset:
        targets[name] = sweep.target
    names = sweep.impls or [name for name, one in IMPLEMENTATIONS.items() if not one.missing]
    return [(cell, contender) for cell in cells for contender in (*names, *REFERENCES)]


def short_ids(points: Sequence[tuple[Cell, str]]) -> list[str]:
    """What of a cell's id is not the same in all, and the contender: "d64-w8-recursive"."""
    names = short_names([cell for cell, _ in points])
    return ["-".join(filter(None, (name, contender))) for name, (_, contender) in zip(names, points, strict=True)]


@lru_cache(maxsize=1)
def workbench(cell: Cell) -> Workbench:
    """The cell's network and data, the same buffers for all its contenders."""
    dataset = datasets.load(cell.dataset, targets.get(cell.dataset))
    return Workbench(cell, *dataset.batch(cell.batch))


def test_step(cell: Cell, contender: str, benchmark: Any) -> None:
    """One training step."""
    benchmark.group = f"depth {cell.depth}, width {cell.width}"
    others = (f"batch {cell.batch}", cell.dtype, cell.update)
    if others != ("batch 32", "float64", "deferred"):
        benchmark.group += ", " + ", ".join(others)
    if cell.dataset != "breast_cancer":
        benchmark.group += f", {cell.dataset}"
    benchmark.extra_info.update(cell=cell.id, contender=contender)
    raise_recursion_limit(cell.depth)
    bench = workbench(cell)
    bench.put_back()
    benchmark(bench.contenders([contender], IMPLEMENTATIONS, BASELINE)[contender]())


def ratio_lines(benchmarks: Iterable[Any]) -> Iterator[str]:
    """The ratios of the shortest times, a line a group."""
    shortest: dict[str, dict[str, float]] = {}
    for one in benchmarks:
        shortest.setdefault(one.group, {})[one.extra_info["contender"]] = one.stats.min
    yield "ratios of minima, without intervals; the control is identical code, so its distance from 1 is noise"
    for group, times in shortest.items():
        if BASELINE in times:
            ratios = [f"{name} {time / times[BASELINE]:.3f}" for name, time in times.items() if name != BASELINE]
            yield f"{group}: {', '.join(ratios)}"
