"""Two answers are the same if they are so to the last bit, whatever they are made of."""

import copy
from array import array
from collections import OrderedDict, deque, namedtuple
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from impls.sameness import Incomparable, same

NAN = float("nan")
DEEP = 20_000
Point = namedtuple("Point", "x y")


class Plain:
    def __init__(self, **values):
        self.__dict__.update(values)


class Slotted:
    __slots__ = ("__hidden", "__weakref__", "shown")

    def __init__(self, hidden, shown=0):
        self.__hidden, self.shown = hidden, shown


class Unset:
    __slots__ = ("value",)


class Tolerant:
    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        return abs(self.value - other.value) < 1


class Undecided:
    def __eq__(self, other):
        return np.array([True, False])


@dataclass
class Record:
    value: object
    note: str = field(default="", compare=False)


@dataclass(eq=False)
class Identity:
    value: object


@dataclass
class Close:
    value: float

    def __eq__(self, other):
        return abs(self.value - other.value) < 1


def nested(make, last=0):
    value = last
    for _ in range(DEEP):
        value = make(value)
    return value


def circle(value):
    made = [value]
    made.append(made)
    return made


ALIKE = {
    "numbers": (lambda: [1, 1.5, 1j, True, None, "text", b"bytes", 10**30],),
    "not a number": (lambda: [float("nan"), np.float64("nan"), np.array([1, float("nan")]), complex("nan")],),
    "the sign of a zero": (lambda: 0.0, lambda: -0.0),
    "arrays": (lambda: [np.arange(4.0), np.zeros((0, 3)), np.array(7), np.int8(3), np.array(["a", "b"])],),
    "times": (lambda: np.array(["2020-01-01", "NaT"], dtype="datetime64[D]"),),
    "arrays of objects": (lambda: np.array([{"a": np.arange(3)}, [float("nan")], None], dtype=object),),
    "structured arrays": (lambda: np.array([(1, 2.5)], dtype=[("a", int), ("b", float)]),),
    "containers": (lambda: {"a": [1, (2, {3})], "b": deque([frozenset({4}), array("d", [5])])},),
    "dicts in another order": (lambda: {"a": 1, "b": 2}, lambda: {"b": 2, "a": 1}),
    "named tuples": (lambda: Point(1, [2]),),
    "objects": (lambda: Plain(value=[np.arange(2)], other=Slotted({"a": 1}, Fraction(1, 3))),),
    "dataclasses": (lambda: Record(np.arange(3)), lambda: Record(np.arange(3), "another note")),
    "dataclasses without a comparison": (lambda: Identity([1]),),
    "a comparison of their own": (lambda: [Tolerant(1), Close(1)], lambda: [Tolerant(1.5), Close(1.5)]),
    "data frames": (lambda: [pd.DataFrame({"a": [1, NAN]}), pd.Series([1, NAN]), pd.Index([1, 2])],),
    "a circle": (lambda: circle(1),),
    "deep lists": (lambda: nested(lambda inner: [inner]),),
    "deep tuples and dicts": (lambda: nested(lambda inner: ({"a": inner},)),),
    "deep dataclasses": (lambda: nested(Record),),
    "deep objects": (lambda: nested(lambda inner: Plain(inner=inner)),),
}
DIFFERENT = {
    "a number": (1, 2),
    "the last bit": (0.1 + 0.2, 0.3),
    "a type": (1, 1.0),
    "a truth value": (True, 1),
    "NumPy's number": (np.int64(1), 1),
    "a list and a tuple": ([1], (1,)),
    "a length": ([1, 2], [1, 2, 3]),
    "an order": ([1, 2], [2, 1]),
    "a type inside": ([1, [2]], [1, [2.0]]),
    "a key": ({"a": 1}, {"b": 1}),
    "a key more": ({"a": 1}, {"a": 1, "b": 2}),
    "a key's type": ({1: "a"}, {1.0: "a"}),
    "a value": ({"a": [1]}, {"a": [2]}),
    "a member": ({1, 2}, {1, 3}),
    "a member's type": ({1, 2}, {1.0, 2}),
    "not a number": (NAN, 1.0),
    "an array's number": (np.array([1.0, 2.0]), np.array([1.0, np.nextafter(2.0, 3)])),
    "an array's type": (np.zeros(2), np.zeros(2, dtype=np.float32)),
    "an array's shape": (np.zeros((2, 3)), np.zeros((3, 2))),
    "a shape that would broadcast": (np.zeros(3), np.zeros(1)),
    "an array of objects": (np.array([[1], [2, 3]], dtype=object), np.array([[1], [2, 4]], dtype=object)),
    "an attribute": (Plain(value=1), Plain(value=2)),
    "an attribute more": (Plain(value=1), Plain(value=1, other=2)),
    "a slot": (Slotted(1, 2), Slotted(1, 3)),
    "a private slot": (Slotted(1), Slotted(2)),
    "a dataclass's array": (Record(np.arange(3)), Record(np.arange(1, 4))),
    "a named tuple's field": (Point(1, 2), Point(1, 3)),
    "a namespace": (SimpleNamespace(a=1), SimpleNamespace(a=2)),
    "a comparison of its own": (Tolerant(1), Tolerant(3)),
    "a dataclass's comparison of its own": (Close(1), Close(3)),
    "a data frame": (pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [1, 3]})),
    "a series' labels": (pd.Series([1, 2], index=[0, 1]), pd.Series([1, 2], index=[1, 2])),
    "two objects of which nothing is known": (object(), object()),
    "slots that are not set": (Unset(), Unset()),
    "the end of a deep list": (nested(lambda inner: [inner], 1), nested(lambda inner: [inner], 2)),
    "a circle": (circle(1), circle(2)),
    "a dict that is ordered": (OrderedDict(a=1), {"a": 1}),
}


@pytest.mark.parametrize("makers", ALIKE.values(), ids=ALIKE)
def test_what_is_made_alike_is_the_same(makers):
    one, other = makers[0](), makers[-1]()
    assert one is not other
    assert same(one, other)
    assert same(other, one)


@pytest.mark.parametrize(("one", "other"), DIFFERENT.values(), ids=DIFFERENT)
def test_one_difference_is_enough(one, other):
    assert not same(one, other)
    assert not same(other, one)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=2), inner, max_size=4),
    max_leaves=8,
)


@settings(deadline=None)
@given(JSON, JSON)
def test_of_nested_data_it_says_what_their_texts_say(one, other):
    assert same(one, other) == (texts(one) == texts(other))
    assert same(one, copy.deepcopy(one))


def texts(value):
    """All that there is to know, as text; dicts in order of their keys, and no sign at a zero."""
    if isinstance(value, dict):
        return f"dict of {sorted((repr(key), texts(inner)) for key, inner in value.items())}"
    if isinstance(value, list):
        return str([texts(inner) for inner in value])
    return repr(0.0) if repr(value) == "-0.0" else repr(value)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (Undecided, "type Undecided cannot be compared: ValueError"),
        (lambda: sparse.csr_array(np.eye(2)), "cannot be compared"),
        (lambda: (number for number in range(3)), r"type generator hands out its items only when asked; return list\(\.\.\.\)"),
        (lambda: [map(str, range(3))], "type map hands out its items"),
    ],
    ids=["neither true nor false", "sparse", "a generator", "a map"],
)
def test_what_cannot_be_compared_is_told(make, told):
    with pytest.raises(Incomparable, match=told):
        same(make(), make())


def test_parts_that_are_made_for_the_comparison_are_not_taken_for_each_other():
    """Lists of objects come out of arrays anew, and may get the place in memory of those before."""
    makers = [np.array([[k, [j]] for j in range(3)], dtype=object) for k in range(200)]
    others = [np.array([[k, [j]] for j in range(3)], dtype=object) for k in range(200)]
    assert same(makers, others)
    others[0][2][1].append("more")
    assert not same(makers, others)


def test_functions_are_the_same_where_their_code_and_what_they_take_with_them_are():
    def made(factor):
        def again(value):
            return again(value - 1) if value else factor

        return [lambda value, more=0: factor * value + more, partial(max, factor), again]

    assert same(made(2), made(2))
    assert not any(same(one, other) for one, other in zip(made(2), made(3), strict=True))
    assert not same(made(2)[0], lambda value: 2 * value)
