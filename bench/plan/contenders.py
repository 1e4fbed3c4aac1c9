"""What runs: the registered implementations, a user's own, and the control and the floor beside them.

There is one register of what is told of them. It begins with what comes with the package; whoever reads a results folder, or
begins a run, adds problems and implementations of the user's own (`tell`).
"""

from __future__ import annotations

import importlib.util
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

from bench.errors import BadInput, unknown
from bench.plan.cells import BACKPROPAGATION
from bench.plan.described import BUNDLED, DescribedProblem, Description, titled
from impls import IMPLEMENTATIONS, Implementation, Pair, Problem, Solution

CONTROL = "control"
FLOOR = "floor"
REFERENCES = (CONTROL, FLOOR)

_problems: dict[str, DescribedProblem] = {}
_contenders: dict[str, Description] = {}
_places: dict[str, int] = {}
_names: dict[str, str] = {}


def tell(problems: Iterable[DescribedProblem] = ()) -> None:
    """Let these be looked up, and what comes with the package; of what was told before, nothing is left."""
    for register in (_problems, _contenders, _places, _names):
        register.clear()
    for problem in (*BUNDLED.values(), *problems):
        _problems[problem.name] = problem
        _contenders.update(contenders_of(problem))
        _names.update((key(problem.name, name), name) for name in problem.implementations)
        _places.update((contender, place) for place, contender in enumerate(contenders_of(problem)))


def key(problem: str, name: str) -> str:
    """What a contender is looked up by: its name, with its problem before it, since problems often give the same names.

    Backpropagation's go without. A key is looked up, and never taken apart.

    >>> key("tree_sum", "recursive"), key("tree_sum", CONTROL), key(BACKPROPAGATION, "recursive")
    ('tree_sum: recursive', 'control', 'recursive')
    """
    return name if problem == BACKPROPAGATION or name in REFERENCES else f"{problem}: {name}"


def problem_of(name: str) -> DescribedProblem:
    """What is told of a problem; what can be said of any, if nothing is."""
    return _problems.get(name) or DescribedProblem(name, titled(name), {}, "")


def contenders_of(problem: DescribedProblem) -> dict[str, Description]:
    """Key -> what is told of it, of a problem's implementations, in the order that tables show them."""
    return {key(problem.name, name): told for name, told in problem.implementations.items()}


def told_of(contender: str) -> Description:
    """What is told of a contender, by its key; a title alone, if nothing is."""
    return _contenders.get(contender) or Description(contender, own=contender not in REFERENCES)


def title(contender: str) -> str:
    """What figures and tables call a contender."""
    return told_of(contender).title


def name_of(contender: str) -> str:
    """Its name in the files, by its key."""
    return _names.get(contender, contender)


def control_flow_of(contender: str) -> str:
    """ "loop", "recursion" or "other"."""
    return told_of(contender).control_flow


def library_of(contender: str) -> str:
    """The package that it needs beside NumPy; empty if none."""
    return told_of(contender).library


def cache_of(contender: str) -> str:
    """Where it keeps its cache, if it has one."""
    return told_of(contender).cache


def rank(contender: str) -> int:
    """Its place among the implementations of its problem; what nothing is told of comes after all."""
    return _places.get(contender, len(IMPLEMENTATIONS))


def in_order(contenders: Iterable[str]) -> list[str]:
    """Contenders as figures and tables show them: those that are known, the others by name, the control, the floor."""
    known = {contender: place for place, contender in enumerate(_contenders)}
    return sorted(set(contenders), key=lambda each: (each in REFERENCES, known.get(each, len(known)), each))


def pairs_of(problem: DescribedProblem) -> list[Pair]:
    """Its comparisons worth a row of their own, by the keys of the two."""
    return [replace(pair, impl=key(problem.name, pair.impl), baseline=key(problem.name, pair.baseline)) for pair in problem.pairs]


def asked_of(problem: DescribedProblem) -> dict[str, Pair]:
    """What is asked of it -> the pair whose ratio answers that."""
    return {pair.about: pair for pair in pairs_of(problem) if pair.about}


def foremost(contenders: Iterable[str]) -> tuple[str, ...]:
    """The two to look at first: the first loop and the first recursion, or what there is."""
    there = [*contenders]
    first = [next((each for each in there if control_flow_of(each) == flow), None) for flow in ("loop", "recursion")]
    return tuple(dict.fromkeys([*(each for each in first if each), *there]))[:2]


tell()


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


def run_file(file: str, named: str) -> ModuleType:
    """Run a user's Python file and return its module; `named` is what messages call it by: an option, or "problem".

    Raises:
        BadInput: it cannot be read, ends the process or raises.

    """
    path = _file_at(file, named)
    spec = importlib.util.spec_from_file_location(_module_name(path), path)
    if spec is None or spec.loader is None:
        raise BadInput(f"{named} {file}: not a Python file; give a file whose name ends in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except SystemExit:
        what = "a problem" if named == "problem" else "implementations"
        raise BadInput(f"{named} {file}: ends the process when it is run; a file should define {what} and not exit") from None
    except BaseException as error:  # KeyboardInterrupt too: nobody can send one to a worker
        raise BadInput(f"{named} {file}: raises {_raised(error, path)}; {_remedy(error, path)}") from error
    return module


def _file_at(file: str, named: str) -> Path:
    """The whole path of a user's Python file."""
    try:
        path = Path(file).resolve()
        if path.is_dir():
            raise BadInput(f"{named} {file}: is a folder; give a Python file")
        if not path.is_file():
            raise BadInput(f"{named} {file}: {'is no regular' if path.exists() else 'no such'} file; check the path")
    except (OSError, RuntimeError) as error:  # a folder that may not be looked into, a name that is too long, a circle of links
        raise BadInput(f"{named} {file}: cannot be read ({getattr(error, 'strerror', error)}); check the path") from None
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
    """The implementations of those names in the registry's order; if there are no names all, but those that are measured on request.

    `source` is the option or file that gave the names, for a message.

    Raises:
        BadInput: a name is not known.

    """
    for name in names:
        if name not in known:
            raise BadInput(unknown("implementation", name, known, source))
    if names:
        return [implementation for name, implementation in known.items() if name in names]
    return [implementation for implementation in known.values() if not getattr(implementation, "on_request", False)]
