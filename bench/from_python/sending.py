"""Sending: a problem whose functions are defined in a notebook or a test goes to fresh interpreters by value, in a file."""

from __future__ import annotations

import pickle
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import cloudpickle

from bench.errors import BadInput
from impls import Problem

FILE = "problem.pickle"


def send(problem: Problem, folder: Path) -> Path:
    """Write the problem into a file of the folder, which `bench.plan.problems.load_problem` reads in another process.

    Functions are sent with what they refer to; what stands in an installed package is loaded from there.

    Raises:
        BadInput: a function refers to what cannot be sent, such as an open file; the sentence names the function.

    """
    functions = {name: solution.function for name, solution in problem.by_name.items()}
    parts: dict[str, Any] = {"setup": problem.setup, "equal": problem.equal, **functions}
    with _by_value(parts.values()):
        for name, function in parts.items():
            _refuse_what_stays(name, function)
        (folder / FILE).write_bytes(cloudpickle.dumps(problem))
    return folder / FILE


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
