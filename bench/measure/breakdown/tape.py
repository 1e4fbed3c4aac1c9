"""A tape: every operation of NumPy that a step makes, to be played again in a straight line, all of them or some.

What is played is what `layers.py` and `losses.py` have computed, on the same arrays and in the same order, without the
functions, loops and look-ups of Python around it. So nothing is written down twice, and what is left out can be chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from bench.measure.subjects.ready import Step
from impls import Implementation, updates
from impls.network import Network

PRODUCT, ELEMENTWISE = "product", "elementwise"


@dataclass
class Tape:
    """What a step has done.

    Attributes:
        keeps: are operations kept? That keeps their arrays too, so that nothing is known of when a step lets go of them.
        operations: kind and call of each operation: the function, and its arguments by place; a dict at the end has those by name.
        arrays: what happened to the arrays that it allocated: the number of one, and its shape if it was made then, or None if it was let
            go.

    """

    keeps: bool = True
    operations: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    arrays: list[tuple[int, tuple[int, ...] | None]] = field(default_factory=list)
    _plain: dict[tuple[Any, ...], np.ndarray] = field(default_factory=dict)

    def plain(self, value: Any) -> Any:
        """An array as one that does not record, the same object for the same numbers, as a step has it; any other value as it is."""
        if not isinstance(value, np.ndarray):
            return value
        place = value.__array_interface__["data"][0], value.shape, value.strides, value.dtype
        return self._plain.setdefault(place, value.view(np.ndarray)) if self.keeps else value.view(np.ndarray)

    def add(self, kind: str, call: tuple[Any, ...]) -> None:
        """Note an operation."""
        if self.keeps:
            self.operations.append((kind, call))

    def made(self, array: np.ndarray) -> np.ndarray:
        """Note an array that was allocated; as one that tells the tape what becomes of it."""
        recorded = on_tape(array, self)
        recorded.number = len(self.arrays)
        self.arrays.append((recorded.number, array.shape))
        return recorded


class Recorded(np.ndarray):
    """An array that puts what is computed from it on a tape; so does what is computed.

    Attributes:
        tape: the tape.
        number: its own, if it was allocated by the step.

    """

    tape: Tape | None = None
    number: int | None = None

    def __array_finalize__(self, source: Any) -> None:
        """A view is on the same tape."""
        self.tape = getattr(source, "tape", None)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = (None,), **more: Any) -> Any:
        """An element-wise operation, or a sum or maximum over some of them."""
        [tape, *_] = [array.tape for array in (*inputs, *out) if isinstance(array, Recorded) and array.tape is not None]
        plain, into = [tape.plain(each) for each in inputs], tape.plain(out[0])
        function = ufunc if method == "__call__" else getattr(ufunc, method)
        result = function(*plain, out=into, **more)
        written = result if into is None and isinstance(result, np.ndarray) else into
        tape.add(ELEMENTWISE, (function, *plain, *_rest(function, method, written, more)))
        return _handed_on(result, out[0], tape)

    def dot(self, other: Any, out: Any = None) -> Any:
        """A matrix product."""
        tape = self.tape
        assert tape is not None
        left, right = tape.plain(self), tape.plain(other)
        result = left.dot(right, tape.plain(out))
        tape.add(PRODUCT, (left.dot, right, result))
        return _handed_on(result, out, tape)

    def __del__(self) -> None:
        """Note that an array which was allocated is no longer there."""
        if self.number is not None and self.tape is not None:
            self.tape.arrays.append((self.number, None))


def _rest(function: Any, method: str, written: Any, more: dict[str, Any]) -> tuple[Any, ...]:
    """What comes after the inputs: the array to write to, by place where NumPy allows that, since names take longer."""
    if method == "reduce":
        return more.get("axis", 0), more.get("dtype"), written, more.get("keepdims", False)
    return ({"out": written},) if function in (np.maximum, np.minimum) else (written,)


def on_tape(array: np.ndarray, tape: Tape) -> Any:
    """The same array, as one that records."""
    view = array.view(Recorded)
    view.tape = tape
    return view


def _handed_on(result: Any, out: Any, tape: Tape) -> Any:
    """What the step goes on with: the array that it gave to write to, a new one that is on the tape, or a number."""
    if isinstance(out, Recorded) or not isinstance(result, np.ndarray):
        return result if out is None else out
    return tape.made(result) if out is None else on_tape(out, tape)


def record(implementation: Implementation, network: Network, X: np.ndarray, Y: np.ndarray, update: str, keeps: bool = True) -> Tape:
    """The tape of a step of an implementation on what it has prepared, without the descent."""
    tape = Tape(keeps)
    recorded = copy(network)
    recorded.layers = [replace(layer, W=on_tape(layer.W, tape), b=on_tape(layer.b, tape)) for layer in network.layers]
    with without_descent():
        updates.UPDATES[update](implementation, recorded, on_tape(X, tape), on_tape(Y, tape), 0.0)
    return tape


DESCEND = updates.descend


def nothing(layer: Any, dW: Any, db: Any, learning_rate: Any) -> None:
    """In place of `descend`."""


@contextmanager
def without_descent() -> Iterator[None]:
    """Let updates change no parameter: what they do with gradients is left, but for the descent."""
    let_descend(False)
    try:
        yield
    finally:
        let_descend(True)


def let_descend(yes: bool) -> None:
    """Put the descent back into updates, or take it out."""
    updates.descend = DESCEND if yes else nothing


def straight_line(calls: Iterable[Sequence[Any]]) -> Step:
    """A function that makes the calls one after the other: each is a function and its arguments, a dict of those by name last."""
    names: dict[int, str] = {}
    values: dict[str, Any] = {}

    def name(value: Any) -> str:
        if id(value) not in names:
            names[id(value)] = f"x{len(names)}"
            values[names[id(value)]] = value  # which also keeps it, and so its id
        return names[id(value)]

    def told(argument: Any) -> str:
        return ", ".join(f"{key}={name(value)}" for key, value in argument.items()) if isinstance(argument, dict) else name(argument)

    return _compiled([f"{name(function)}({', '.join(map(told, arguments))})" for function, *arguments in calls], values)


def allocations(tape: Tape, dtype: np.dtype) -> Step:
    """A function that allocates the arrays of a step, and lets go of them, in the order in which the step does."""
    lines = [f"a{number} = empty({shape}, dtype)" if shape is not None else f"a{number} = None" for number, shape in tape.arrays]
    return _compiled(lines, {"empty": np.empty, "dtype": dtype})


def _compiled(lines: Sequence[str], values: dict[str, Any]) -> Callable[[], object]:
    exec("def line():\n " + "\n ".join([*lines, "pass"]), values)
    return values["line"]
