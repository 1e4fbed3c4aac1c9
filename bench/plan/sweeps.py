"""A sweep: the grid of cells, what is compared in each, and how far to go. Read from TOML, and checked."""

from __future__ import annotations

import itertools
import tomllib
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from bench.defaults import SWEEPS, USUAL_SWEEP
from bench.errors import BadInput, unknown
from bench.plan.cells import AXES, BACKPROPAGATION, DEFAULT_ACTIVATION, DEFAULT_INITIALISER, Cell
from bench.plan.data.csv_file import USUAL, CsvForm
from bench.text import undecodable
from impls.layers import COLUMNS

KNOWN = {axis.name: axis.known for axis in AXES if axis.known}


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _distinct(values: list[Any]) -> list[Any]:
    return list(dict.fromkeys(values))


MOST = 10**9  # of anything that is counted: the CSV files hold 64-bit integers, and sums of these
Count = Annotated[int, Field(strict=True, ge=1, le=MOST, description=f"a whole number from 1 to {MOST}")]
Counts = Annotated[list[Count], BeforeValidator(_as_list), Field(min_length=1, description=f"a whole number from 1 to {MOST}")]
Words = Annotated[list[str], BeforeValidator(_as_list), Field(min_length=1, description="a word in quotes, or a list of such")]
Word = Annotated[str, Field(description="a word in quotes")]
Switch = Annotated[bool, Field(strict=True, description="true or false")]
Character = Annotated[str, Field(min_length=1, max_length=1, description="one character in quotes")]
Fraction = Annotated[float, Field(strict=True, gt=0, lt=1, description="a fraction above 0 and below 1, such as 0.01")]
Seconds = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False, description="a number of seconds above 0")]


class Grid(BaseModel):
    """A `[[grid]]` of a sweep: a problem at its own depths and widths; those that it is worth measuring at, unless it says others."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    problem: Word
    depth: Counts = []
    width: Counts = []


Grids = Annotated[list[Grid], BeforeValidator(_as_list), Field(min_length=1, description="written as [[grid]], once for each problem")]


class Sweep(BaseModel):
    """What a sweep's TOML file may say. Where several values make sense, a list or a single value.

    Attributes:
        problem: what is computed: backpropagation, or problems by name or by the path of a Python file.
        depth, width, batch: weight layers, hidden units, examples. Other problems may leave depth and width to themselves.
        grid: problems that have depths and widths of their own each; in place of problem, depth and width.
        dataset: "breast_cancer", "digits" or the path of a CSV file, which needs `target`.
        sep, decimal, encoding, encode, drop_missing: how CSV files are read (`bench.plan.data.csv_file.CsvForm`).
        python: interpreters to measure with, by version or path; "" is the harness's own.
        layout: what examples are, "columns" or "rows".
        impls: names to compare; empty means all.
        precision: half the width of the interval to aim for, as a fraction.
        budget_s: seconds after which no further cell is started.
        blas_threads: threads that BLAS may use in the measuring processes.

    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    problem: Words = [BACKPROPAGATION]
    grid: Grids = []
    depth: Counts = []
    width: Counts = []
    batch: Counts = [32]
    dataset: Words = ["breast_cancer"]
    target: Annotated[str | None, Field(description="the name of a column, in quotes")] = None
    sep: Character = USUAL.sep
    decimal: Character = USUAL.decimal
    encoding: Word = USUAL.encoding
    encode: Switch = USUAL.encode
    drop_missing: Switch = USUAL.drop_missing
    dtype: Words = ["float64"]
    update: Words = ["deferred"]
    allocator: Words = ["default"]
    python: Words = [""]
    layout: Words = [COLUMNS]
    activation: Word = DEFAULT_ACTIVATION
    initialiser: Word = DEFAULT_INITIALISER
    impls: Annotated[list[str], BeforeValidator(_as_list), Field(description="a name in quotes, or a list of such")] = []
    precision: Fraction = 0.01
    budget_s: Seconds = 300.0
    blas_threads: Count = 1

    @field_validator(*KNOWN, check_fields=False)
    @classmethod
    def _known(cls, value: Any, info: Any) -> Any:
        for name in _as_list(value):
            if name not in KNOWN[info.field_name]:
                raise ValueError(unknown(info.field_name, name, KNOWN[info.field_name]))
        return value

    @field_validator("dataset")
    @classmethod
    def _printable(cls, names: list[str]) -> list[str]:
        """A dataset's name is part of cell ids, which are shown in many places."""
        for name in names:
            if not name.isprintable():
                raise ValueError(f"dataset {name!r} holds characters that cannot be printed; rename the file")
        return names

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, name: str) -> str:
        try:
            "".encode(name)
        except (LookupError, ValueError):
            raise ValueError(f"unknown encoding {name!r}; give one that Python knows, such as 'utf-8' or 'cp1252'") from None
        return name

    @model_validator(mode="after")
    def _has_sizes(self) -> Sweep:
        """Backpropagation has no sizes of its own."""
        for axis in ("depth", "width"):
            if any(not getattr(grid, axis) for grid in self.grids if grid.problem == BACKPROPAGATION):
                raise ValueError(f"{axis} is missing; add {axis} = [...]")
        if self.grid and {"problem", "depth", "width"} & self.model_fields_set:
            raise ValueError("problem, depth and width stand beside [[grid]]; write them inside of it, once for each problem")
        return self

    @model_validator(mode="after")
    def _told_apart(self) -> Sweep:
        if self.sep == self.decimal:
            raise ValueError(f"sep and decimal are both {self.sep!r}; a value must end where its decimals do not begin")
        return self

    @property
    def csv_form(self) -> CsvForm:
        """How CSV files are read."""
        return CsvForm(self.sep, self.decimal, self.encoding, self.encode, self.drop_missing)

    @property
    def of_networks(self) -> list[str]:
        """The keys that the sweep says and that mean something for networks alone."""
        others = {"name", "problem", "grid", "impls", "precision", "budget_s", "blas_threads", *(axis.name for axis in AXES if axis.of_all)}
        return [key for key in type(self).model_fields if key in self.model_fields_set - others]

    @property
    def grids(self) -> list[Grid]:
        """The problems, each with its depths and widths as far as the sweep says them."""
        return self.grid or [
            Grid.model_construct(problem=problem, depth=self.depth, width=self.width) for problem in _distinct(self.problem)
        ]

    def cells(self) -> list[Cell]:
        """Every combination, in the order written; of problems whose sizes the sweep says.

        A problem other than backpropagation has those axes alone that all problems have.
        """
        return [cell for grid in self.grids for cell in self._cells_of(grid)]

    def _cells_of(self, grid: Grid) -> list[Cell]:
        said: dict[str, list[Any]] = {"problem": [grid.problem], "depth": grid.depth, "width": grid.width}
        every = grid.problem == BACKPROPAGATION
        values: dict[str, list[Any]] = {
            axis.name: said.get(axis.name, _as_list(getattr(self, axis.name))) for axis in AXES if every or axis.of_all
        }
        points = itertools.product(*map(_distinct, values.values()))
        make = Cell if every else Cell.of_problem
        return [make(**dict(zip(values, point, strict=True))) for point in points]


def chosen(name: str | None, problem: str | None) -> Sweep:
    """The sweep of that name, or the usual one; with another problem in place of its own if there is one. A problem is measured
    at its own sizes unless the sweep was asked for.

    Raises:
        BadInput: as `load`.

    """
    sweep = load(name or USUAL_SWEEP)
    if problem is not None and [grid.problem for grid in sweep.grids] != [problem]:
        its_own: dict[str, Any] = {"depth": [], "width": [], "name": "its own sizes"} if name is None else {}
        sweep = sweep.model_copy(update={"problem": [problem], "grid": [], "impls": [], **its_own})
    if problem == BACKPROPAGATION and not (sweep.depth and sweep.width):
        raise BadInput(f"--problem {problem}: sweep {sweep.name!r} says no depth and width for it; give another --sweep")
    return sweep


def load(name: str) -> Sweep:
    """A sweep by name, or from the path of a TOML file.

    Raises:
        BadInput: there is no such sweep, or the file does not say what a sweep may say.

    """
    if name in SWEEPS:
        file = f"{name}.toml"
        return parse((resources.files("bench.plan") / "bundled" / file).read_text("utf-8"), name, file)
    path = Path(name)
    if path.suffix != ".toml":
        raise BadInput(unknown("sweep", name, [*SWEEPS, "the path of a .toml file"]))
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise BadInput(f"cannot read the sweep {name!r}: {error.strerror}; check the path") from None
    except UnicodeDecodeError as error:
        raise BadInput(f"{name}: {undecodable(error)}; save the file as UTF-8, which TOML asks for") from None
    return parse(text.removeprefix("\ufeff"), path.stem, name)


def parse(text: str, name: str, source: str) -> Sweep:
    """The sweep that TOML text describes; `source` is the name of the file, for messages.

    Raises:
        BadInput: as `load`.

    """
    try:
        keys = tomllib.loads(text)
        if "name" in keys:
            raise BadInput(f"{source}: unknown key 'name'; leave it out, a sweep has the name of its file")
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{source}: not TOML: {error}; correct the file") from None
    try:
        return Sweep(name=name, **keys)
    except ValidationError as error:
        raise BadInput(_sentence(error, keys, source)) from None


def _sentence(error: ValidationError, keys: dict[str, Any], source: str) -> str:
    """The first error, an unknown key before a missing one: where it is, what it is, and what to do."""
    first = min(error.errors(), key=lambda details: details["type"] != "extra_forbidden")
    if first["type"] == "value_error":
        return f"{source}: {first['ctx']['error']}"
    fields, place = Sweep.model_fields, first["loc"]
    if place[0] == "grid" and len(place) > 2:
        number = int(place[1])
        keys, source = _as_list(keys["grid"])[number], f"{source}: [[grid]] {number + 1}"
        fields, place = Grid.model_fields, place[2:]
    key, *places = map(str, place)
    where = key + "".join(f"[{place}]" for place in places if isinstance(keys.get(key), list))
    if first["type"] == "extra_forbidden":
        return unknown("key", key, [field for field in fields if field != "name"], source)
    if first["type"] == "missing":
        return f"{source}: {key} is missing; add {key} = ..."
    if first["type"] == "too_short":
        return f"{source}: {where} is empty; give one value or more"
    return f"{source}: {where} is {_as_written(first['input'])}; it should be {fields[key].description}"


def _as_written(value: Any) -> str:
    """A value as TOML writes it."""
    return str(value).lower() if isinstance(value, bool) else repr(value)
