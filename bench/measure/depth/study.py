"""Depth limits: on one interpreter, the search for every implementation under every setting, and every way of calling."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

from bench.measure.depth.probe import NO_INPUT
from bench.measure.depth.search import Search, deepest
from bench.measure.depth.trial_conditions import TrialConditions, caveats_of_all, trial_conditions
from bench.measure.depth.trials import Guard, Trial, usual_guard
from bench.measure.interpreters.found import Interpreter, Unusable
from bench.measure.interpreters.venvs import cache_folder, python_with_numpy
from bench.measure.machine.caveats import Caveat
from bench.plan.cells import BACKPROPAGATION
from bench.plan.depth import AS_IT_COMES, CALL, DEEPEST, LIMIT_RAISED, SETTINGS, WAYS, Setting

try:
    import resource
except ImportError:  # Windows has none
    resource = None  # type: ignore[assignment]

NO_LIMIT = -1  # in place of bytes
SLOPE_FROM = 10_000  # layers; a peak is read in whole pages, which are below 1 % of it from this depth on


@dataclass(frozen=True)
class Limit:
    """The result of a search; a row of limits.csv.

    Attributes:
        deepest_ok: the deepest that succeeded; None if nothing could be tried.
        first_failure: the shallowest depth that failed; None if the cap succeeded.
        status: how the first failure ended, "ok" if there is none. Where `setup` makes no deeper input, nobody has failed.
        bytes_per_layer: the peak of resident memory above what it was before, per layer, arrays included.
        seconds: how long the search took.
        detail: more about the failure, for the terminal.
        problem: what was computed.
        stack_limit_bytes: the limit of the main thread's stack (`ulimit -s`), NO_LIMIT if there is none; None if it is unknown.
        memory_limit_bytes: the most address space that each trial might take.
        conditions: what else the trials ran under that can move depth, in words; None if it is unknown.

    """

    python: str
    impl: str | None
    recursion_limit: int | None
    stack_bytes: int | None
    deepest_ok: int | None
    first_failure: int | None
    status: str
    bytes_per_layer: float | None
    seconds: float
    detail: str = ""
    stack_limit_bytes: int | None = None
    memory_limit_bytes: int | None = None
    conditions: str | None = None
    problem: str = BACKPROPAGATION


def stack_limit() -> int | None:
    """The limit of the main thread's stack in bytes that this process, and so each trial, has; NO_LIMIT if it is unlimited.

    None where the system has no such limit.
    """
    if resource is None:
        return None
    soft, _ = resource.getrlimit(resource.RLIMIT_STACK)
    return NO_LIMIT if soft == resource.RLIM_INFINITY else soft


def without_searches(python: str, status: str, detail: str) -> Limit:
    """The row of an interpreter on which no search could be made."""
    return Limit(python, None, None, None, None, None, status, None, 0.0, detail)


@dataclass(frozen=True)
class Subjects:
    """What is tried: implementations of a problem, by name; `files` are the user's own, and `source` is what loads the problem.

    `cap` is the deepest to try, under each of the `settings`.
    """

    names: Sequence[str]
    files: Sequence[str] = ()
    cap: int = DEEPEST
    problem: str = BACKPROPAGATION
    source: str = BACKPROPAGATION
    settings: Sequence[Setting] = SETTINGS

    @property
    def from_below(self) -> bool:
        """May their work grow faster than their depth? That of networks does not."""
        return self.problem != BACKPROPAGATION


@dataclass(frozen=True)
class Studied:
    """An interpreter as it is studied.

    Attributes:
        name: its version.
        python: the path of the executable that the trials run on.
        guard: what each trial may take.
        under: what they run under.

    """

    name: str
    python: str
    guard: Guard
    under: TrialConditions


def all_limits(interpreter: Interpreter, subjects: Subjects, tell: Callable[[Sequence[Caveat]], None]) -> Iterator[Limit]:
    """A row for every search on an interpreter, as it ends: first implementations, and then ways of calling, with networks.

    Where there is no NumPy, one row says so in place of all implementations. `tell` gets what speaks against the depths before
    they are searched.
    """
    guard = usual_guard()
    tell([*caveats_of_all(guard)])
    try:
        python = python_with_numpy(interpreter, cache_folder())
    except Unusable as error:
        yield replace(without_searches(interpreter.name, error.status, error.detail), problem=subjects.problem)
    else:
        yield from implementation_limits(studied(interpreter, python, guard, tell), subjects)
    if subjects.problem == BACKPROPAGATION:
        yield from calling_limits(studied(interpreter, interpreter.path, guard, tell), subjects.cap)


def studied(interpreter: Interpreter, python: str, guard: Guard, tell: Callable[[Sequence[Caveat]], None]) -> Studied:
    """The interpreter by one of its executables; `tell` gets what speaks against depths that are found on it."""
    under = trial_conditions(python, interpreter.name, interpreter.recursion_limit)
    tell(under.caveats)
    return Studied(interpreter.name, python, guard, under)


def implementation_limits(where: Studied, subjects: Subjects) -> Iterator[Limit]:
    """A row for every implementation and setting, on an executable that has NumPy.

    An implementation that cannot be tried has one row for all settings.
    """
    for name in subjects.names:
        found: list[Limit] = []
        for setting in subjects.settings:
            trial = Trial(where.python, name, setting, where.guard, subjects.files, subjects.source, may_be_slow=subjects.from_below)
            limit = _limit(where, trial, subjects, found)
            found.append(limit)
            yield limit
            if limit.status == "skipped":
                break


def _limit(where: Studied, trial: Trial, subjects: Subjects, found: Sequence[Limit]) -> Limit:
    """The search under a setting; `found` is what the implementation has reached under those before."""
    slow = next((limit for limit in found if subjects.from_below and limit.status == "timeout"), None)
    known = found[0].deepest_ok or 0 if found and subjects.from_below and trial.setting == LIMIT_RAISED else 0
    limit = _search(where, trial, max(1, slow.deepest_ok or 1) if slow else subjects.cap, subjects.from_below, known)
    if slow and limit.status == "ok":  # time will run out under this setting as well
        limit = replace(limit, first_failure=slow.first_failure, status=slow.status, detail=slow.detail)
    return replace(limit, problem=subjects.problem)


def calling_limits(where: Studied, cap: int) -> Iterator[Limit]:
    """A row for every way of calling, with the limit raised."""
    for way in WAYS:
        yield _search(where, Trial(where.python, f"{CALL}{way}", LIMIT_RAISED, where.guard), cap)


def _search(where: Studied, trial: Trial, cap: int, from_below: bool = False, known: int = 0) -> Limit:
    start, name, setting = perf_counter(), trial.subject, trial.setting
    search = deepest(trial, cap, from_below, known)
    seconds = round(perf_counter() - start, 2)
    status, detail = (search.failure.status, search.failure.detail) if search.failure else ("ok", "")
    if status == NO_INPUT:  # the deepest input that there is was the most to try
        status = "ok" if search.depth else "skipped"
    reached = None if status == "skipped" else search.depth
    failed = search.failed_at if status not in ("ok", "skipped") else None
    return Limit(
        where.name,
        name,
        where.under.recursion_limit if setting == AS_IT_COMES else setting.recursion_limit,
        setting.stack_bytes,
        reached,
        failed,
        status,
        _slope(search),
        seconds,
        detail,
        stack_limit(),
        where.guard.memory_bytes,
        where.under.unusual,
    )


def _slope(search: Search) -> float | None:
    if search.success is None or search.success.resident_bytes is None or search.depth < SLOPE_FROM:
        return None
    return round(search.success.resident_bytes / search.depth, 1)
