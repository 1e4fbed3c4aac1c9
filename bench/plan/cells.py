"""A cell is one point of a sweep, and its axes are one table that files, figures and words are made from."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import PurePath
from typing import Any

from bench.plan.allocators import ALLOCATORS
from impls.layers import COLUMNS, HIDDEN_ACTIVATIONS, LAYOUTS
from impls.network import DTYPES, INITIALISERS
from impls.updates import UPDATES

BACKPROPAGATION = "backpropagation"  # the problem that this project began with
DEFAULT_ACTIVATION = "tanh"
DEFAULT_INITIALISER = "orthogonal"


@dataclass(frozen=True)
class Axis:
    """One axis of a sweep.

    An axis with a default came after the first version: ids do not name the default, and its column, if it has one, is
    among the last and is read as the default in files that lack it.

    Attributes:
        name: the field of `Cell` and of `Sweep`, and the column of the CSV files.
        kind: the type that pandas reads the column as; empty if there is no column and only the id has the value.
        title: what a heading calls the axis.
        words: from a value to what a sentence calls it.
        in_id: from a value to how it stands in an id.
        known: the values that there are, if they are few.
        default: the value unless a sweep gives another; None if every cell has to say it.
        of_memory: does memory depend on it?
        of_all: does every problem have it? What does not is empty in the rows of problems that lack it.

    """

    name: str
    kind: str
    title: str
    words: Callable[[Any], str] = "{}".format
    in_id: Callable[[Any], str] = "{}".format
    known: Collection[str] = ()
    default: str | None = None
    of_memory: bool = True
    of_all: bool = False

    def tacit(self, value: Any) -> bool:
        """Is the value left out of ids and sentences?"""
        return value is None or value == self.default


def python_words(name: str) -> str:
    """An interpreter as sentences call it.

    >>> python_words("3.13.0"), python_words("3.13.0t"), python_words("3.14.0j"), python_words("pypy3.9.16")
    ('Python 3.13.0', 'free-threaded Python 3.13.0', 'Python 3.14.0 with its JIT', 'PyPy 3.9.16')
    """
    if name.startswith("pypy"):
        return f"PyPy {name.removeprefix('pypy')}"
    number = name.rstrip("tj")
    build = name.removeprefix(number)
    return f"{'free-threaded ' if 't' in build else ''}Python {number}{' with its JIT' if 'j' in build else ''}"


def python_in_id(name: str) -> str:
    """An interpreter as it stands in an id.

    >>> python_in_id("3.13.0t"), python_in_id("pypy3.9.16")
    ('py3.13.0t', 'pypy3.9.16')
    """
    return name if name.startswith("pypy") else f"py{name}"


AXES = (
    Axis("problem", "string", "problem", default=BACKPROPAGATION, of_all=True),
    Axis("dataset", "string", "data set", in_id=lambda name: PurePath(name).stem),
    Axis("batch", "Int64", "batch", "batch {}".format, "b{}".format),
    Axis("depth", "Int64", "depth", "depth {}".format, "d{}".format, of_all=True),
    Axis("width", "Int64", "width", "width {}".format, "w{}".format, of_all=True),
    Axis("dtype", "string", "dtype", known=DTYPES),
    Axis("update", "string", "update", "{} update".format, known=UPDATES),
    Axis("allocator", "string", "allocator", "{} allocator".format, known=ALLOCATORS, of_memory=False, of_all=True),
    Axis("python", "string", "Python", python_words, python_in_id, default="", of_all=True),
    Axis("layout", "string", "layout", "examples as {}".format, known=LAYOUTS, default=COLUMNS),
    Axis("activation", "", "activation", "{} activation".format, known=HIDDEN_ACTIVATIONS, default=DEFAULT_ACTIVATION),
    Axis("initialiser", "", "initialiser", "{} initialiser".format, known=INITIALISERS, default=DEFAULT_INITIALISER),
)

OF_ALL = frozenset(axis.name for axis in AXES if axis.of_all)


@dataclass(frozen=True)
class Cell:
    """Everything that two measurements must share to be compared: a value for each of `AXES`.

    Attributes:
        dataset: a name that `bench.plan.data.datasets` knows, or the path of a CSV file.
        batch: examples in the step.
        depth: weight layers, from 1; of another problem, its levels.
        width: units of each hidden layer, from 1.
        dtype: "float64" or "float32".
        update: "deferred" or "fused".
        allocator: "default" or "steady".
        activation: of the hidden layers.
        initialiser: of the weights.
        problem: what is computed. Any but backpropagation has neither dataset, batch, dtype, update nor layout.
        python: the version of the interpreter that measures, where a sweep names several; else it is the harness's own.
        layout: what examples are, "columns" or "rows".

    """

    dataset: str
    batch: int
    depth: int
    width: int
    dtype: str
    update: str
    allocator: str
    activation: str = DEFAULT_ACTIVATION
    initialiser: str = DEFAULT_INITIALISER
    problem: str = BACKPROPAGATION
    python: str = ""
    layout: str = COLUMNS

    @classmethod
    def of_problem(cls, problem: str, depth: int, width: int, allocator: str, python: str = "") -> Cell:
        """A cell of a problem that has no axes but those that every problem has.

        >>> Cell.of_problem("tree_sum", 8, 2, "default").id
        'tree_sum-d8-w2-default'
        """
        none: Any = None  # what has a dataset has all four, and who computes with them need not ask
        return cls(none, none, depth, width, none, none, allocator, problem=problem, python=python)

    @property
    def id(self) -> str:
        """The cell as one word, e.g. "breast_cancer-b32-d64-w8-float64-deferred-default".

        >>> Cell("data/iris.csv", 32, 4, 8, "float32", "fused", "steady", activation="relu").id
        'iris-b32-d4-w8-float32-fused-steady-relu'
        """
        return self._id

    @cached_property
    def _id(self) -> str:
        """The id, put together once: what is known of a cell is found by it, dozens of times a pass."""
        return self.name()

    @property
    def memory_id(self) -> str:
        """The cell as one word without what memory does not depend on: the id in the files about memory.

        >>> Cell("breast_cancer", 32, 64, 8, "float64", "deferred", "steady").memory_id
        'breast_cancer-b32-d64-w8-float64-deferred'
        """
        return self.name(*(axis.name for axis in AXES if not axis.of_memory))

    def name(self, *without: str) -> str:
        """The id without some axes."""
        return "-".join(axis.in_id(value) for axis, value in self._named(without))

    def words(self, *without: str) -> str:
        """The cell for a reader, without some axes.

        >>> Cell("digits", 32, 4, 8, "float64", "fused", "steady", activation="relu").words("depth", "width")
        'digits, batch 32, float64, fused update, steady allocator, relu activation'
        """
        return ", ".join(axis.words(value) for axis, value in self._named(without))

    def _named(self, without: Collection[str]) -> list[tuple[Axis, Any]]:
        """The axes whose values are not left out, with the values."""
        values = [(axis, getattr(self, axis.name)) for axis in AXES if axis.name not in without]
        return [(axis, value) for axis, value in values if not axis.tacit(value)]

    def column(self, name: str) -> Any:
        """What the column of an axis says of it; nothing where its problem has no such axis."""
        return getattr(self, name) if self.dataset or name in OF_ALL else None

    def sizes(self, features: int, outputs: int) -> list[int]:
        """Units by layer, input and output included: depth + 1 numbers."""
        return [features] + [self.width] * (self.depth - 1) + [outputs]


def short_names(cells: Sequence[Cell]) -> list[str]:
    """Each cell's id without the axes that are the same in all of them.

    >>> short_names([Cell("my-a.csv", 32, depth, 8, "float64", "fused", "default") for depth in (4, 64)])
    ['d4', 'd64']
    """
    same = [axis.name for axis in AXES if len({getattr(cell, axis.name) for cell in cells}) < 2]
    return [cell.name(*same) for cell in cells]


def cell_of(row: Mapping[str, Any]) -> Cell:
    """The cell that a row's columns and its id describe; a row about memory, without an allocator, gives the default one.

    What has no column is found by building the id with each known value. An id that none of them gives was written by
    another version: the cell has the id for its activation, so that it is not taken for a cell that is known.

    >>> cell_of({"cell": "my-a-b32-d4-w8-float32-fused-relu", "dataset": "my-a.csv", "batch": 32, "depth": 4, "width": 8,
    ...          "dtype": "float32", "update": "fused"}).activation
    'relu'
    """
    columns = {axis.name: row[axis.name] for axis in AXES if axis.kind and axis.name in row and not _unknown(row[axis.name])}
    return _described(str(row["cell"]), tuple(columns.items()))


@lru_cache(maxsize=4096)
def _described(cell_id: str, columns: tuple[tuple[str, Any], ...]) -> Cell:
    without = [axis.name for axis in AXES if not axis.of_memory and axis.name not in dict(columns)]
    values: dict[str, Any] = {axis.name: next(iter(axis.known)) if axis.name in without else axis.default for axis in AXES if axis.kind}
    values |= {name: _plain(value) for name, value in columns}
    without_column = [axis for axis in AXES if not axis.kind]
    for choice in itertools.product(*(axis.known for axis in without_column)):
        cell = Cell(**values | {axis.name: value for axis, value in zip(without_column, choice, strict=True)})
        if cell.name(*without) == cell_id:
            return cell
    return Cell(**values, activation=cell_id)


def _unknown(value: Any) -> bool:
    """Is it what pandas or NumPy has in place of a value?"""
    return value is None or type(value).__name__ == "NAType" or value != value


def _plain(value: Any) -> Any:
    """Python's own number for NumPy's."""
    return value.item() if hasattr(value, "item") else value
