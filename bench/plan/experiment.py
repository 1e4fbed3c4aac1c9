"""The experiment: a sweep with everything that it names found and checked, ready to be measured."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from bench.errors import BadInput, unknown
from bench.plan import contenders, datasets
from bench.plan.cells import Cell
from bench.plan.code_text import code_digest, module_of, taken_from
from bench.plan.datasets import Dataset
from bench.plan.sweeps import Sweep
from impls import IMPLEMENTATIONS, Implementation, layers, losses, updates


@dataclass(frozen=True)
class Experiment:
    """What is compared, where, and on what.

    Attributes:
        sweep: the grid and its aims.
        baseline: the name of the implementation that ratios are taken against.
        implementations: those that keep the contract, by name, the baseline among them.
        refused: name -> why, for those that break it; they are never timed.
        data: dataset name -> the data.
        files: the user's own files that define implementations.

    """

    sweep: Sweep
    baseline: str
    implementations: dict[str, Implementation]
    refused: dict[str, str]
    data: dict[str, Dataset]
    files: tuple[str, ...] = ()

    @property
    def contenders(self) -> list[str]:
        """The names of all that is timed: the implementations, the control and the floor."""
        return [*self.implementations, *contenders.REFERENCES]

    @property
    def notes(self) -> list[str]:
        """What was done to the data of the user's own to make them fit."""
        return [note for data in self.data.values() for note in data.notes]

    @property
    def cells(self) -> list[Cell]:
        """Every cell of the sweep."""
        return self.sweep.cells()

    def shape(self, cell: Cell) -> tuple[int, int]:
        """Features and outputs of the cell's networks."""
        dataset = self.data[cell.dataset]
        return len(dataset.X), len(dataset.Y)

    def settings(self) -> dict[str, Any]:
        """What must be the same when a run is resumed; what is long is there as a digest."""
        return {
            "baseline": self.baseline,
            "blas_threads": self.sweep.blas_threads,
            "implementations": {name: code_digest(_modules(implementation)) for name, implementation in self.implementations.items()},
            "data": {name: _digest(data.X.tobytes(), data.Y.tobytes()) for name, data in self.data.items()},
            "libraries": {"numpy": np.__version__, **{name: version(name) for name in self._libraries}},
        }

    @property
    def _libraries(self) -> list[str]:
        """The packages beside NumPy that implementations are written over, and those that these need."""
        libraries = [implementation.library for implementation in self.implementations.values() if implementation.library]
        return sorted({name for library in libraries for name in (library.name, *library.needs)})


def prepare(
    sweep: Sweep,
    names: Sequence[str],
    files: Sequence[str],
    baseline: str,
    known_implementations: Callable[[Sequence[str]], dict[str, Implementation]],
    broken_contracts: Callable[[Sequence[str], Sequence[str], str], dict[str, str]],
) -> Experiment:
    """Find and check everything that a sweep names.

    `names` are the implementations to compare; if there are none, those that the sweep names, and those
    of the user's files beside them; or all. `known_implementations(files)` are the registry's and those
    of the user's files, by name. `broken_contracts(names, files, activation)` checks
    implementations in another process: name -> how it breaks the contract, of those that do.

    Raises:
        BadInput: a name is not known, data cannot be read or learned from, or the baseline itself
            breaks the contract.

    """
    known = known_implementations(files)
    if baseline not in known:
        raise BadInput(unknown("implementation", baseline, known, "--baseline"))
    theirs = [name for name in known if name not in IMPLEMENTATIONS]
    chosen = names or (sweep.impls and [*sweep.impls, *theirs])
    wanted = contenders.choose(chosen, known, "--impl" if names else f"sweep {sweep.name!r}")
    if known[baseline] not in wanted:
        wanted.insert(0, known[baseline])
    refused = broken_contracts([each.name for each in wanted], files, sweep.activation)
    if baseline in refused:
        raise BadInput(f"the baseline {baseline!r} {refused[baseline]}; correct it or give another --baseline")
    _refuse_namesakes(sweep.dataset, f"sweep {sweep.name!r}")
    return Experiment(
        sweep,
        baseline,
        {each.name: each for each in wanted if each.name not in refused},
        refused,
        {name: datasets.load(name, sweep.target, f"sweep {sweep.name!r}", sweep.csv_form) for name in sweep.dataset},
        tuple(str(Path(file).resolve()) for file in files),
    )


def _refuse_namesakes(names: Sequence[str], source: str) -> None:
    """Two data sets of one name would have the same cell ids, and their figures would be mixed up."""
    distinct = [*dict.fromkeys(names)]
    stems = [Path(name).stem for name in distinct]
    for name, stem in zip(distinct, stems, strict=True):
        if stems.count(stem) > 1 or (stem in datasets.BUNDLED and name != stem):
            raise BadInput(f"{source}: the name of {name!r} is taken by another dataset; rename the file")


def _modules(implementation: Implementation) -> list[str]:
    """All the code that a step of the implementation runs: its file and package, what all share, and what these import from `impls`."""
    module = module_of(implementation)
    package = module.rpartition(".")[0]
    parts = [module, *([package] if package.startswith("impls.") else []), layers.__name__, losses.__name__, updates.__name__]
    return [*parts, *taken_from(parts, "impls")]


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(parts)).hexdigest()[:12]
