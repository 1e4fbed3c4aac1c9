"""Sameness: whether two answers are the same to the last bit, arrays and nested containers compared whole."""

from __future__ import annotations

import operator
from collections import deque
from dataclasses import fields, is_dataclass
from functools import partial
from types import FunctionType
from typing import Any, Callable, Iterator

ATOMS = (int, float, complex, bool, str, bytes, type(None))


class Incomparable(Exception):
    """Two answers cannot be compared; the message says why."""


def same(answer: Any, expected: Any) -> bool:
    """Are the two the same: of one type, with the same parts, to the last bit? NaN is the same as NaN, and 0.0 as -0.0.

    Lists, tuples, dicts, sets, arrays, functions, dataclasses and objects without a comparison of their own are compared part by
    part, however deep they are nested and whatever refers back to itself; what has a method `equals` (pandas, Polars) by that;
    anything else by `==`.

    Raises:
        Incomparable: `==` fails, or answers with what is neither true nor false; or the answers are iterators, whose parts
            are not known before they are asked for.

    >>> same([1, (2.0, float("nan"))], [1, (2.0, float("nan"))]), same([1], [1.0])
    (True, False)

    """
    ahead: list[tuple[Any, Any]] = [(answer, expected)]
    met: dict[tuple[int, int], tuple[Any, Any]] = {}
    while ahead:
        one, other = ahead.pop()
        if one is other or (id(one), id(other)) in met:
            continue
        if type(one) is not type(other):
            return False
        if isinstance(one, ATOMS):
            if one != other and not (one != one and other != other):
                return False
            continue
        met[id(one), id(other)] = one, other  # kept alive, so that no other pair can come to have their ids
        parts = _parts(one, other)
        if parts is None:
            return False
        ahead += parts
    return True


def _parts(one: Any, other: Any) -> list[tuple[Any, Any]] | None:
    """Pairs of parts that must be the same, of two values of one type; None where the two differ as they stand."""
    kind: Any = type(one)
    if callable(getattr(kind, "equals", None)):
        return [] if _true(kind.equals, one, other) else None
    if hasattr(one, "dtype") and hasattr(one, "shape"):
        return _parts_of_arrays(one, other)
    if isinstance(one, (list, tuple, deque)):
        return list(zip(one, other)) if len(one) == len(other) else None
    if isinstance(one, dict):
        return [(value, other[key]) for key, value in one.items()] if _typed(one) == _typed(other) else None
    if isinstance(one, (set, frozenset)):
        return [] if _typed(one) == _typed(other) else None
    if hasattr(kind, "__next__"):
        raise Incomparable(f"an answer of type {kind.__name__} hands out its items only when asked; return list(...) of it")
    if kind in (FunctionType, partial):
        return list(zip(_made_of(one), _made_of(other)))
    if kind.__eq__ is not object.__eq__ and not _compares_fields(kind):
        return [] if _true(operator.eq, one, other) else None
    mine, theirs = dict(_attributes(one)), dict(_attributes(other))
    if not mine and not theirs and not is_dataclass(one):
        return None  # two objects of which nothing is known but that they are two
    return [(value, theirs[name]) for name, value in mine.items()] if mine.keys() == theirs.keys() else None


def _made_of(function: Any) -> list[Any]:
    """What makes a function what it is, wherever it was made: its code, and what it takes with it."""
    if isinstance(function, partial):
        return [function.func, function.args, function.keywords]
    return [function.__code__, function.__defaults__, function.__kwdefaults__, [*_around(function)]]


def _around(function: FunctionType) -> Iterator[Any]:
    """What it takes from the functions around it, as far as that is there."""
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:
            yield None


def _parts_of_arrays(one: Any, other: Any) -> list[tuple[Any, Any]] | None:
    import numpy as np

    if one.shape != other.shape or one.dtype != other.dtype:
        return None
    try:
        mine, theirs = np.asarray(one), np.asarray(other)
    except Exception as error:
        raise _incomparable(one, error) from None
    if mine.shape != tuple(one.shape):  # not an array after all, such as SciPy's sparse ones
        return [] if _true(operator.eq, one, other) else None
    if mine.dtype.kind == "O":
        return list(zip(mine.ravel().tolist(), theirs.ravel().tolist()))
    return [] if np.array_equal(mine, theirs, equal_nan=mine.dtype.kind in "fcmM") else None


def _typed(values: Any) -> set[tuple[type, Any]]:
    """The keys of a dict or members of a set, with their types: 1 == 1.0 == True."""
    return {(type(value), value) for value in values}


def _compares_fields(kind: type) -> bool:
    """Is its comparison the one that a dataclass is given? That is made when the class is, and has no file."""
    code = getattr(kind.__eq__, "__code__", None)
    return is_dataclass(kind) and getattr(code, "co_filename", "")[:1] == "<"


def _true(question: Callable[[Any, Any], Any], one: Any, other: Any) -> bool:
    try:
        return bool(question(one, other))
    except Exception as error:
        raise _incomparable(one, error) from None


def _incomparable(value: Any, error: Exception) -> Incomparable:
    return Incomparable(f"two answers of type {type(value).__name__} cannot be compared: {type(error).__name__}: {error}")


def _attributes(value: Any) -> Iterator[tuple[str, Any]]:
    """The fields of a dataclass that are compared; of any other object what it holds itself, in slots too."""
    if is_dataclass(value):
        yield from ((each.name, getattr(value, each.name, None)) for each in fields(value) if each.compare)
        return
    yield from getattr(value, "__dict__", {}).items()
    for kind in type(value).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for slot in (slots,) if isinstance(slots, str) else slots:
            private = slot.startswith("__") and not slot.endswith("__")
            name = f"_{kind.__name__.lstrip('_')}{slot}" if private else slot
            if name != "__weakref__" and hasattr(value, name):
                yield name, getattr(value, name)
