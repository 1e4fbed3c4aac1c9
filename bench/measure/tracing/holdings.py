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
        arrays, referred, containers = [], [], []
        for name, value in variables.items():
            if isinstance(value, np.ndarray | tuple):
                arrays += [(name, place) for place in self._places(name, value) if (name, place) != THE_BATCH]
            elif container := self._container(name, value):
                referred.append((name, container.key))
                containers.append(container)
        function = frame.f_code.co_name
        return Held(Frame(function, ", ".join(numbers[:MOST_NUMBERS]), tuple(arrays), tuple(referred)), containers)

    def _container(self, name: str, value: Any) -> Container | None:
        """The container in a variable; None if there is no array in it, but for a list that waits for some."""
        kind, items = self._items(name, value)
        filled = tuple((label, places) for label, inside in items if (places := tuple(self._places(label or name, inside))))
        if not filled and value != []:
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

    def _places(self, name: str, value: Any) -> Iterator[int]:
        """The arrays in a value, however deep; a function's own and not those of one that it refers to."""
        if isinstance(value, np.ndarray):
            place = self._number(value, name)
            inside: Iterable[tuple[str, Any]] = ()
            if place is not None:
                yield place
        elif isinstance(value, Row):
            inside = [(name, item) for item in value]
        elif isinstance(value, dict):
            inside = value.items()
        elif isinstance(value, FunctionType):
            inside = [(cell, item) for cell, item in _cells(value).items() if not isinstance(item, FunctionType)]
        elif isinstance(value, GeneratorType):
            inside = value.gi_frame.f_locals.items() if value.gi_frame else ()
        else:
            inside = ()
        for label, item in inside:
            yield from self._places(str(label), item)

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
    return item.__name__ if isinstance(item, FunctionType | GeneratorType) else ""


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
