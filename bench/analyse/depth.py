"""What the searches for depth say: Python's limit, whether it is dangerous to raise it, and for which networks it matters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import pandas as pd

from bench.analyse.findings import Finding
from bench.analyse.words import listed, spaced
from bench.plan.contenders import title
from bench.plan.depth import AS_IT_COMES, CALL, LIMIT_RAISED, Setting, setting_of, way_title

Key = TypeVar("Key")

ASKED_DEPTHS = (152, 1_000)  # those of residual networks (He et al. 2015, 2016)

# status -> how a sentence goes on after "then"
ENDINGS = {
    "recursion_error": "a RecursionError",
    "segfault": "a segmentation fault",
    "out_of_memory": "out of memory",
    "timeout": "out of time",
    "error": "an error",
}


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
    def is_call(self) -> bool:
        """Is it a way of calling, and not an implementation?"""
        return self.impl.startswith(CALL)


def reaches(rows: pd.DataFrame) -> list[Reach]:
    """The searches in rows of limits.csv, interpreters by age."""
    searched = rows[rows["impl"].notna() & rows["deepest_ok"].notna()]
    found = [
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
    return sorted(found, key=lambda one: age(one.python))


def age(python: str) -> tuple[list[int], str]:
    """A key that puts 3.9 before 3.10, and 3.13.0 before its free-threaded twin.

    >>> sorted(["3.10.1", "3.13.0t", "3.9.2", "3.13.0"], key=age)
    ['3.9.2', '3.10.1', '3.13.0', '3.13.0t']
    """
    return [int(number) for number in re.findall(r"\d+", python)], python


def limit_findings(rows: pd.DataFrame) -> list[Finding]:
    """What rows of limits.csv say, as far as they go."""
    found = reaches(rows)
    networks = [one for one in found if not one.is_call]
    calls = [one for one in found if one.is_call]
    as_it_comes = [one for one in networks if one.setting == AS_IT_COMES]
    nesting = {one.impl for one in as_it_comes if one.status == "recursion_error"}
    uncounted = {one.impl for one in as_it_comes if one.status == "segfault"}
    return [
        *_the_limit(as_it_comes),
        *_raised([one for one in networks if one.impl in nesting and one.setting != AS_IT_COMES], calls),
        *_uncounted([one for one in networks if one.impl in uncounted - nesting and one.setting != AS_IT_COMES]),
        *_asked(networks),
        *_ways(calls),
    ]


def _the_limit(as_it_comes: Sequence[Reach]) -> Iterator[Finding]:
    """Whom the limit stops, and whom it does not."""
    if not as_it_comes:
        return
    limits = " or ".join(map(spaced, sorted({one.recursion_limit for one in as_it_comes})))
    stopped = [one for one in as_it_comes if one.status == "recursion_error"]
    free = [one for one in as_it_comes if one.free]
    parts = [f"Python allows {limits} calls inside one another unless it is told otherwise ({_pythons(as_it_comes)})."]
    if stopped:
        parts.append(f"{_capital(_titles(stopped))} trained {_range(stopped)} layers under it, and one more ended in a RecursionError.")
    if free:
        parts.append(f"It does not affect {_titles(free)}, which trained {_range(free)} layers, the most that was tried.")
    parts += [_odd(one) for one in as_it_comes if not one.free and one not in stopped]
    yield Finding("What is Python's limit?", " ".join(parts))


def _odd(one: Reach) -> str:
    trained = f"{_capital(_titles([one]))} trained {spaced(one.deepest)} layers on {one.python}"
    return f"{trained}, and a deeper network ended in {ENDINGS[one.status]}."


def _raised(raised: Sequence[Reach], calls: Sequence[Reach]) -> Iterator[Finding]:
    """What those that the limit stopped do without it, and what the size of the stack has to do with it."""
    dangerous = {(one.python, one.impl) for one in raised if one.status == "segfault"}
    crashing = [one for one in raised if (one.python, one.impl) in dangerous]
    harmless = [one for one in raised if one not in crashing]
    if raised:
        answer = [*_yes(crashing), *_no(harmless), *_but(harmless, calls)]
        yield Finding("Is it dangerous to raise the limit?", " ".join(answer))


def _yes(crashing: Sequence[Reach]) -> Iterator[str]:
    """Where it crashes: at which depth, in the main thread and with other stacks."""
    if not crashing:
        return
    main = [one for one in crashing if one.setting == LIMIT_RAISED and not one.free]
    threads = [one for one in crashing if one.setting != LIMIT_RAISED]
    yield f"Yes, on {_pythons(crashing)}: the process dies of a segmentation fault, which no program can catch{_beyond(main)}."
    if threads:
        by_stack = _grouped(threads, lambda one: one.setting.words.removeprefix("limit raised, "))
        depths = [f"{_range(group)} layers with a {stack}" for stack, group in by_stack.items()]
        yield f"It is a matter of the thread's stack: {listed(depths)}."


def _no(harmless: Sequence[Reach]) -> Iterator[str]:
    """Where it does not crash: how far it comes, whatever the stack, and what stops it if anything does."""
    main = [one for one in harmless if one.setting == LIMIT_RAISED]
    threads = [one for one in harmless if one.setting != LIMIT_RAISED]
    free = [one for one in main if one.free]
    if free:
        stack = ", whatever the size of the stack" if threads and all(one.free for one in threads) else ""
        yield f"No, on {_pythons(free)}: {_titles(free)} trained {_range(free)} layers, the most that was tried{stack}."
    yield from map(_odd, (one for one in main if not one.free))
    yield from map(_in_thread, (one for one in threads if not one.free))


def _but(harmless: Sequence[Reach], calls: Sequence[Reach]) -> Iterator[str]:
    """What is harmless as it is written need not be if it is written otherwise."""
    there = {one.python for one in harmless}
    crashing = [one for one in calls if one.status == "segfault" and one.python in there]
    if crashing:
        yield f"That holds for plain calls of functions: on {_pythons(crashing)} other ways of calling do crash (see below)."


def _in_thread(one: Reach) -> str:
    return f"But with a {one.setting.words.removeprefix('limit raised, ')}, {_odd(one)[0].lower()}{_odd(one)[1:]}"


def _uncounted(group: Sequence[Reach]) -> Iterator[Finding]:
    """Whoever overflows the thread's stack with no limit of Python's in between: how far it comes, by stack and interpreter."""
    question = "What stops recursion that Python does not count?"
    for (impl, python), reached in _grouped(group, lambda one: (one.impl, one.python)).items():
        main = [one for one in reached if one.setting == LIMIT_RAISED]
        threads = sorted((one for one in reached if one not in main), key=lambda one: one.setting.stack_bytes or 0)
        depths = [f"{_range(main)} layers in the main thread"] if main else []
        depths += [f"{_range([one])} with a {one.setting.words.removeprefix('limit raised, ')}" for one in threads]
        answer = f"The thread's stack, and nothing tells before the segmentation fault. {_capital(title(impl))} trained {listed(depths)}"
        yield Finding(question, f"{answer} ({python}){_each_layers(threads)}.")


def _each_layers(threads: Sequence[Reach]) -> str:
    """What a layer takes of the stack, from two stacks that were both used up."""
    full = [one for one in threads if one.status == "segfault"]
    if len(full) < 2 or full[-1].deepest == full[0].deepest:
        return ""
    more_bytes = (full[-1].setting.stack_bytes or 0) - (full[0].setting.stack_bytes or 0)
    return f"; a layer takes {spaced(round(more_bytes / (full[-1].deepest - full[0].deepest)))} bytes of it"


def _beyond(group: Sequence[Reach]) -> str:
    """ ", recursion beyond 23 680 layers (3.9.18) and 19 968 layers (3.10.13)"."""
    by_title = _grouped(group, lambda one: title(one.impl))
    places = [
        f"{words} beyond {listed([f'{spaced(one.deepest)} layers ({one.python})' for one in of_it])}" for words, of_it in by_title.items()
    ]
    return f", {listed(places)}" if places else ""


def _asked(networks: Sequence[Reach]) -> Iterator[Finding]:
    """The depths that people asked about, as Python comes and with the limit raised."""
    question = f"Is a network of {' or '.join(map(spaced, ASKED_DEPTHS))} layers a problem?"
    for depth in ASKED_DEPTHS:
        known = [one for one in networks if one.deepest >= depth or not one.free]
        as_it_comes = [one for one in known if one.setting == AS_IT_COMES]
        raised = [one for one in known if one.setting == LIMIT_RAISED]
        if as_it_comes:
            stopped = bool(_short(depth, as_it_comes))
            parts = [
                f"{spaced(depth)} layers: {'a' if stopped else 'no'} problem as Python comes. {_capital(_reached(depth, as_it_comes))}"
            ]
            if stopped and raised:
                parts.append(f"With the limit raised, {_reached(depth, raised)}")
            yield Finding(question, " ".join(parts))


def _reached(depth: int, group: Sequence[Reach]) -> str:
    """ "recursion stopped at 987 on 3.9.18; kept list got there."."""
    short = _short(depth, group)
    there = [one for one in group if one.impl not in {one.impl for one in short}]
    parts = []
    if short:
        parts.append(f"{_titles(short)} stopped at {_range(short)} on {_pythons(short)}")
    tried_on = {impl: _pythons(of_it) for impl, of_it in _grouped(there, lambda one: one.impl).items()}
    for pythons, of_them in _grouped(there, lambda one: tried_on[one.impl]).items():
        parts.append(f"{_titles(of_them)} got there on {'all' if short and pythons == _pythons(short) else pythons}")
    return "; ".join(parts) + "."


def _short(depth: int, group: Sequence[Reach]) -> list[Reach]:
    return [one for one in group if one.deepest < depth]


def _ways(calls: Sequence[Reach]) -> Iterator[Finding]:
    """Interpreter by interpreter, which ways of calling have a limit of their own, and how they end."""
    question = "Which ways of calling make recursion dangerous?"
    plain = {one.python for one in calls if one.impl == f"{CALL}plain" and one.free}
    if plain:
        there = _grouped([one for one in calls if one.python in plain], lambda one: way_title(one.impl))
        safe = [way for way, group in there.items() if all(one.free for one in group)]
        other = [way for way in there if way not in safe]
        answer = f"Safe on {listed(sorted(plain, key=age))}: {listed(safe)}."
        yield Finding(question, f"{answer} Not on all of them: {listed(other)}." if other else answer)
    for python, group in _grouped(calls, lambda one: one.python).items():
        parts = [_way_words(ending, [one for one in group if one.status == ending]) for ending in ENDINGS]
        free = [one for one in group if one.free]
        parts.append(f"none within {_range(free)} calls, the most that was tried, for {_ways_in(free)}" if free else "")
        yield Finding(question, f"On {python}: {'; '.join(part for part in parts if part)}.")


def _way_words(ending: str, group: Sequence[Reach]) -> str:
    first = sorted(group, key=lambda one: one.deepest)
    return f"{ENDINGS[ending]} for {listed([f'{way_title(one.impl)} ({spaced(one.deepest)})' for one in first])}" if first else ""


def _ways_in(group: Sequence[Reach]) -> str:
    return listed([way_title(one.impl) for one in group])


def _range(group: Sequence[Reach]) -> str:
    low, high = min(one.deepest for one in group), max(one.deepest for one in group)
    return spaced(low) if low == high else f"{spaced(low)} to {spaced(high)}"


def _titles(group: Sequence[Reach]) -> str:
    return listed(list(dict.fromkeys(title(one.impl) for one in group)))


def _pythons(group: Sequence[Reach]) -> str:
    return listed(list(dict.fromkeys(one.python for one in group)))


def _grouped(group: Sequence[Reach], key: Callable[[Reach], Key]) -> dict[Key, list[Reach]]:
    return {name: [one for one in group if key(one) == name] for name in dict.fromkeys(map(key, group))}


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
