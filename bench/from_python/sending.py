"""Sending: a problem whose functions are defined in a notebook or a test goes to fresh interpreters by value, in a file."""

from __future__ import annotations

import io
import linecache
import pickle
import sys
import sysconfig
from collections import ChainMap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import cloudpickle

from bench.errors import BadInput
from impls import Problem

FILE = "problem.pickle"
NO_FILE = "<dynamic-code>"  # what cloudpickle puts in the place of a function's file, from 3.1.2 on


def send(problem: Problem, folder: Path) -> Path:
    """Write the problem into a file of the folder, which `bench.plan.problems.load_problem` reads in another process.

    Functions are sent with what they refer to; what stands in an installed package is loaded from there. They keep the names of their
    files, by which the lines of a call are found; cells of a notebook are written into the folder as files.

    Raises:
        BadInput: a function refers to what cannot be sent, such as an open file; the sentence names the function.

    """
    functions = {name: solution.function for name, solution in problem.by_name.items()}
    parts: dict[str, Any] = {"setup": problem.setup, "equal": problem.equal, **functions}
    with _by_value(parts.values()):
        for name, function in parts.items():
            _refuse_what_stays(name, function)
        (folder / FILE).write_bytes(_with_files(problem, folder))
    return folder / FILE


def _with_files(problem: Problem, folder: Path) -> bytes:
    """The problem as cloudpickle sends it, but with the file that each function's lines are in."""
    table = ChainMap({CodeType: partial(_code_with_file, folder, {})}, cloudpickle.Pickler.dispatch_table)
    pickler = type("Pickler", (cloudpickle.Pickler,), {"dispatch_table": table})  # it is looked up before an instance could have its own
    stream = io.BytesIO()
    pickler(stream).dump(problem)
    return stream.getvalue()


def _code_with_file(folder: Path, written: dict[str, str], code: CodeType) -> tuple[Any, ...]:
    """What pickle makes a function's code anew from."""
    make, parts = cloudpickle.Pickler.dispatch_table[CodeType](code)
    file = _readable(code.co_filename, folder, written)
    return make, tuple(file if part in (NO_FILE, code.co_filename) else part for part in parts)


def _readable(file: str, folder: Path, written: dict[str, str]) -> str:
    """A file that any process can read the lines from: the same; of a notebook's cell, one that is written now."""
    if file not in written:
        lines = [] if Path(file).is_file() else linecache.getlines(file)
        cells = sum(place != known for known, place in written.items())
        written[file] = str(folder / f"cell_{cells + 1}.py") if lines else file
        if lines:
            Path(written[file]).write_text("".join(lines), encoding="utf-8")
    return written[file]


def _refuse_what_stays(name: str, function: Callable[..., Any]) -> None:
    try:
        cloudpickle.dumps(function)
    except (pickle.PicklingError, TypeError, AttributeError, RecursionError) as error:
        raise BadInput(
            f"versus: {name} cannot be sent to another process, since it refers to what cannot be copied "
            f"({type(error).__name__}: {error}); make that inside of the function, or in setup"
        ) from None


@contextmanager
def _by_value(functions: Any) -> Iterator[None]:
    """Let functions of modules that no fresh interpreter could import be sent as they are, as those of a notebook are."""
    modules = [module for module in {_module(function) for function in functions} if module is not None and not _is_installed(module)]
    for module in modules:
        cloudpickle.register_pickle_by_value(module)
    try:
        yield
    finally:
        for module in modules:
            cloudpickle.unregister_pickle_by_value(module)


def _module(function: Any) -> ModuleType | None:
    """The module that a function was defined in, if it is still there; a notebook's is sent by value anyway."""
    name = getattr(function, "__module__", None)
    return sys.modules.get(name) if name not in (None, "__main__") else None


def _is_installed(module: ModuleType) -> bool:
    """Does it come with Python, with an installed package or with this one?"""
    file = getattr(module, "__file__", None)
    if file is None:  # of C
        return True
    path = Path(file).resolve()
    if "tests" not in path.parts and path.is_relative_to(Path(__file__).resolve().parents[2] / "impls"):
        return True
    homes = {Path(sysconfig.get_paths()[kind]).resolve() for kind in ("stdlib", "platstdlib", "purelib", "platlib")}
    return any(path.is_relative_to(home) for home in homes)
