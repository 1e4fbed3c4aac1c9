"""The tracer of one call: after every line, and at every call and return of an implementation's own functions, what they hold.

A line is recorded when the next thing happens in its function. A call is recorded when its frame is there, at the line that makes
it, and a return with what it gives, before the frame goes; so a stack of calls that wait is seen to unwind one by one.
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable
from functools import cache
from types import CodeType, FrameType
from typing import Any, NamedTuple

from bench.measure.subjects.own_code import OwnCode
from bench.measure.tracing.calls.records import CALLED, LINE, RAISED, RESUMED, RETURNED, YIELDED
from bench.measure.tracing.calls.states import States
from bench.measure.tracing.calls.values import words
from bench.measure.tracing.source_lines import shown_file


class TooLong(BaseException):
    """A call has more steps than can be looked at. It is no `Exception`, which a program may catch."""


class Moment(NamedTuple):
    """A step without its bytes. `frames` and `containers` are places that `States` gave; `line` is 0 where a function's first line
    begins, before which it has run none.
    """

    event: str
    file: str
    line: int
    frames: tuple[int, ...]
    containers: tuple[int, ...]


class CallTracer:
    """Records while `run` runs something.

    Attributes:
        moments: at every event that `live_calls` sees, in the same order.
        codes: every function that ran, in the order that it was first called.

    """

    def __init__(self, own: OwnCode, most_steps: int) -> None:
        self.moments: list[Moment] = []
        self.codes: dict[CodeType, None] = {}
        self.states = States()
        self._own = own
        self._most = most_steps
        self._shown = 0
        self._running: dict[int, int] = {}  # by a frame's address: the line that runs in it
        self._raised: dict[int, str] = {}  # by a frame's address: the exception that it has not caught yet

    def run(self, call: Callable[[], object]) -> object:
        """Make the call, and record; what it returns.

        Raises:
            TooLong: it has more than the most steps.

        """
        before = sys.gettrace()
        sys.settrace(self._on_event)
        try:
            return call()
        finally:
            sys.settrace(before)
            if self._shown > self._most:  # whatever the program has made of it
                raise TooLong

    def _on_event(self, frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_code not in self._own:
            return None
        if event == "call":
            self._call(frame)
        elif event == "line":
            self._line(frame)
        elif event == "return":
            self._return(frame, argument)
        elif event == "exception" and not issubclass(argument[0], StopIteration):  # which ends a loop over a generator, too
            self._raised[id(frame)] = argument[0].__name__
        return self._on_event

    def _call(self, frame: FrameType) -> None:
        """A function begins, or a generator goes on: at the line of the caller, or where there is none of its own, at the first."""
        self.codes[frame.f_code] = None
        is_new = self.states.entered(frame)
        caller = frame.f_back
        while caller and id(caller) not in self._running:
            caller = caller.f_back
        self._note(CALLED if is_new else RESUMED, frame, caller or frame, caller.f_lineno if caller else frame.f_code.co_firstlineno)

    def _line(self, frame: FrameType) -> None:
        """A line begins, so the one before it in this function has run."""
        self._raised.pop(id(frame), None)
        self._note(LINE, frame, frame, self._running.get(id(frame), 0))
        self._running[id(frame)] = frame.f_lineno

    def _return(self, frame: FrameType, value: object) -> None:
        line = self._running.get(id(frame), frame.f_code.co_firstlineno)
        if error := self._raised.pop(id(frame), ""):
            self._note(RAISED, frame, frame, line, error)
        elif frame.f_lasti in _yields(frame.f_code):
            self._note(YIELDED, frame, frame, line, words(value))
            return
        else:
            self._note(RETURNED, frame, frame, line, words(value))
        self.states.left(frame)
        self._running.pop(id(frame), None)

    def _note(self, event: str, frame: FrameType, at: FrameType, line: int, gives: str = "") -> None:
        """Add a moment; a line of number 0 is none that could be shown."""
        self._shown += line > 0
        if self._shown > self._most:
            raise TooLong
        self.moments.append(Moment(event, shown_file(at.f_code.co_filename), line, *self.states.of_stack(frame, gives)))


@cache
def _yields(code: CodeType) -> frozenset[int]:
    """The places in a generator's code where it yields."""
    return frozenset(each.offset for each in dis.get_instructions(code) if each.opname == "YIELD_VALUE")
