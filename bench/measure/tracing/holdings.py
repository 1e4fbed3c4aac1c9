"""What a frame holds: the arrays in its variables, and those in lists, closures, generators and objects that they refer to."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from types import FrameType, FunctionType, GeneratorType
from typing import Any, NamedTuple

import numpy as np

from bench.measure.tracing.records import Container, Frame

# an array that is found in a variable of that name -> its place in the trace; None for one that the step has not made
Number = Callable[[np.ndarray, str], "int | None"]
Row = list | tuple | deque
THE_BATCH = ("X", 0)  # as an argument, which every function is handed
MOST_NUMBERS = 3  # of a frame, to tell it from its siblings


class Held(NamedTuple):
    """A frame's state, and those of the containers that it refers to."""

    frame: Frame
    containers: list[Container]


class Holdings:
    """Looks into frames.

    Attributes:
        number: the place of an array in the trace.
        files: whose functions and objects are looked into; those of others are no part of the story.
        update_file: whose closures are not: the gradients in them are shown in the frame that made them.

    """

    def __init__(self, number: Number, files: Iterable[str], update_file: str) -> None:
        self._number = number
        self._files = frozenset(files)
        self._update_file = update_file
        self._keys: dict[int, int] = {}
        self._made = 0

    def of_stack(self, innermost: FrameType | None) -> tuple[list[Frame], list[Container]]:
        """The frames of the files, outermost first, and every container once, in the order that it is referred to."""
        frames: list[Frame] = []
        containers: dict[int, Container] = {}
        for frame in reversed([*_back(innermost)]):
            if frame.f_code.co_filename in self._files:
                state, held = self._of_frame(frame)
                frames.append(state)
                for container in held:
                    containers.setdefault(container.key, container)
        self._keys = {place: key for place, key in self._keys.items() if key in containers}
        return frames, [*containers.values()]

    def _of_frame(self, frame: FrameType) -> Held:
        variables = frame.f_locals
        numbers = [f"{name} = {value}" for name, value in variables.items() if type(value) is int]
        arrays: dict[int, str] = {}  # each once, by the variable that had it first
        referred, containers = [], []
        for name, value in variables.items():
            if isinstance(value, np.ndarray | tuple):
                for place in self._places(name, value):
                    if (name, place) != THE_BATCH:
                        arrays.setdefault(place, name)
            elif container := self._container(name, value):
                referred.append((name, container.key))
                containers.append(container)
        function = frame.f_code.co_name
        held = tuple((name, place) for place, name in arrays.items())
        return Held(Frame(function, ", ".join(numbers[:MOST_NUMBERS]), held, tuple(referred)), containers)

    def _container(self, name: str, value: Any) -> Container | None:
        """The container in a variable; None if there is no array in it, but for a list that waits for some."""
        kind, items = self._items(name, value)
        above = frozenset({id(value)} if isinstance(value, Row | dict) else ())  # a closure and a generator are their own first item
        filled = tuple((label, places) for label, inside in items if (places := tuple(self._places(label or name, inside, above))))
        if not filled and not (isinstance(value, list) and not value):
            return None
        return Container(self._key(value), kind, filled)

    def _items(self, name: str, value: Any) -> tuple[str, list[tuple[str, Any]]]:
        """What kind of container it is, and its items with their labels."""
        if isinstance(value, Row):
            return type(value).__name__, [(_label(item), item) for item in value]
        if isinstance(value, dict):
            return "dict", [(str(key), item) for key, item in value.items()]
        if isinstance(value, FunctionType):
            return "closures", [(function.__name__, function) for function in self._chain(value)]
        if isinstance(value, GeneratorType):
            return "generator", [(value.__name__, value)]
        if self._is_own(value):
            return type(value).__name__, [*_attributes(value).items()]
        return "", []

    def _chain(self, function: Any) -> Iterator[FunctionType]:
        """A closure, the closure that it refers to, and so on, innermost reference last."""
        seen: set[int] = set()
        while isinstance(function, FunctionType) and id(function) not in seen and function.__code__.co_filename != self._update_file:
            seen.add(id(function))
            yield function
            function = next((value for value in _cells(function).values() if isinstance(value, FunctionType) and self._is_own(value)), None)

    def _is_own(self, value: Any) -> bool:
        """Is it a function or an object of the files?"""
        if isinstance(value, FunctionType):
            return value.__code__.co_filename in self._files - {self._update_file}
        functions = [inner for inner in vars(type(value)).values() if isinstance(inner, FunctionType)]
        return any(function.__code__.co_filename in self._files for function in functions)

    def _places(self, name: str, value: Any, above: frozenset[int] = frozenset()) -> Iterator[int]:
        """The arrays in a value, however deep; `above` are the values that it is in, which it may refer to."""
        if isinstance(value, np.ndarray):
            place = self._number(value, name)
            if place is not None:
                yield place
        elif id(value) not in above:
            for label, item in self._inside(name, value):
                yield from self._places(label, item, above | {id(value)})

    def _inside(self, name: str, value: Any) -> Iterable[tuple[str, Any]]:
        """What a value refers to; of a closure all but the next of its chain."""
        if isinstance(value, Row):
            return [(name, item) for item in value]
        if isinstance(value, dict):
            return [(str(key), item) for key, item in value.items()]
        if isinstance(value, FunctionType):
            return [(cell, item) for cell, item in _cells(value).items() if not isinstance(item, FunctionType)]
        if isinstance(value, GeneratorType):
            return value.gi_frame.f_locals.items() if value.gi_frame else ()
        return _attributes(value).items() if self._is_own(value) else ()

    def _key(self, value: Any) -> int:
        """A number of the container's own, which none has that came or comes at the same place in memory."""
        if id(value) not in self._keys:
            self._made += 1
            self._keys[id(value)] = self._made
        return self._keys[id(value)]


def _back(frame: FrameType | None) -> Iterator[FrameType]:
    while frame:
        yield frame
        frame = frame.f_back


def _label(item: Any) -> str:
    """What an item of a row is, if it is no array and no row of arrays."""
    return "closure" if isinstance(item, FunctionType) else "generator" if isinstance(item, GeneratorType) else ""


def _attributes(value: Any) -> dict[str, Any]:
    names = [*getattr(value, "__dict__", ()), *getattr(type(value), "__slots__", ())]
    return {name: getattr(value, name) for name in names if hasattr(value, name)}


def _cells(function: FunctionType) -> dict[str, Any]:
    """The variables that a closure keeps; a cell may still be empty."""
    found = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            found[name] = cell.cell_contents
        except ValueError:
            continue
    return found
