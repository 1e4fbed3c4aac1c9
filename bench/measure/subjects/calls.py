"""The call that is timed: each implementation of a problem on the same arguments."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from bench.measure.memory import live_calls
from bench.measure.memory.meters import refuse_depth
from bench.measure.subjects.own_code import OwnCode
from bench.measure.subjects.ready import Announce, MakeReady, Point, Step
from bench.measure.subjects.stack_use import stack_use
from bench.plan.contenders import CONTROL
from impls import Problem, Solution

READS = 2  # calls that a meter of memory makes
FRAMES = 1_000_000  # the limit where Python's own is too low; a recursion without end is stopped after some hundred MB of frames


class CallBench:
    """The arguments of a call of one size. Where implementations change them, every call has arguments of its own, made anew."""

    def __init__(self, problem: Problem, depth: int, width: int, seed: int = 0) -> None:
        self.problem = problem
        self.size = depth, width, seed
        self.arguments = problem.arguments(*self.size)

    @property
    def repeats(self) -> bool:
        """Can the same arguments be used again and again?"""
        return not self.problem.mutates

    def step(self, solution: Solution, calls: int = 1) -> Step:
        """A call of an implementation, as a callable without arguments; as often as said, where it changes its arguments."""
        if not self.problem.mutates:
            return partial(solution.function, *self.arguments)
        return _FreshCalls(solution, [self.problem.arguments(*self.size) for _ in range(calls)])

    def contenders(self, names: Iterable[str], implementations: Mapping[str, Solution], baseline: str) -> dict[str, MakeReady]:
        """Name -> what makes its calls ready; the control is the baseline once more."""
        return {name: partial(self.step, implementations[baseline if name == CONTROL else name]) for name in names}

    def work(self, solution: Solution) -> Step:
        """What memory is read of: the first call of its size in its process, and a second one for a meter that warms up by the first."""
        return self.step(solution, READS)

    def profile(self, solution: Solution) -> list[Point]:
        """Live bytes at the calls, lines and returns of a call.

        Raises:
            Unmeasurable: it is too long or too deep.

        """
        refuse_depth(self.frames(solution))
        return live_calls.profile(live_calls.call_events(self.step(solution, live_calls.CALLS), OwnCode(solution.function)))

    def frames(self, solution: Solution) -> int:
        """The most frames that a call of it has at once."""
        return stack_use(self.step(solution)).frames

    def stack_bytes(self, implementations: Iterable[Solution]) -> int:
        """What the frames of the deepest of them take."""
        return max((stack_use(self.step(solution)).frame_bytes for solution in implementations), default=0)

    def raised_limit_for(self, implementations: Mapping[str, Solution], announce: Announce) -> set[str]:
        """Raise Python's recursion limit if an implementation cannot be called without; those that cannot."""
        stopped = set()
        for name, solution in implementations.items():
            announce(name)
            if _is_stopped(self.step(solution)):
                stopped.add(name)
        if stopped:
            self.raise_limit()
        return stopped

    def raise_limit(self) -> None:
        """Let any recursion that ends have its way."""
        sys.setrecursionlimit(max(sys.getrecursionlimit(), FRAMES))


def _is_stopped(step: Step) -> bool:
    """Does Python's recursion limit end a call? Whatever else does will do so again where it is timed."""
    try:
        step()
    except RecursionError:
        return True
    except Exception:
        return False
    return False


class _FreshCalls:
    """Calls on arguments that are used once. The list is emptied from its end, which takes the same time for all."""

    def __init__(self, solution: Solution, supply: list[tuple[Any, ...]]) -> None:
        self.function, self.supply = solution.function, supply

    def __call__(self) -> object:
        return self.function(*self.supply.pop())
