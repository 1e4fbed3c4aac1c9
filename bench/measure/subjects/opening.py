"""Opening a subject in a worker: the problem of a cell, with its implementations, on a bench of the cell's size.

Networks and calls have the same seam, so that those who measure need not ask which of the two they have: a subject has
`implementations`, `reusable`, `broken`, `bench` and `small_bench`; a bench has `contenders` and `step` for the clocks, `work`, `profile`,
`frames` and `repeats` for the meters, `stack_bytes`, `raised_limit_for` and `raise_limit`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from time import perf_counter
from typing import Any

from bench.measure.subjects.calls import CallBench
from bench.measure.subjects.network import Workbench
from bench.plan.cells import BACKPROPAGATION, Cell
from bench.plan.contenders import available
from bench.plan.data.batches import Batch
from bench.plan.problems import load_problem
from impls.contract import BrokenContract, broken
from impls.problem_contract import NoInput, check_solution

CHECK_S = 0.2  # on small inputs, which this Python is given before it is timed
DEPTH_OF_ALL_SHAPES = 3  # a first, a middle and a last layer


class Networks:
    """Backpropagation: a cell's network and its batch."""

    reusable = True  # a step can be made again and again

    def __init__(self, files: Sequence[str]) -> None:
        self.implementations = available(files)

    def broken(self, name: str, cell: Cell) -> str:
        """How an implementation breaks its contract on this Python, with the cell's activation and layout; empty if it keeps it."""
        return broken(self.implementations[name], cell.activation, cell.layout)

    def bench(self, cell: Cell, data: str) -> Workbench:
        """The network of a cell, and the batch in that file."""
        return Workbench(cell, *Batch.read(data))

    def small_bench(self, cell: Cell, data: str) -> Workbench:
        """A network of the same layers that leaves little memory behind."""
        return self.bench(replace(cell, depth=min(cell.depth, DEPTH_OF_ALL_SHAPES)), data)


class Calls:
    """Any other problem: the arguments of a call."""

    def __init__(self, source: str, files: Sequence[str]) -> None:
        self.problem = load_problem(source, files)
        self.implementations = self.problem.by_name
        self.reusable = not self.problem.mutates

    def broken(self, name: str, cell: Cell) -> str:
        """How an implementation answers otherwise than the problem's first on this Python; empty if it does not."""
        end = perf_counter() + CHECK_S
        try:
            check_solution(self.problem, name, enough=lambda: perf_counter() > end)
        except (BrokenContract, NoInput) as error:
            return str(error)
        return ""

    def bench(self, cell: Cell, data: None = None) -> CallBench:
        """The arguments of a cell's size; there are no data."""
        return CallBench(self.problem, cell.depth, cell.width)

    def small_bench(self, cell: Cell, data: None = None) -> CallBench:
        """The smallest arguments."""
        return CallBench(self.problem, 1, 1)


def opened(sources: Mapping[str, str], files: Sequence[str]) -> dict[str, Any]:
    """The subject of every problem of a task, by its name in cells; `sources` are what to load each by."""
    return {name: Networks(files) if name == BACKPROPAGATION else Calls(source, files) for name, source in sources.items()}


def load_libraries(compared: Iterable[Any]) -> None:
    """Import the libraries of implementations once and not in every fork; most take a second."""
    for library in {implementation.library for implementation in compared}:
        if library is not None:
            import_module(library.name)
