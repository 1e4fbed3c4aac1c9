"""Which interpreters are studied: the running one, those that are named, and those that the machine has; each version once."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from bench.errors import BadInput
from bench.measure.interpreters.found import Interpreter, Unusable, candidates, identify, running


def interpreters_to_study(named: Sequence[str], search: bool) -> tuple[list[Interpreter], dict[str, Unusable]]:
    """The running interpreter, then the others from the oldest to the newest; and by its path, why one cannot be studied.

    Of one version the running interpreter comes first, then the one that was named, then one that `search` gave. What
    cannot be studied is no failure if it was not named.

    Raises:
        BadInput: the running program or a named one is not an interpreter that can be studied.

    """
    try:
        mine = running()
    except Unusable as error:
        raise BadInput(f"{sys.executable}: {error.detail}; run unwind on a CPython") from None
    by_version, failures = {mine.name: mine}, {}
    for path in (*named, *(candidates() if search else ())):
        try:
            interpreter = identify(path)
            by_version.setdefault(interpreter.name, interpreter)
        except Unusable as error:
            if path in named and error.status != "timeout":
                raise BadInput(f"--python {path}: {error.detail}; give the path of a CPython or PyPy, 3.9 or newer") from None
            if error.status != "skipped":
                failures[path] = error
    others = [interpreter for interpreter in by_version.values() if interpreter is not mine]
    return [mine, *sorted(others, key=lambda interpreter: interpreter.age)], failures
