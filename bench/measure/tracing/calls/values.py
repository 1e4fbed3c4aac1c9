"""A value in a few words: numbers and texts as they are, containers by their first items, and nothing that runs code of their own."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from types import FunctionType, GeneratorType, ModuleType
from typing import Any

import numpy as np

ATOMS = (int, float, complex, bool, str, bytes, type(None))
LONGEST = 16  # characters of a number or a text
ROOM = 32  # characters of a value, if it can be told in so few
MOST_ITEMS = 6
MOST_CLOSED, CLOSED_ROOM = 3, 10  # items, and characters, that are shown of a container without opening it
BRACKETS = {list: ("[", "]"), tuple: ("(", ")"), set: ("{", "}"), frozenset: ("{", "}"), deque: ("[", "]"), dict: ("{", "}")}
CUT = "…"


def words(value: Any, room: int = ROOM) -> str:
    """The value, with as much of what is inside as there is room for.

    >>> words([[1, [2]], [3, [4]]]), words([[1, [2]], [3, [4]]], 12)
    ('[[1, [2]], [3, [4]]]', '[[…], […]]')
    """
    try:
        tried = (short(value, levels) for levels in (3, 2, 1))
        return next((told for told in tried if len(told) <= room), None) or short(value, 1)
    except Exception:  # a container of a program's own kind may do as it likes
        return type(value).__name__


def short(value: Any, levels: int = 1) -> str:
    """The value; containers and objects are opened so many levels deep.

    >>> short([5, "seven", (1, [2])]), short([5, [7, [9]]]), short(list(range(9))), short("a very long text indeed")
    ("[5, 'seven', (…)]", '[5, […]]', '[0, 1, 2, 3, 4, 5, …]', "'a very long te…'")
    """
    kind = type(value)
    if kind in ATOMS:
        return _atom(value)
    if isinstance(value, np.generic | np.ndarray):
        return _of_numpy(value, levels)
    if isinstance(value, GeneratorType):
        return _generator(value, levels)
    if isinstance(value, FunctionType | type | ModuleType):
        return str(value.__name__)
    for known, brackets in BRACKETS.items():
        if isinstance(value, known):
            return _container(value, brackets, levels)
    names = [*getattr(value, "__dict__", ()), *(name for name in _slots(kind) if hasattr(value, name))]
    return _called(kind.__name__, [object.__getattribute__(value, name) for name in names], levels)


def _atom(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, int) and value.bit_length() > 256:  # Python refuses to write out the largest
        return f"a number of {value.bit_length()} bits"
    words = repr(value[: LONGEST + 1] if isinstance(value, str | bytes) else value)
    return words if len(words) <= LONGEST + 2 else words[: LONGEST - 1] + CUT + (words[-1] if isinstance(value, str | bytes) else "")


def _of_numpy(value: Any, levels: int) -> str:
    if value.ndim == 0:
        item = value.item()
        return _atom(item) if type(item) in ATOMS else type(value).__name__
    if value.dtype.hasobject or value.size > MOST_ITEMS or not levels:
        return f"array {'×'.join(map(str, value.shape))}"
    return short(value.tolist(), levels)


def _generator(value: GeneratorType[Any, Any, Any], levels: int) -> str:
    """The generator's function with its arguments."""
    code = value.gi_code
    known = value.gi_frame.f_locals if value.gi_frame else {}
    return _called(code.co_name, [known[name] for name in code.co_varnames[: code.co_argcount] if name in known], levels)


def _container(value: Any, brackets: tuple[str, str], levels: int) -> str:
    opening, closing = brackets
    if hasattr(value, "_fields") and isinstance(value, tuple):  # a named one
        return _called(type(value).__name__, [*tuple.__iter__(value)], levels)
    if not len(value):
        return opening + closing
    if not levels:
        return _in_few(value, brackets)
    if isinstance(value, dict):
        words = [f"{short(key, 0)}: {short(inside, levels - 1)}" for key, inside in _first(dict.items(value))]
    else:
        words = [short(inside, levels - 1) for inside in _first(value)]
    return opening + ", ".join([*words, *([CUT] if len(value) > MOST_ITEMS else [])]) + closing


def _in_few(value: Any, brackets: tuple[str, str]) -> str:
    """A container that is not opened, unless what is inside takes no more room than to say that something is."""
    opening, closing = brackets
    if len(value) > MOST_CLOSED or isinstance(value, dict) or any(type(item) not in ATOMS for item in value):
        return opening + CUT + closing
    words = opening + ", ".join(_atom(item) for item in value) + closing
    return words if len(words) <= CLOSED_ROOM else opening + CUT + closing


def _called(name: str, inside: list[Any], levels: int) -> str:
    """As if the name were called with what is inside."""
    if not levels:
        return f"{name}({CUT if inside else ''})"
    words = [short(each, levels - 1) for each in inside[:MOST_ITEMS]]
    return f"{name}({', '.join([*words, *([CUT] if len(inside) > MOST_ITEMS else [])])})"


def _first(items: Iterable[Any]) -> list[Any]:
    return [item for item, _ in zip(items, range(MOST_ITEMS), strict=False)]


def _slots(kind: type) -> list[str]:
    return [name for each in kind.__mro__ for name in _as_names(each.__dict__.get("__slots__", ()))]


def _as_names(slots: Any) -> list[str]:
    return [slots] if isinstance(slots, str) else [*slots]
