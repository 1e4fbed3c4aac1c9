"""The profile of one call: live bytes whenever a function of an implementation's own is called, begins a line or returns.

Python's hook makes an object of every frame that it looks at, which is on the heap as long as the frame is there. These objects
are no part of the call, and are taken off again: how large each is follows from its code.
"""

from __future__ import annotations

import dis
import sys
from array import array
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import CodeType, FrameType
from typing import Any, NamedTuple

from bench.measure.memory.collector import collector_off
from bench.measure.memory.frame_bytes import slots
from bench.measure.memory.meters import Unmeasurable, heap_tracer
from bench.measure.subjects.own_code import OwnCode
from bench.measure.subjects.stack_use import GENERATOR, stack_bytes

with suppress(ImportError):  # PyPy has none, which `heap_tracer` tells
    import tracemalloc

PHASES = ("call", "line", "return")
CALLS = 2  # that `call_events` makes
MOST_EVENTS = 50_000
MOST_POINTS = 600  # of a profile; more cannot be told apart in a figure
HOOKS_OWN = 128  # bytes that the hook itself may put the peak up by
GC_HEADER = 16  # bytes before every object that the garbage collector knows
FIELDS = 5  # numbers that are noted at an event


class CallEvent(NamedTuple):
    """A moment of a call.

    Attributes:
        frames: of the implementation's own functions, that are open.
        phase: one of PHASES: a function is called, or a generator goes on; a line begins; a function returns, or yields.
        live_bytes: of the heap, above those at the first event.
        frame_bytes: of the call's frames on the interpreter's stack; generators' are on the heap.
        peak_bytes: the most of the heap that were alive since the event before.

    """

    frames: int
    phase: str
    live_bytes: int
    frame_bytes: int
    peak_bytes: int


def call_events(step: Callable[[], object], own: OwnCode) -> list[CallEvent]:
    """The events of one call, in order, after a call that is not counted; none where no line of Python is the implementation's own.

    Raises:
        Unmeasurable: there are too many, or this Python has no tracemalloc.

    """
    heap_tracer()
    watch = _Watch(own)
    with collector_off():
        tracemalloc.start()
        try:
            for _ in range(CALLS):  # as in `heap_peak`, what is made once does not count
                watch.follow(step)
        finally:
            tracemalloc.stop()
    return watch.events()


def profile(events: Sequence[CallEvent], most: int = MOST_POINTS) -> list[tuple[int, int, str, int, int | None]]:
    """(number, frames, phase, live bytes, frame bytes) of the events; of too many, the first, the last, and the lowest and the
    highest of stretches of equal length, so that neither the peak nor the shape is lost.
    """
    if len(events) <= most:
        kept = [*range(len(events))]
    else:
        stretches = (most - 2) // 2
        edges = [len(events) * k // stretches for k in range(stretches + 1)]
        ends = {0, len(events) - 1}
        pairs = zip(edges, edges[1:])  # noqa: B905, RUF007, since Python 3.9 has neither
        kept = sorted(ends.union(*(_lowest_and_highest(events, *pair) for pair in pairs)))
    return [(n, events[n].frames, events[n].phase, events[n].live_bytes, events[n].frame_bytes) for n in kept]


def _lowest_and_highest(events: Sequence[CallEvent], start: int, stop: int) -> set[int]:
    def taken(n: int) -> int:
        return events[n].live_bytes + events[n].frame_bytes

    return {min(range(start, stop), key=taken), max(range(start, stop), key=taken)}


class _Code(NamedTuple):
    """What the hook has to know of a function's code.

    Attributes:
        is_own: is it the implementation's own?
        stack_bytes: of a frame on the interpreter's stack; 0 for a generator, whose frame is on the heap.
        object_bytes: of the hook's object for a frame.
        start: of a generator, the place in its code where it starts; None for other functions.
        yields: the places where it yields.

    """

    is_own: bool
    stack_bytes: int
    object_bytes: int
    start: int | None
    yields: frozenset[int]

    @classmethod
    def of(cls, code: CodeType, own: OwnCode) -> _Code:
        """What there is to know of it. Before Python 3.11 every frame is an object on the heap, whoever looks at it."""
        if sys.version_info < (3, 11):  # noqa: UP036, since workers on Python 3.9 come here, too
            return cls(code in own, 0, 0, None, frozenset())
        object_bytes = GC_HEADER + FrameType.__basicsize__ + FrameType.__itemsize__ * slots(code)
        if not code.co_flags & GENERATOR:
            return cls(code in own, stack_bytes(code), object_bytes, None, frozenset())
        instructions = [*dis.get_instructions(code)]
        start = next(each.offset for each in instructions if each.opname == "RESUME")
        yields = frozenset(each.offset for each in instructions if each.opname == "YIELD_VALUE")
        return cls(code in own, stack_bytes(code), object_bytes, start, yields)


# the places in `_Watch.now`: where the next event is noted, own frames that are open, bytes of all frames, bytes of the hook's
# objects, those at the event before, whether an exception was thrown into the generator that has just gone on, and bytes of the
# frames outside of the call
NEXT, FRAMES, STACK, OBJECTS, OBJECTS_BEFORE, THROWN, OUTSIDE = range(7)


class _Watch:
    """Follows calls by `sys.settrace`.

    Its numbers are in arrays that are from the start as large as they can be: an object for each event would be counted, and so
    would an array that grows.
    """

    def __init__(self, own: OwnCode) -> None:
        self._own = own
        self._codes: dict[CodeType, _Code] = {}
        self._noted = array("q", bytes(8 * FIELDS * MOST_EVENTS))
        self._now = array("q", bytes(8 * 7))
        self._hook = self._on_event  # once, since every access to a method makes an object

    def follow(self, step: Callable[[], object]) -> None:
        """Note the events of a call, in place of those of the one before."""
        for place in range(len(self._now)):
            self._now[place] = 0
        before = sys.gettrace()
        sys.settrace(self._hook)
        try:
            step()
        finally:
            sys.settrace(before)

    def events(self) -> list[CallEvent]:
        """What was noted last.

        Raises:
            Unmeasurable: there was no room for all.

        """
        if self._now[NEXT] == len(self._noted):
            raise Unmeasurable(f"a call has {MOST_EVENTS} lines or more, too many to follow")
        rows = [self._noted[at : at + FIELDS] for at in range(0, self._now[NEXT], FIELDS)]
        start = rows[0][2] if rows else 0
        return [CallEvent(frames, PHASES[phase], live - start, stack, max(live, peak) - start) for frames, phase, live, stack, peak in rows]

    def _on_event(self, frame: FrameType, event: str, argument: Any) -> Any:
        """Python calls this at every call, line and return, and where a generator goes on or yields."""
        live, peak = tracemalloc.get_traced_memory()
        code = self._codes.get(frame.f_code)
        if code is None:
            code = self._codes[frame.f_code] = _Code.of(frame.f_code, self._own)
        if event == "call":
            self._enter(frame, code)
        if code.is_own and event in PHASES:
            if self._now[NEXT] == 0:
                self._now[OUTSIDE] = self._now[STACK] - code.stack_bytes
            self._note(PHASES.index(event), live, peak)
        if event == "return":
            self._leave(frame, code)
        elif event == "line":
            self._now[THROWN] = 0
        live = peak = 0  # the two numbers are gone before the next peak begins
        tracemalloc.reset_peak()
        return self._hook

    def _enter(self, frame: FrameType, code: _Code) -> None:
        frame.f_trace_lines = code.is_own
        self._now[FRAMES] += code.is_own
        self._now[STACK] += code.stack_bytes
        self._now[THROWN] = frame.f_lasti in code.yields
        if code.start is None or frame.f_lasti == code.start:
            self._now[OBJECTS] += code.object_bytes

    def _leave(self, frame: FrameType, code: _Code) -> None:
        """The object of a generator's frame stays with it where it yields; not where what was thrown in has ended it there."""
        self._now[FRAMES] -= code.is_own
        self._now[STACK] -= code.stack_bytes
        if frame.f_lasti not in code.yields or self._now[THROWN]:
            self._now[OBJECTS] -= code.object_bytes
        self._now[THROWN] = 0

    def _note(self, phase: int, live: int, peak: int) -> None:
        now, at = self._now, self._now[NEXT]
        if at == len(self._noted):
            sys.settrace(None)
            return
        self._noted[at], self._noted[at + 1], self._noted[at + 3] = now[FRAMES], phase, now[STACK] - now[OUTSIDE]
        self._noted[at + 2] = live - now[OBJECTS]
        self._noted[at + 4] = peak - now[OBJECTS_BEFORE] if peak > live + HOOKS_OWN else 0
        now[NEXT], now[OBJECTS_BEFORE] = at + FIELDS, now[OBJECTS]
