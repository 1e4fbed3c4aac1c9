"""Sameness: whether two answers are the same to the last bit, arrays and nested containers compared whole."""

from __future__ import annotations

from typing import Any, Iterator

ATOMS = (int, float, complex, bool, str, bytes, type(None))


class Incomparable(Exception):
    """Two answers cannot be compared; the message says why."""


def same(answer: Any, expected: Any) -> bool:
    """Are the two the same: of one type, with the same parts, to the last bit? NaN is the same as NaN.

    Lists, tuples, dicts, sets, arrays and objects without a comparison of their own are compared part by part, however deep
    they are nested and whatever refers back to itself; anything else by `==`.

    Raises:
        Incomparable: `==` fails, or answers with what is neither true nor false.

    >>> same([1, (2.0, float("nan"))], [1, (2.0, float("nan"))]), same([1], [1.0])
    (True, False)

    """
    ahead, met = [(answer, expected)], set()
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
        met.add((id(one), id(other)))
        parts = _parts(one, other)
        if parts is None:
            return False
        ahead += parts
    return True


def _parts(one: Any, other: Any) -> "list[tuple[Any, Any]] | None":
    """Pairs of parts that must be the same, of two values of one type; None where the two differ as they stand."""
    if hasattr(one, "dtype") and hasattr(one, "shape"):
        return [] if _same_arrays(one, other) else None
    if isinstance(one, (list, tuple)):
        return list(zip(one, other)) if len(one) == len(other) else None
    if isinstance(one, dict):
        return [(value, other[key]) for key, value in one.items()] if one.keys() == other.keys() else None
    if isinstance(one, (set, frozenset)) or _compares(type(one)):
        return [] if _equal(one, other) else None
    mine, theirs = dict(_attributes(one)), dict(_attributes(other))
    if not mine and not theirs:
        return None  # two objects of which nothing is known but that they are two
    return [(value, theirs[name]) for name, value in mine.items()] if mine.keys() == theirs.keys() else None


def _same_arrays(one: Any, other: Any) -> bool:
    import numpy as np

    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    return bool(np.array_equal(one, other, equal_nan=one.dtype.kind in "fc"))


def _compares(kind: Any) -> bool:
    """Has a type a comparison of its own?"""
    return kind.__eq__ is not object.__eq__


def _equal(one: Any, other: Any) -> bool:
    try:
        return bool(one == other)
    except Exception as error:
        raise Incomparable(f"two answers of type {type(one).__name__} cannot be compared: {type(error).__name__}: {error}") from None


def _attributes(value: Any) -> "Iterator[tuple[str, Any]]":
    """The attributes that an object holds itself, in slots too."""
    yield from getattr(value, "__dict__", {}).items()
    for kind in type(value).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if hasattr(value, name):
                yield name, getattr(value, name)
