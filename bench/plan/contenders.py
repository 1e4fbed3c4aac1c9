"""What runs: the registered implementations, a user's own, and the control and the floor beside them."""

from __future__ import annotations

import importlib.util
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from bench.errors import BadInput, unknown
from impls import IMPLEMENTATIONS, Implementation, Problem, Solution

CONTROL = "control"
FLOOR = "floor"
REFERENCES = (CONTROL, FLOOR)


def title(name: str) -> str:
    """What figures and tables call a contender."""
    return IMPLEMENTATIONS[name].title if name in IMPLEMENTATIONS else name


def in_order(names: Iterable[str]) -> list[str]:
    """Contenders as figures and tables show them: the registry's, a user's own by name, the control, the floor."""
    known = [*IMPLEMENTATIONS]
    return sorted(set(names), key=lambda name: (name in REFERENCES, known.index(name) if name in known else len(known), name))


def available(files: Iterable[str] = ()) -> dict[str, Implementation]:
    """The registry, with the implementations that the user's files define added to it; for workers, since it runs the files.

    Raises:
        BadInput: a file cannot be run, defines no implementation, or takes a name that is in use.

    """
    return {**IMPLEMENTATIONS, **{implementation.name: implementation for of_file in loaded(files) for implementation in of_file}}


def loaded(files: Iterable[str]) -> Iterator[list[Implementation]]:
    """Run the user's files one after the other; for each, the implementations that it defines.

    Raises:
        BadInput: as `available`.

    """
    taken = {*IMPLEMENTATIONS, *REFERENCES}
    for file in files:
        of_file = load_file(file)
        for implementation in of_file:
            if implementation.name in taken:
                raise BadInput(f"--with {file}: the name {implementation.name!r} is taken; give your implementation another name")
            taken.add(implementation.name)
        yield of_file


def load_file(file: str) -> list[Implementation]:
    """Run a user's Python file and return the `Implementation`s that it defines.

    Raises:
        BadInput: it cannot be read, raises, or defines none.

    """
    module = run_file(file, "--with")
    all_there = {id(value): value for value in vars(module).values() if isinstance(value, Implementation)}
    its_own = [implementation for implementation in all_there.values() if implementation not in IMPLEMENTATIONS.values()]
    if not its_own and any(isinstance(value, Problem | Solution) for value in vars(module).values()):
        raise BadInput(f"--with {file}: is about another problem than backpropagation; name the problem, or its file, by --problem")
    if not its_own:
        raise BadInput(f"--with {file}: defines no Implementation; see 'Bring your own' in the README")
    return its_own


def run_file(file: str, option: str) -> ModuleType:
    """Run a user's Python file, which that option named, and return its module.

    Raises:
        BadInput: it cannot be read, ends the process or raises.

    """
    path = _file_at(file, option)
    spec = importlib.util.spec_from_file_location(_module_name(path), path)
    if spec is None or spec.loader is None:
        raise BadInput(f"{option} {file}: not a Python file; give a file whose name ends in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except SystemExit:
        what = "a problem" if option == "--problem" else "implementations"
        raise BadInput(f"{option} {file}: ends the process when it is run; a file should define {what} and not exit") from None
    except BaseException as error:  # KeyboardInterrupt too: nobody can send one to a worker
        raise BadInput(f"{option} {file}: raises {_raised(error, path)}; {_remedy(error, path)}") from error
    return module


def _file_at(file: str, option: str) -> Path:
    """The whole path of a user's Python file."""
    try:
        path = Path(file).resolve()
        if path.is_dir():
            raise BadInput(f"{option} {file}: is a folder; give a Python file")
        if not path.is_file():
            raise BadInput(f"{option} {file}: {'is no regular' if path.exists() else 'no such'} file; check the path")
    except (OSError, RuntimeError) as error:  # a folder that may not be looked into, a name that is too long, a circle of links
        raise BadInput(f"{option} {file}: cannot be read ({getattr(error, 'strerror', error)}); check the path") from None
    return path


def _remedy(error: BaseException, path: Path) -> str:
    """What to do about an error that a user's file raises."""
    name = (error.name or "").partition(".")[0] if isinstance(error, ModuleNotFoundError) else ""
    if name and any((path.parent / beside).exists() for beside in (f"{name}.py", name)):
        import_path = "import sys; from pathlib import Path; sys.path.append(str(Path(__file__).parent))"
        return f"a file's own folder is not on Python's path: put `{import_path}` before the import"
    if isinstance(error, ImportError) and "Problem" in f"{error}":
        return "write `from impls import Problem, Solution`"
    return f"install {name} or correct the import" if name else "correct the file and try again"


def _raised(error: BaseException, path: Path) -> str:
    """What was raised, and in which line of the file."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return f"{type(error).__name__}{f': {error}' if str(error) else ''}{f', in line {lines[-1]}' if lines else ''}"


def _module_name(path: Path) -> str:
    """A name that no other file's module has."""
    name = f"unwind_user_{path.stem}"
    while getattr(sys.modules.get(name), "__file__", str(path)) != str(path):
        name += "_"
    return name


def choose(names: Sequence[str], known: Mapping[str, Any], source: str) -> list[Any]:
    """The implementations of those names in the registry's order; all of them if there are no names.

    `source` is the option or file that gave the names, for a message.

    Raises:
        BadInput: a name is not known.

    """
    for name in names:
        if name not in known:
            raise BadInput(unknown("implementation", name, known, source))
    return [implementation for name, implementation in known.items() if not names or name in names]
