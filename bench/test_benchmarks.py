"""The grid of a sweep, timed by pytest-benchmark: its table, its JSON, its --benchmark-compare.

It times one contender after another in one process, so its ratios carry whatever drifted in between, and no
interval: identical code has differed by 4 % by the ratio of minima, and by 12 % by that of medians. It is
here for who has a habit of it; `make bench` gives ratios that can be trusted.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from bench.errors import BadInput
from bench.measure.subjects.opening import opened
from bench.measure.subjects.reach import out_of_reach
from bench.measure.workers.checking import refused
from bench.measure.workers.known_problems import known_problem
from bench.plan import sweeps
from bench.plan.cells import Cell, short_names
from bench.plan.contenders import CONTROL
from bench.plan.data.datasets import write_batches
from bench.plan.experiment import Experiment, prepare
from impls.layers import ROWS

ROUNDS = 100  # of calls that need arguments of their own each


@dataclass
class Timed:
    """What the grid is made from: set when it is, and used by each benchmark."""

    experiment: Experiment
    scratch: tempfile.TemporaryDirectory[str] = field(default_factory=tempfile.TemporaryDirectory)

    def __post_init__(self) -> None:
        experiment = self.experiment
        self.data = write_batches(experiment.data, {cell.batch for cell in experiment.cells if cell.dataset}, Path(self.scratch.name))
        self.subjects = opened(experiment.sources, experiment.files)
        self.too_much = {name: out_of_reach(experiment.problems[name], its, experiment.files) for name, its in experiment.sizes.items()}

    def why_not(self, cell: Cell, contender: str) -> str:
        """Why it cannot be timed in a cell; empty if it can."""
        name = self.experiment.baseline if contender == CONTROL else contender
        too_much = self.too_much.get(cell.problem, {}).get((cell.depth, cell.width), {})
        return self.experiment.not_in_layout(cell).get(name, "") or too_much.get(name, "")


timed: list[Timed] = []  # the one of this process


def grid(sweep_name: str | None, problem: str | None = None) -> list[tuple[Cell, str]]:
    """Every contender of every cell; the allocator is this process's, so that axis is left out."""
    try:
        experiment = prepare(sweeps.chosen(sweep_name, problem), [], [], None, known_problem, refused)
    except BadInput as error:
        raise pytest.UsageError(str(error)) from None
    timed[:] = [Timed(experiment)]
    cells = dict.fromkeys(replace(cell, allocator="default") for cell in experiment.cells)
    return [(cell, contender) for cell in cells for contender in experiment.compared_in(cell)]


def short_ids(points: Sequence[tuple[Cell, str]]) -> list[str]:
    """What of a cell's id is not the same in all, and the contender: "d64-w8-recursive"."""
    names = short_names([cell for cell, _ in points])
    return ["-".join(filter(None, (name, contender))) for name, (_, contender) in zip(names, points, strict=True)]


@lru_cache(maxsize=1)
def bench_of(cell: Cell) -> Any:
    """The network and data of a cell, or its arguments: the same for all its contenders."""
    [this] = timed
    subject = this.subjects[cell.problem]
    bench = subject.bench(cell, str(this.data[cell.dataset, cell.batch]) if cell.dataset else None)
    names = [name for name in this.experiment.problems[cell.problem].implementations if not this.why_not(cell, name)]
    bench.raised_limit_for({name: subject.implementations[name] for name in names}, lambda name: None)
    return bench


def test_step(cell: Cell, contender: str, benchmark: Any) -> None:
    """One training step, or one call."""
    [this] = timed
    if reason := this.why_not(cell, contender):
        pytest.skip(reason)
    benchmark.group = group_of(cell, this.experiment.problems[cell.problem].title)
    benchmark.extra_info.update(cell=cell.id, contender=contender, baseline=this.experiment.baseline)
    subject = this.subjects[cell.problem]
    ready = bench_of(cell).contenders([contender], subject.implementations, this.experiment.baseline)[contender]
    if subject.reusable:
        benchmark(ready())
    else:
        benchmark.pedantic(lambda call: call(), setup=lambda: ((ready(1),), {}), rounds=ROUNDS, warmup_rounds=1)


def group_of(cell: Cell, title: str) -> str:
    """The heading of a cell's table: what is usual is left out."""
    size = f"depth {cell.depth}, width {cell.width}"
    if not cell.dataset:
        return f"{title}, {size}"
    others = (f"batch {cell.batch}", cell.dtype, cell.update)
    if others != ("batch 32", "float64", "deferred"):
        size += ", " + ", ".join(others)
    if cell.layout == ROWS:
        size += ", examples as rows"
    return size if cell.dataset == "breast_cancer" else f"{size}, {cell.dataset}"


def left_out_lines() -> Iterator[str]:
    """Who is not timed, and why, a line each."""
    for this in timed:
        for name, reason in this.experiment.refused.items():
            yield f"{name} is left out: it {reason}"


def ratio_lines(benchmarks: Iterable[Any]) -> Iterator[str]:
    """The ratios of the shortest times, a line a group."""
    shortest: dict[str, dict[str, float]] = {}
    baselines: dict[str, str] = {}
    for one in benchmarks:
        shortest.setdefault(one.group, {})[one.extra_info["contender"]] = one.stats.min
        baselines[one.group] = one.extra_info["baseline"]
    yield "ratios of minima, without intervals; the control is identical code, so its distance from 1 is noise"
    for group, times in shortest.items():
        baseline = baselines[group]
        if baseline in times:
            ratios = [f"{name} {time / times[baseline]:.3f}" for name, time in times.items() if name != baseline]
            yield f"{group}: {', '.join(ratios)}"
