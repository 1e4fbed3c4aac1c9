"""What runs: the registered implementations, a user's own, and the control and the floor beside them."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from bench.errors import BadInput, unknown
from impls import IMPLEMENTATIONS, Implementation

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
    """The registry, with the implementations that the user's files define added to it.

    Raises:
        BadInput: a file cannot be run, defines no implementation, or takes a name that is in use.

    """
    known = dict(IMPLEMENTATIONS)
    for file in files:
        for implementation in load_file(file):
            if implementation.name in known or implementation.name in REFERENCES:
                raise BadInput(f"--with {file}: the name {implementation.name!r} is taken; give your implementation another name")
            known[implementation.name] = implementation
    return known


def load_file(file: str) -> list[Implementation]:
    """Run a user's Python file and return the `Implementation`s that it defines.

    Raises:
        BadInput: it cannot be read, raises, or defines none.

    """
    path = Path(file).resolve()
    if not path.is_file():
        raise BadInput(f"--with {file}: no such file; check the path")
    spec = importlib.util.spec_from_file_location(f"unwind_user_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise BadInput(f"--with {file}: not a Python file; give a file whose name ends in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except SystemExit:
        raise BadInput(f"--with {file}: ends the process when it is run; a file should define implementations and not exit") from None
    except Exception as error:
        raise BadInput(f"--with {file}: raises {type(error).__name__}: {error}; mend the file and try again") from error
    all_there = {id(value): value for value in vars(module).values() if isinstance(value, Implementation)}
    its_own = [implementation for implementation in all_there.values() if implementation not in IMPLEMENTATIONS.values()]
    if not its_own:
        raise BadInput(f"--with {file}: defines no Implementation; see 'Bring your own' in the README")
    return its_own


def choose(names: Sequence[str], known: dict[str, Implementation], source: str) -> list[Implementation]:
    """The implementations of those names in the registry's order; all of them if there are no names.

    `source` is the option or file that gave the names, for a message.

    Raises:
        BadInput: a name is not known.

    """
    for name in names:
        if name not in known:
            raise BadInput(unknown("implementation", name, known, source))
    return [implementation for name, implementation in known.items() if not names or name in names]
