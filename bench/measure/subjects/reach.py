"""Reach: at which sizes the implementations of a problem can be measured, found by one call of each in a worker.

Nobody can know how much memory an input takes, or how long a call, without making them. The answers are compared here, too:
they may differ at sizes that the check on small inputs does not come to.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from bench.measure.workers.ask import Answers, WorkerFailed, answers, answers_in_order
from bench.measure.workers.environment import worker_environment
from bench.measure.workers.problem_checks import ends_the_process, opened_with_limits, task
from bench.measure.workers.serve import Answer, serve
from bench.plan.problems import PlannedProblem
from impls import Problem, Solution
from impls.contract import BrokenContract
from impls.problem_contract import called, compare, raised, refuse_other_arguments, settled

LONGEST_CALL_S = 2.0  # a visit makes some dozens
LONGEST_STEP_S = 20.0  # to set one size up, or to call an implementation
LONGEST_SETUPS_S = 20.0  # in a visit, where every call has arguments of its own
CALLS_S, CALLS = 0.003, 20  # what a visit makes of each contender: calls that last so long together, and so many more

Size = tuple[int, int]  # depth and width
Item = tuple[Size, str]  # what is tried at a size: the name of an implementation, or one of these:
SETUP, ALL = "setup()", "all()"


def out_of_reach(
    problem: PlannedProblem, sizes: Sequence[Size], files: Sequence[str], warn: Callable[[str], None] = lambda sentence: None
) -> dict[Size, dict[str, str]]:
    """Size -> implementation -> why it cannot be measured there: no input can be made, a call takes too long or fails, or it
    answers otherwise than the first. What is too much at a size is not tried at larger ones. `warn` is told of who prints.
    """
    names = sorted(problem.implementations, key=lambda name: name != problem.baseline)
    items = [(size, name) for size in sorted(sizes) for name in (SETUP, *names, ALL)]
    too_much: list[tuple[Size, str, str]] = []
    printing: dict[str, None] = {}

    def ask(pending: list[Item]) -> Answers:
        of_worker = task(problem, files) | {"items": pending, "too_much": too_much}
        return answers(__name__, of_worker, worker_environment(), LONGEST_STEP_S)

    def understand(answer: dict[str, Any], item: Item) -> str:
        if answer.get("too_much"):
            too_much.append((*item, answer["too_much"]))
        if answer.get("prints"):
            printing[item[1]] = None
        return str(answer.get("why"))

    reasons: dict[Size, dict[str, str]] = {}
    for (size, name), reply in answers_in_order(items, ask, understand):
        why = _failed(name, size, reply) if isinstance(reply, WorkerFailed) else reply
        if isinstance(reply, WorkerFailed) and reply.status != "error":
            too_much.append((size, name, why))
        if why:
            for each in names if name in (SETUP, ALL) else (name,):
                reasons.setdefault(size, {}).setdefault(each, why)
    for name in printing:
        warn(f"{name} prints: what it prints is not shown, and printing is part of its time; take it out to measure the work alone")
    return reasons


def _failed(name: str, size: Size, failure: WorkerFailed) -> str:
    """Why it cannot be measured, of what has ended the worker."""
    what = f"setup({size[0]}, {size[1]}, rng)" if name == SETUP else "a call"
    return f"{what} takes more than {LONGEST_STEP_S:g} s" if failure.status == "timeout" else f"{what} {ends_the_process(failure)}"


def main(task: dict[str, Any], answer: Answer) -> None:
    """Try the items of the task, one after the other."""
    problem = opened_with_limits(task)
    too_much = [(tuple(size), name, why) for size, name, why in task["too_much"]]
    here = _Here(problem, (0, 0), "")
    for (depth, width), name in task["items"]:
        if (depth, width) != here.size:
            here = _at((depth, width), problem, task["baseline"], too_much)  # one size at a time is in memory
        if earlier := _larger_than_too_much(here.size, name, too_much):
            answer(why=earlier)
            continue
        why = here.tried(name)
        heavy = why if isinstance(why, TooMuch) else ""
        if heavy:
            too_much.append((here.size, name, heavy))
        answer(why=why, too_much=heavy, prints=here.prints)


def _at(size: Size, problem: Problem, baseline: str, too_much: Sequence[tuple[Any, str, str]]) -> _Here:
    """That size; without what was too much there, or at a smaller one."""
    without = {what for (depth, width), what, _ in too_much if depth <= size[0] and width <= size[1]}
    return _Here(problem, size, "" if baseline in without else baseline, failed=SETUP in without)


def _larger_than_too_much(size: Size, name: str, too_much: Sequence[tuple[Any, str, str]]) -> str:
    """Why it is not tried, since it was too much at a size that is nowhere larger; empty if it was not."""
    for (depth, width), what, why in too_much:
        if what == name and depth <= size[0] and width <= size[1] and (depth, width) != size:
            return f"not tried, since at depth {depth}, width {width} {why}"
    return ""


class _Heard:
    """Standard output that knows whether anything was written to it."""

    def __init__(self, stream: Any) -> None:
        self.stream, self.used = stream, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def write(self, text: str) -> Any:
        """Write, and know of it."""
        self.used = True
        return self.stream.write(text)


class TooMuch(str):
    """Why something takes more time or memory than there is; at larger sizes it would take even more."""

    __slots__ = ()


@dataclass
class _Here:
    """One size: the arguments, what the first implementation answered, how long each step took, and whether the last one printed."""

    problem: Problem
    size: Size
    baseline: str
    failed: bool = False
    arguments: Any = None
    untouched: Any = None
    first: tuple[Solution, Any] | None = None
    setup_s: float = 0.0
    call_s: list[float] = field(default_factory=list)
    prints: bool = False

    @property
    def place(self) -> str:
        return f"at depth {self.size[0]}, width {self.size[1]}"

    def tried(self, name: str) -> str:
        """Why it cannot be measured here; empty if it can."""
        self.prints = False
        if name == ALL:
            return self._all()
        if name == SETUP:
            return self._setup()
        if self.failed:
            return ""  # it was said of all
        if self.arguments is None:
            self._setup()  # the worker before has ended
        return self._call(self.problem.by_name[name])

    def _setup(self) -> str:
        words = f"setup({self.size[0]}, {self.size[1]}, rng)"
        try:
            self.arguments = self.problem.arguments(*self.size)
        except BaseException as error:
            self.failed = True
            why = f"{words} {raised(error)}"
            return TooMuch(why) if isinstance(error, MemoryError) else why
        start = perf_counter()  # the first time may have imported something
        once_more = self._once_more()
        self.setup_s = perf_counter() - start
        self.untouched = None if self.problem.mutates else once_more
        return ""

    def _once_more(self) -> Any:
        """The arguments apart from those that are called with; None if there is no room for them."""
        try:
            return self.problem.arguments(*self.size)
        except Exception:
            return None

    def _call(self, solution: Solution) -> str:
        try:
            with redirect_stdout(_Heard(sys.stdout)) as heard:
                seconds, answer = self._timed(solution)
                if seconds > LONGEST_CALL_S:  # a first call may have compiled or imported something
                    seconds, answer = self._timed(solution)
            self.prints = heard.used
            self._compare(solution, answer)
        except BrokenContract as error:
            return TooMuch(error) if isinstance(error.__cause__, MemoryError | RecursionError) else str(error)
        if seconds > LONGEST_CALL_S:
            return TooMuch(f"a call takes {seconds:.1f} s, and {LONGEST_CALL_S:g} s are the most")
        self.call_s.append(seconds)
        return ""

    def _timed(self, solution: Solution) -> tuple[float, Any]:
        """Seconds and answer of a call; the arguments are whole again after it, whatever it does to them."""
        arguments = self.problem.arguments(*self.size) if self.problem.mutates else self.arguments
        try:
            refuse_other_arguments(solution, arguments, self.place)
            start = perf_counter()
            answer = called(solution, arguments, self.place)
            seconds = perf_counter() - start
            return seconds, settled(self.problem, answer, arguments, self.untouched, self.place)
        except BrokenContract:
            self.arguments = self.problem.arguments(*self.size)
            raise

    def _compare(self, solution: Solution, answer: Any) -> None:
        """Compare with the baseline's answer; if that can have none here, with that of the first that has."""
        if self.first is None and self.baseline and self.baseline != solution.name:
            baseline = self.problem.by_name[self.baseline]
            self.first = baseline, self._timed(baseline)[1]
        if self.first is None:
            self.first = solution, answer
        compare(self.problem, solution, self.first[0], answer, self.first[1], self.place)

    def _all(self) -> str:
        """Why nobody can be measured here, although each can be called."""
        if not self.problem.mutates or not self.call_s:
            return ""
        calls = (len(self.problem.by_name) + 1) * (CALLS + CALLS_S / max(min(self.call_s), 1e-7))
        if self.setup_s * calls <= LONGEST_SETUPS_S:
            return ""
        return TooMuch(
            f"setup takes {1000 * self.setup_s:.1f} ms, and each of some {calls:.0f} calls of a visit needs arguments of its own; "
            "make setup faster, or let a call do more"
        )


if __name__ == "__main__":
    serve(main)
