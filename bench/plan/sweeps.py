"""A sweep: the grid of cells, what is compared in each, and how far to go. Read from TOML, and checked."""

from __future__ import annotations

import itertools
import tomllib
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from bench.errors import BadInput, unknown
from bench.plan.cells import AXES, DEFAULT_ACTIVATION, DEFAULT_INITIALISER, Cell

BUNDLED = ("smoke", "quick", "standard", "full")  # the sweeps that come with the package, in a file each
KNOWN = {axis.name: axis.known for axis in AXES if axis.known}


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _distinct(values: list[Any]) -> list[Any]:
    return list(dict.fromkeys(values))


MOST = 10**9  # of anything that is counted: the CSV files hold 64-bit integers, and sums of these
Count = Annotated[int, Field(strict=True, ge=1, le=MOST)]
Counts = Annotated[list[Count], BeforeValidator(_as_list), Field(min_length=1)]
Words = Annotated[list[str], BeforeValidator(_as_list), Field(min_length=1)]


class Sweep(BaseModel):
    """What a sweep's TOML file may say. Where several values make sense, a list or a single value.

    Attributes:
        depth, width, batch: weight layers, hidden units, examples.
        dataset: "breast_cancer", "digits" or the path of a CSV file, which needs `target`.
        impls: names to compare; empty means all.
        precision: half the width of the interval to aim for, as a fraction.
        budget_s: seconds after which no further cell is started.
        blas_threads: threads that BLAS may use in the measuring processes.

    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    depth: Counts
    width: Counts
    batch: Counts = [32]
    dataset: Words = ["breast_cancer"]
    target: str | None = None
    dtype: Words = ["float64"]
    update: Words = ["deferred"]
    allocator: Words = ["default"]
    activation: str = DEFAULT_ACTIVATION
    initialiser: str = DEFAULT_INITIALISER
    impls: Annotated[list[str], BeforeValidator(_as_list)] = []
    precision: Annotated[float, Field(gt=0, lt=1)] = 0.01
    budget_s: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 300.0
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

    def cells(self) -> list[Cell]:
        """Every combination, in the order written."""
        names = [axis.name for axis in AXES]
        points = itertools.product(*(_distinct(_as_list(getattr(self, name))) for name in names))
        return [Cell(**dict(zip(names, point, strict=True))) for point in points]


def load(name: str) -> Sweep:
    """A sweep by name, or from the path of a TOML file.

    Raises:
        BadInput: there is no such sweep, or the file does not say what a sweep may say.

    """
    if name in BUNDLED:
        file = f"{name}.toml"
        return parse((resources.files("bench.plan") / "bundled" / file).read_text("utf-8"), name, file)
    path = Path(name)
    if path.suffix != ".toml":
        raise BadInput(unknown("sweep", name, [*BUNDLED, "the path of a .toml file"]))
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise BadInput(f"cannot read the sweep {name!r}: {reason}; check the path") from None
    return parse(text, path.stem, name)


def parse(text: str, name: str, source: str) -> Sweep:
    """The sweep that TOML text describes; `source` is the name of the file, for messages.

    Raises:
        BadInput: as `load`.

    """
    try:
        keys = tomllib.loads(text)
        if "name" in keys:
            raise BadInput(f"{source}: unknown key 'name'; leave it out, a sweep has the name of its file")
        return Sweep(name=name, **keys)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{source}: not TOML: {error}; correct the file") from None
    except ValidationError as error:
        raise BadInput(_sentence(error, source)) from None


def _sentence(error: ValidationError, source: str) -> str:
    """The first error, an unknown key before a missing one: where it is, what it is, and what to do."""
    first = min(error.errors(), key=lambda details: details["type"] != "extra_forbidden")
    key = str(first["loc"][0])
    where = key + "".join(f"[{part}]" for part in first["loc"][1:])
    if first["type"] == "extra_forbidden":
        return unknown("key", key, [field for field in Sweep.model_fields if field != "name"], source)
    if first["type"] == "missing":
        return f"{source}: {key} is missing; add {key} = [...]"
    if first["type"] == "value_error":
        return f"{source}: {first['ctx']['error']}"
    if first["type"] == "too_short":
        return f"{source}: {where} is empty; give one value or more"
    wanted = first["msg"].removeprefix("Input should be ").replace("a valid integer", "a whole number").replace("a valid ", "a ")
    return f"{source}: {where} is {first['input']!r}; it should be {wanted}"
