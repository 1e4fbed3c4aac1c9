"""The experiment: a sweep with everything that it names found and checked, ready to be measured."""

from __future__ import annotations

import hashlib
import marshal
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from bench.defaults import SWEEPS
from bench.errors import BadInput, unknown
from bench.plan import contenders
from bench.plan.cells import BACKPROPAGATION, Cell
from bench.plan.code_text import code_digest, module_of, taken_from
from bench.plan.data import datasets
from bench.plan.data.datasets import Dataset
from bench.plan.described import Comparable, DescribedProblem
from bench.plan.problems import PlannedProblem, place_of
from bench.plan.sweeps import Grid, Sweep
from impls import IMPLEMENTATIONS, Solution, layers, losses, updates
from impls import problem as problem_module
from impls.layers import COLUMNS


@dataclass(frozen=True)
class Experiment:
    """What is compared, where, and on what.

    Attributes:
        sweep: the grid and its aims, each problem with its sizes.
        baseline: the name of the implementation that ratios are taken against.
        problems: what is computed, by name; each with those of its implementations that keep their contract, the baseline first
            among them if it must be added.
        refused: name -> why, for those that break it; they are never timed.
        data: dataset name -> the data.
        files: the user's own files that define implementations.
        pythons: an interpreter's name in cells -> the program to measure with; "" is the harness's own.
        unusable: an interpreter that was asked for -> why it cannot be measured with.

    """

    sweep: Sweep
    baseline: str
    problems: dict[str, PlannedProblem]
    refused: dict[str, str]
    data: dict[str, Dataset]
    files: tuple[str, ...] = ()
    pythons: Mapping[str, str] = field(default_factory=lambda: {"": sys.executable})
    unusable: Mapping[str, str] = field(default_factory=dict)

    @property
    def contenders(self) -> list[str]:
        """The names of all that is timed: the implementations of every problem, the control and the floor."""
        references = {name for problem in self.problems.values() for name in problem.references}
        return [*self.implementations, *(name for name in contenders.REFERENCES if name in references)]

    @property
    def implementations(self) -> dict[str, Any]:
        """Those of all problems by name; where problems share a name, the first."""
        return {each.name: each for problem in reversed(self.problems.values()) for each in problem.implementations.values()}

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Comparisons worth a row of their own, whatever the baseline."""
        return list(dict.fromkeys(pair.names for problem in self.problems.values() for pair in problem.pairs))

    @property
    def sources(self) -> dict[str, str]:
        """What a worker loads each problem by."""
        return {name: problem.source for name, problem in self.problems.items()}

    @property
    def described(self) -> list[DescribedProblem]:
        """What is told of its problems."""
        return [problem.described(self.baseline) for problem in self.problems.values()]

    @property
    def notes(self) -> list[str]:
        """What was done to the data of the user's own to make them fit; what of the sweep is not used."""
        unused = [] if BACKPROPAGATION in self.problems or self.sweep.name in SWEEPS else self.sweep.of_networks
        names = f"{', '.join(unused)}: not used, since {' and '.join(self.problems)} {'has' if len(self.problems) == 1 else 'have'} none"
        told = [f"sweep {self.sweep.name!r}: {names}"] if unused else []
        return told + [note for data in self.data.values() for note in data.notes]

    @property
    def cells(self) -> list[Cell]:
        """Every cell of the sweep."""
        return self.sweep.cells()

    @property
    def sizes(self) -> dict[str, list[tuple[int, int]]]:
        """Depths and widths of the cells of problems without data, by the problem's name, each once."""
        sizes: dict[str, dict[tuple[int, int], None]] = {}
        for cell in self.cells:
            if not cell.dataset:
                sizes.setdefault(cell.problem, {})[cell.depth, cell.width] = None
        return {name: [*its] for name, its in sizes.items()}

    def compared_in(self, cell: Cell) -> list[str]:
        """The names of all that can be timed in a cell."""
        problem = self.problems[cell.problem]
        return [*problem.implementations, *problem.references]

    def not_in_layout(self, cell: Cell) -> Mapping[str, str]:
        """Who cannot be compared as the cell lays its examples out, and why."""
        return self.problems[cell.problem].not_in.get(cell.layout, {})

    def shape(self, cell: Cell) -> tuple[int, int]:
        """Features and outputs of the cell's networks; none where there are no data."""
        dataset = self.data.get(cell.dataset)
        return (len(dataset.X), len(dataset.Y)) if dataset else (0, 0)

    def settings(self) -> dict[str, Any]:
        """What must be the same when a run is resumed; what is long is there as a digest."""
        return {
            "baseline": self.baseline,
            "blas_threads": self.sweep.blas_threads,
            "implementations": {name: digest for problem in self.problems.values() for name, digest in _codes(problem)},
            "data": {name: _digest(data.X.tobytes(), data.Y.tobytes()) for name, data in self.data.items()},
            "libraries": {"numpy": np.__version__, **{name: version(name) for name in self._libraries}},
        }

    @property
    def _libraries(self) -> list[str]:
        """The packages beside NumPy that implementations are written over, and those that these need."""
        there = [implementation.library for implementation in self.implementations.values()]
        return sorted({name for library in there if library for name in (library.name, *library.needs)})


Known = Callable[[str, Sequence[str]], PlannedProblem]
Refused = Callable[[PlannedProblem, Sequence[str], Sequence[str], str, str], dict[str, str]]


def prepare(
    sweep: Sweep, names: Sequence[str], files: Sequence[str], baseline: str | None, known_problem: Known, refused: Refused
) -> Experiment:
    """Find and check everything that a sweep names.

    `names` are the implementations to compare; if there are none, those that the sweep names, and those of the user's files
    beside them; or all. The baseline is the problem's own unless given. `known_problem(source, files)` is a problem with all
    its implementations, those of the user's files too. `refused(problem, names, files, activation, layout)` checks implementations
    in another process: name -> how it breaks its contract, of those that do.

    Raises:
        BadInput: a name is not known, data cannot be read or learned from, or the baseline itself breaks the contract.

    """
    known = {grid.problem: known_problem(grid.problem, files) for grid in sweep.grids}
    _refuse_problems_of_one_name(known.values(), f"sweep {sweep.name!r}")
    if files and len(known) > 1:
        raise BadInput(f"--with {files[0]}: sweep {sweep.name!r} has several problems; choose one with --problem")
    baseline = baseline or next(iter(known.values())).baseline
    _refuse_unknown(names, baseline, known.values())
    problems: dict[str, PlannedProblem] = {}
    wrong: dict[str, str] = {}
    for problem in known.values():
        its_names = [name for name in names if name in problem.implementations]
        if names and not its_names:
            wrong[problem.name] = f"has no implementation {' or '.join(map(repr, names))}"
            continue
        kept, why = _checked(problem, _wanted(problem, sweep, its_names, baseline), baseline, files, sweep, refused)
        problems[problem.name] = replace(kept, refused=why)
        wrong |= {name if len(known) == 1 else f"{problem.name}: {name}": reason for name, reason in why.items()}
    with_data = BACKPROPAGATION in problems
    _refuse_namesakes(sweep.dataset, f"sweep {sweep.name!r}")
    return Experiment(
        sized(sweep, {source: problem for source, problem in known.items() if problem.name in problems}),
        baseline,
        problems,
        wrong,
        {name: datasets.load(name, sweep.target, f"sweep {sweep.name!r}", sweep.csv_form) for name in sweep.dataset if with_data},
        tuple(str(Path(file).resolve()) for file in files),
    )


def _refuse_problems_of_one_name(problems: Iterable[PlannedProblem], source: str) -> None:
    """Two problems of one name would have the same cell ids."""
    sources: dict[str, str] = {}
    for problem in problems:
        if sources.setdefault(problem.name, problem.source) != problem.source:
            raise BadInput(f"{source}: {sources[problem.name]} and {problem.source} both define {problem.name!r}; rename one")


def _refuse_unknown(names: Sequence[str], baseline: str, problems: Collection[PlannedProblem]) -> None:
    """Refuse a name that no problem knows, and a baseline that one of them lacks."""
    known = dict.fromkeys(name for problem in problems for name in problem.implementations)
    for name in names:
        if name not in known:
            raise BadInput(unknown("implementation", name, known, "--impl"))
    for problem in problems:
        if baseline not in problem.implementations:
            place = "--baseline" if len(problems) == 1 else f"--baseline, problem {problem.name!r}"
            raise BadInput(unknown("implementation", baseline, problem.implementations, place))


def sized(sweep: Sweep, known: Mapping[str, PlannedProblem]) -> Sweep:
    """The sweep with the known ones of its problems, by their names, and at their own sizes where it says none."""
    grids = [
        Grid(
            problem=known[grid.problem].name,
            depth=grid.depth or list(known[grid.problem].depth),
            width=grid.width or list(known[grid.problem].width),
        )
        for grid in sweep.grids
        if grid.problem in known
    ]
    return sweep.model_copy(update={"grid": grids})


def _wanted(problem: PlannedProblem, sweep: Sweep, names: Sequence[str], baseline: str) -> list[Any]:
    """The implementations to compare, the baseline among them."""
    known = dict(problem.implementations)
    registered = {*IMPLEMENTATIONS} if problem.name == BACKPROPAGATION else {*known}
    theirs = [name for name in known if name not in registered]
    chosen = names or (sweep.impls and [*sweep.impls, *theirs])
    wanted = contenders.choose(chosen, known, "--impl" if names else f"sweep {sweep.name!r}")
    if known[baseline] not in wanted:
        wanted.insert(0, known[baseline])
    return wanted


def _checked(
    problem: PlannedProblem, wanted: Sequence[Any], baseline: str, files: Sequence[str], sweep: Sweep, refused: Refused
) -> tuple[PlannedProblem, dict[str, str]]:
    """The problem with those that keep their contract, in one layout at least; name -> why, for the others."""
    names, layouts = [each.name for each in wanted], sweep.layout if problem.name == BACKPROPAGATION else [COLUMNS]
    problem = replace(problem, baseline=baseline)
    not_in = {layout: refused(problem, names, files, sweep.activation, layout) for layout in dict.fromkeys([*layouts, COLUMNS])}
    for layout in layouts:
        if baseline in not_in[layout]:
            raise BadInput(f"the baseline {baseline!r} {not_in[layout][baseline]}; correct it or give another --baseline")
    reasons = {name: why for name, why in not_in[layouts[0]].items() if all(name in not_in[layout] for layout in layouts)}
    kept = {each.name: each for each in wanted if each.name not in reasons}
    if problem.name != BACKPROPAGATION and reasons and len(kept) < 2:
        left_out = "; ".join(f"{name} {reason}" for name, reason in reasons.items())
        raise BadInput(f"{place_of(problem.source)}: there is nothing to compare: {left_out}; correct it")
    return replace(problem, implementations=kept, not_in=not_in), reasons


def _refuse_namesakes(names: Sequence[str], source: str) -> None:
    """Two data sets of one name would have the same cell ids, and their figures would be mixed up."""
    distinct = [*dict.fromkeys(names)]
    stems = [Path(name).stem for name in distinct]
    for name, stem in zip(distinct, stems, strict=True):
        if stems.count(stem) > 1 or (stem in datasets.BUNDLED and name != stem):
            raise BadInput(f"{source}: the name of {name!r} is taken by another dataset; rename the file")


def _codes(problem: PlannedProblem) -> Iterator[tuple[str, str]]:
    """What each part of a problem is called in the settings, with a digest of its code."""
    place = "" if problem.name == BACKPROPAGATION else f"{problem.name}: "
    for name, implementation in problem.implementations.items():
        yield f"{place}{name}", _code(implementation)
    if problem.setup:
        yield f"{place}setup", code_digest([problem.setup])


def _code(implementation: Comparable) -> str:
    """A digest of the code of an implementation; of a function that is in no file, of its bytecode alone."""
    try:
        return code_digest(_modules(implementation))
    except (OSError, ValueError, ImportError):
        code = getattr(implementation.code, "__code__", None)
        return _digest(marshal.dumps(code) if code else repr(implementation.code).encode())


def _modules(implementation: Comparable) -> list[str]:
    """All the code that a step of the implementation runs: its file and package, what all share, and what these import from `impls`."""
    module = module_of(implementation)
    if isinstance(implementation, Solution):
        return [module, problem_module.__name__]
    package = module.rpartition(".")[0]
    parts = [module, *([package] if package.startswith("impls.") else []), layers.__name__, losses.__name__, updates.__name__]
    return [*parts, *taken_from(parts, "impls")]


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(parts)).hexdigest()[:12]
