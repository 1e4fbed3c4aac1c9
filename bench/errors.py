"""Why a command ends otherwise than well, said in one sentence."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class BadInput(Exception):
    """One sentence: what is wrong, where, and what to do; the command ends with exit code 2."""


class NothingMeasured(Exception):
    """There is not one measurement to go on; the command ends with exit code 3."""


class GateFailed(Exception):
    """A comparison is certain to be beyond what was allowed; the command ends with exit code 1."""


class ReaderGone(Exception):
    """Whoever read standard output has gone (`| head`), and nobody is left to tell; the command ends with exit code 141."""


def unknown(kind: str, name: str, known: Iterable[str], place: str = "") -> str:
    """A sentence for a name that is not known: what it is near to, or what there is.

    >>> unknown("sweep", "quik", ["smoke", "quick"])
    "unknown sweep 'quik'; did you mean 'quick'?"
    >>> unknown("column", "price", ["age", "sex"], "houses.csv")
    "houses.csv: unknown column 'price'; there are age, sex"
    """
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    remedy = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}"
    return f"{place + ': ' if place else ''}unknown {kind} {name!r}; {remedy}"
