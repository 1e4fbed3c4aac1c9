"""What frames hold: the values of their variables in words, and the containers that these refer to, in every state.

A container is shown by itself if it changes during the call, as an explicit stack does. Which ones do is known at the end; until
then each is noted as a variable's value and as a container.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from itertools import islice
from types import FrameType, FunctionType, ModuleType
from typing import Any, NamedTuple

from bench.measure.tracing.calls.records import CallFrame, Container
from bench.measure.tracing.calls.values import words

CHANGEABLE = (list, deque, dict, set)
MOST_ITEMS = 15  # of a container that are named; of a list the last ones, where a stack has its top
ITEM_ROOM = 40  # characters
NO_DATA = (FunctionType, ModuleType, type)
EXPRESSIONS = {
    "<genexpr>": "generator expression", "<listcomp>": "list comprehension", "<setcomp>": "set comprehension",
    "<dictcomp>": "dict comprehension", "<lambda>": "lambda",
}  # fmt: skip


class Seen(NamedTuple):
    """A frame as it was seen: of each variable its name, its value in words, and the container's key if it holds one, else 0."""

    key: int
    function: str
    variables: tuple[tuple[str, str, int], ...]
    gives: str


class Tables(NamedTuple):
    """What a trace has of frames and containers.

    Attributes:
        frames, containers: every state once.
        frame_at, container_at: of each place that `of_stack` gave, the place in these; None for a container that never changed.

    """

    frames: tuple[CallFrame, ...]
    containers: tuple[Container, ...]
    frame_at: list[int]
    container_at: list[int | None]


class States:
    """Every state of every frame and container that was seen, each once."""

    def __init__(self) -> None:
        self._frames: dict[Seen, int] = {}
        self._containers: dict[Container, int] = {}
        self._frame_keys: dict[int, int] = {}  # by address, as long as the frame is there
        self._made = 0
        self._kept: dict[int, tuple[int, Any]] = {}  # the containers by address, kept so that no other comes to the same place

    def entered(self, frame: FrameType) -> bool:
        """A frame is there; is it new? That of a generator that goes on is not."""
        is_new = id(frame) not in self._frame_keys
        if is_new:
            self._made += 1
            self._frame_keys[id(frame)] = self._made
        return is_new

    def left(self, frame: FrameType) -> None:
        """A frame is about to go."""
        self._frame_keys.pop(id(frame), None)

    def of_stack(self, innermost: FrameType | None, gives: str = "") -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The places of the states of all frames, outermost first, and of the containers in their variables; `gives` is what the
        innermost is about to return.
        """
        frames: list[int] = []
        containers: dict[int, Container] = {}
        for frame in reversed([*self._own_frames(innermost)]):
            seen, held = self._seen(frame, gives if frame is innermost else "")
            frames.append(self._frames.setdefault(seen, len(self._frames)))
            containers.update(held)
        return tuple(frames), tuple(self._containers.setdefault(state, len(self._containers)) for state in containers.values())

    def _own_frames(self, frame: FrameType | None) -> Iterable[FrameType]:
        while frame:
            if id(frame) in self._frame_keys:
                yield frame
            frame = frame.f_back

    def _seen(self, frame: FrameType, gives: str) -> tuple[Seen, dict[int, Container]]:
        variables, held = [], {}
        for name, value in frame.f_locals.items():
            if not isinstance(value, NO_DATA) and name.isidentifier():  # a comprehension's iterator has a name that is none
                key = self._container_key(value)
                variables.append((name, words(value), key))
                if key:
                    held[key] = _container(key, value)
        name = frame.f_code.co_name
        return Seen(self._frame_keys[id(frame)], EXPRESSIONS.get(name, name), tuple(variables), gives), held

    def _container_key(self, value: Any) -> int:
        if not isinstance(value, CHANGEABLE):
            return 0
        if id(value) not in self._kept:
            self._kept[id(value)] = len(self._kept) + 1, value
        return self._kept[id(value)][0]

    def tables(self) -> Tables:
        """The tables as they are recorded: containers that never changed are values like others."""
        states: dict[int, set[Container]] = {}
        for state in self._containers:
            states.setdefault(state.key, set()).add(state)
        changed = {key for key, its in states.items() if len(its) > 1}
        frames: dict[CallFrame, int] = {}
        for seen in self._frames:
            frames.setdefault(_as_recorded(seen, changed), len(frames))
        containers = [state for state in self._containers if state.key in changed]
        return Tables(
            tuple(frames),
            tuple(containers),
            [frames[_as_recorded(seen, changed)] for seen in self._frames],
            [containers.index(state) if state.key in changed else None for state in self._containers],
        )


def _as_recorded(seen: Seen, changed: set[int]) -> CallFrame:
    values = tuple((name, value) for name, value, key in seen.variables if key not in changed)
    containers = tuple((name, key) for name, _, key in seen.variables if key in changed)
    return CallFrame(seen.key, seen.function, values, containers, seen.gives)


def _container(key: int, value: Any) -> Container:
    kind = next(known for known in CHANGEABLE if isinstance(value, known))
    if kind is dict:
        items = [f"{words(name, 12)}: {words(inside, ITEM_ROOM)}" for name, inside in islice(dict.items(value), MOST_ITEMS)]
    else:
        first = max(0, len(value) - MOST_ITEMS) if kind in (list, deque) else 0
        items = [words(inside, ITEM_ROOM) for inside in islice(value, first, first + MOST_ITEMS)]
    return Container(key, kind.__name__, tuple(items), len(value) - len(items))
