"""The tracer of one step: after every line of an implementation, what is on the stack, what each holds, and the bytes alive.

The lines are those of the implementation's own file and of the update; `forward`, `backward` and the loss are one step each,
in which the peak shows. A line is recorded when the next one begins, in the same function or another, with what there is then.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from types import CodeType, FrameType
from typing import Any

import numpy as np

from bench.measure.tracing.array_memory import ArrayMemory
from bench.measure.tracing.array_names import ArrayNames, words
from bench.measure.tracing.holdings import Holdings
from bench.measure.tracing.progress import Progress
from bench.measure.tracing.records import NOWHERE, Array, Container, Frame, Step
from bench.measure.tracing.source_lines import shown_file
from impls import updates

MOST_STEPS = 2_000  # a program with a loop over single numbers has more, and nobody would look at them
UPDATE_FILE = updates.deferred.__code__.co_filename
FREE = "free"  # what an array that was made beforehand is called until something is written to it
AT_ONCE = {updates.descend.__code__}  # the two lines of arithmetic of an update


class TooLong(Exception):
    """A step has more lines than can be looked at."""


class StepTracer:
    """Records while `run` runs something.

    Attributes:
        steps, arrays: as in `records.Trace`.
        codes: every function that ran, in the order that it was first called.

    """

    def __init__(self, files: set[str], depth: int, names: ArrayNames, X: np.ndarray, slots: Sequence[tuple[np.ndarray, int]] = ()) -> None:
        self.steps: list[Step] = []
        self.arrays = [Array("X", NOWHERE, X.nbytes, 0, 0)]
        self._slots: dict[int, int] = {}  # where an array made beforehand begins in memory -> the place in `arrays` of what is in it
        for array, size in slots:
            self._slots[_address(array)] = len(self.arrays)
            self.arrays.append(Array(FREE, NOWHERE, size, 0, 0))
        self._beforehand = sum(size for _, size in slots)
        self.codes: dict[CodeType, None] = {}
        self._X = X
        self._files = files
        self._names = names
        self._progress = Progress(depth)
        self._memory = ArrayMemory()
        self._holdings = Holdings(self._place, files, UPDATE_FILE)
        self._places: dict[int, int] = {}  # the number of an array's memory -> its place in `arrays`
        self._unknown: set[int] = set()  # places of arrays that have not been recognised, and may be when they are filled
        self._frames: dict[Frame, int] = {}
        self._containers: dict[Container, int] = {}
        self._line: tuple[CodeType, int] | None = None  # the line that runs
        self._emitted = NOWHERE  # by that line

    @property
    def frames(self) -> tuple[Frame, ...]:
        """Every state of a frame once."""
        return tuple(self._frames)

    @property
    def containers(self) -> tuple[Container, ...]:
        """Every state of a container once."""
        return tuple(self._containers)

    def run(self, work: Callable[[], object]) -> None:
        """Run it, and record.

        Raises:
            TooLong: it has more than MOST_STEPS lines.

        """
        before = sys.gettrace()
        with self._memory.counting():
            sys.settrace(self._on_call)
            try:
                work()
            finally:
                sys.settrace(before)
            self._finish_line(None)
        self.arrays = [array if array.gone else array._replace(gone=len(self.steps)) for array in self.arrays]

    def _on_call(self, frame: FrameType, event: str, argument: Any) -> Any:
        """Python calls this when a function is called, or a generator resumed or ended."""
        if frame.f_code.co_filename not in self._files or frame.f_code in AT_ONCE:
            return None
        self.codes[frame.f_code] = None
        return self._on_line

    def _on_line(self, frame: FrameType, event: str, argument: Any) -> Any:
        """Python calls this before each line. A function that returns is left alone: its line ends where its caller goes on."""
        if event == "line":
            self._finish_line(frame)
            self._line = code, _ = frame.f_code, frame.f_lineno
            if code.co_filename == UPDATE_FILE and code.co_name == "<lambda>":
                self._emitted = frame.f_locals["l"]
        return self._on_line

    def _finish_line(self, frame: FrameType | None) -> None:
        """Record the line that has run, if one has; `frame` is where the program goes on."""
        if self._line is None:
            return
        if len(self.steps) == MOST_STEPS:
            raise TooLong
        self._memory.paused = True
        (code, line), self._line = self._line, None
        frames, containers = self._holdings.of_stack(frame)
        self._note_the_gone()
        phase, layer = self._phase(code, frame)
        self.steps.append(
            Step(
                self._progress.stage, phase, layer, shown_file(code.co_filename), line,
                tuple(self._frames.setdefault(state, len(self._frames)) for state in frames),
                tuple(self._containers.setdefault(state, len(self._containers)) for state in containers),
                self._beforehand + self._memory.alive_bytes, self._beforehand + self._memory.peak_bytes, self._emitted,
            )
        )  # fmt: skip
        self._emitted = NOWHERE
        self._memory.reset_peak()
        self._memory.paused = False

    def _phase(self, code: CodeType, frame: FrameType | None) -> tuple[str, int]:
        """The phase and the layer of a line. Those of the update say themselves which layer they are at."""
        if self._emitted != NOWHERE and "gradients" not in code.co_freevars:
            return "update", self._emitted
        if code is updates.deferred.__code__ and self._progress.stage and frame and "l" in frame.f_locals:
            self._progress.updates(frame.f_locals["l"])
        return self._progress.phase, self._progress.layer

    def _place(self, array: np.ndarray, variable: str) -> int | None:
        """The place of an array in `arrays`; None for one that the step has not made and that was not made for it."""
        if _address(array) in self._slots:
            return self._in_slot(array, variable)
        while isinstance(array.base, np.ndarray):
            array = array.base
        if array is self._X:
            return 0
        number, size = self._memory.alive.get(_address(array), (0, 0))
        if not number:
            return None
        if number not in self._places:
            self._places[number] = len(self.arrays)
            self._unknown.add(len(self.arrays))
            self.arrays.append(Array(words(None, variable), self._progress.layer, size, len(self.steps), 0))
        place = self._places[number]
        if place in self._unknown and (name := self._names.name(array, variable)):
            self._unknown.discard(place)
            self._progress.saw(name)
            self.arrays[place] = self.arrays[place]._replace(name=words(name, variable), layer=name[1])
        return place

    def _in_slot(self, array: np.ndarray, variable: str) -> int:
        """The place of an array that was made beforehand: what is written over it is another array, in the same memory."""
        address, now = _address(array), len(self.steps)
        was = self.arrays[self._slots[address]]
        name = self._names.name(array, variable)
        if name and words(name, variable) != was.name:
            self._progress.saw(name)
            self.arrays[self._slots[address]] = was._replace(gone=now)
            self._slots[address] = len(self.arrays)
            self.arrays.append(Array(words(name, variable), name[1], was.bytes, now, 0))
        return self._slots[address]

    def _note_the_gone(self) -> None:
        """Say of arrays whose memory has been given back that they are gone, from this step on."""
        alive = {number for number, _ in self._memory.alive.values()}
        for number in [number for number in self._places if number not in alive]:
            place = self._places.pop(number)
            self.arrays[place] = self.arrays[place]._replace(gone=len(self.steps))


def _address(array: np.ndarray) -> int:
    return int(array.__array_interface__["data"][0])
