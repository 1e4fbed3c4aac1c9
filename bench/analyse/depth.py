"""Facts about depth: how far each search came, whether it is dangerous to raise the limit, and what reaches a given depth."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import pandas as pd

from bench.measure.workers.endings import RAISED_LIMIT
from bench.plan.contenders import REFERENCES, in_order
from bench.plan.depth import AS_IT_COMES, CALL, LIMIT_RAISED, Setting, setting_of

Key = TypeVar("Key")


@dataclass(frozen=True)
class Reach:
    """How far one implementation, or one way of calling, came on one interpreter under one setting."""

    python: str
    impl: str
    recursion_limit: int
    setting: Setting
    deepest: int
    status: str

    @property
    def free(self) -> bool:
        """Did it reach the most that was allowed?"""
        return self.status == "ok"

    @property
    def stopped(self) -> bool:
        """Did it come to an end that no patience moves? Where time ran out, nobody knows how much deeper it goes."""
        return self.status not in ("ok", "timeout")

    @property
    def is_call(self) -> bool:
        """Is it a way of calling, and not an implementation?"""
        return self.impl.startswith(CALL)

    @property
    def in_main_thread(self) -> bool:
        """Was the limit raised, and the stack the main thread's?"""
        return self.setting == LIMIT_RAISED


@dataclass(frozen=True)
class Danger:
    """What happens when the limit is raised to those that it stops.

    Attributes:
        crashing: the reaches of those that crash under any setting, by interpreter.
        harmless: those of the others.
        crashing_calls: ways of calling that crash on interpreters where some implementation does not.

    """

    crashing: list[Reach]
    harmless: list[Reach]
    crashing_calls: list[Reach]


@dataclass(frozen=True)
class AskedDepth:
    """What reaches one of the depths that people asked about, as Python comes and with the limit raised."""

    depth: int
    as_it_comes: list[Reach]
    raised: list[Reach]


@dataclass(frozen=True)
class Raised:
    """That an implementation was timed with the recursion limit raised, from a depth on, since it ends in a RecursionError there."""

    impl: str
    depth: int


def raised_limits(times: pd.DataFrame) -> list[Raised]:
    """What rows of time.csv say of implementations that cannot be called as Python comes."""
    rows = times.loc[times["detail"] == RAISED_LIMIT, ["impl", "depth"]]
    least = {str(impl): int(depth) for impl, depth in rows.groupby("impl", observed=True)["depth"].min().items()}
    return [Raised(impl, least[impl]) for impl in in_order(least) if impl not in REFERENCES]


def reaches(rows: pd.DataFrame) -> list[Reach]:
    """The searches in rows of limits.csv, interpreters by age, the newest last."""
    searched = rows[rows["impl"].notna() & rows["deepest_ok"].notna()]
    every = [
        Reach(
            row.python,
            row.impl,
            int(row.recursion_limit),
            setting_of(int(row.recursion_limit), None if pd.isna(row.stack_bytes) else int(row.stack_bytes)),
            int(row.deepest_ok),
            row.status,
        )
        for row in searched.itertuples()
    ]
    return sorted(every, key=lambda reach: age(reach.python))


def age(python: str) -> tuple[bool, list[int], str]:
    """A key that puts 3.9 before 3.10, 3.13.0 before its free-threaded twin, and PyPy last.

    >>> sorted(["pypy3.9.16", "3.10.1", "3.13.0t", "3.9.2", "3.13.0"], key=age)
    ['3.9.2', '3.10.1', '3.13.0', '3.13.0t', 'pypy3.9.16']
    """
    return not python[:1].isdigit(), [int(number) for number in re.findall(r"\d+", python)], python


def shown_python(every: Sequence[Reach], running: str | None) -> str | None:
    """The interpreter whose depths stand for all where there is room for one: the running one, or the newest that was studied."""
    studied = [reach.python for reach in every]
    return running if running in studied else studied[-1] if studied else None


def under_the_limit(every: Sequence[Reach]) -> list[Reach]:
    """How far implementations came with Python's own limit."""
    return [reach for reach in every if not reach.is_call and reach.setting == AS_IT_COMES]


def danger(every: Sequence[Reach]) -> Danger:
    """What those do that the limit stops, once it is raised."""
    stopped = {reach.impl for reach in under_the_limit(every) if reach.status == "recursion_error"}
    raised = [reach for reach in _raised(every) if reach.impl in stopped]
    dangerous = {(reach.python, reach.impl) for reach in raised if reach.status == "segfault"}
    crashing = [reach for reach in raised if (reach.python, reach.impl) in dangerous]
    harmless = [reach for reach in raised if reach not in crashing]
    there = {reach.python for reach in harmless}
    calls = [reach for reach in every if reach.is_call and reach.status == "segfault" and reach.python in there]
    return Danger(crashing, harmless, calls)


def uncounted(every: Sequence[Reach]) -> dict[tuple[str, str], list[Reach]]:
    """(implementation, interpreter) -> its reaches, smaller stacks first, of those that overflow the stack under Python's own limit.

    Python does not count their calls. The main thread's stack comes first.
    """
    here = under_the_limit(every)
    crashed, stopped = ({reach.impl for reach in here if reach.status == status} for status in ("segfault", "recursion_error"))
    raised = [reach for reach in _raised(every) if reach.impl in crashed - stopped]
    by_stack = sorted(raised, key=lambda reach: (not reach.in_main_thread, reach.setting.stack_bytes or 0))
    return grouped(by_stack, lambda reach: (reach.impl, reach.python))


def stack_bytes_per_layer(by_stack: Sequence[Reach]) -> int | None:
    """What a layer takes of the stack, from two threads' stacks that were both used up; None without two."""
    full = [reach for reach in by_stack if reach.status == "segfault" and not reach.in_main_thread]
    if len(full) < 2 or full[-1].deepest == full[0].deepest:
        return None
    more_bytes = (full[-1].setting.stack_bytes or 0) - (full[0].setting.stack_bytes or 0)
    return round(more_bytes / (full[-1].deepest - full[0].deepest))


def asked_depths(every: Sequence[Reach], depths: Sequence[int]) -> list[AskedDepth]:
    """The depths that people ask about, each with those that were tried so deep or ended before."""
    asked = []
    for depth in depths:
        known = [reach for reach in every if not reach.is_call and (reach.deepest >= depth or reach.stopped)]
        if as_it_comes := under_the_limit(known):
            asked.append(AskedDepth(depth, as_it_comes, [reach for reach in known if reach.in_main_thread]))
    return asked


def safe_ways(every: Sequence[Reach]) -> tuple[list[str], list[str], list[str]]:
    """Interpreters on which plain calls have no limit, by age; the ways of calling that have none on all of these; and the others."""
    calls = [reach for reach in every if reach.is_call]
    plain = {reach.python for reach in calls if reach.impl == f"{CALL}plain" and reach.free}
    there = grouped([reach for reach in calls if reach.python in plain], lambda reach: reach.impl)
    safe = [way for way, reached in there.items() if all(reach.free for reach in reached)]
    return sorted(plain, key=age), safe, [way for way in there if way not in safe]


def grouped(every: Sequence[Reach], key: Callable[[Reach], Key]) -> dict[Key, list[Reach]]:
    """Key -> the reaches that have it, in their order."""
    return {name: [reach for reach in every if key(reach) == name] for name in dict.fromkeys(map(key, every))}


def _raised(every: Sequence[Reach]) -> list[Reach]:
    """How far implementations came without Python's own limit."""
    return [reach for reach in every if not reach.is_call and reach.setting != AS_IT_COMES]
