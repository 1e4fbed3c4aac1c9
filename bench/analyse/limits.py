"""What the searches for depth say: Python's limit, whether it is dangerous to raise it, and for which networks it matters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from bench.analyse.findings import Finding
from bench.plan.contenders import title
from bench.plan.limits import AS_IT_COMES, CALL, LIMIT_RAISED, Setting, setting_of, way_title

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
    return [
        *_the_limit(as_it_comes),
        *_raised([one for one in networks if one.impl in nesting and one.setting != AS_IT_COMES]),
        *_asked(networks),
        *_ways(calls),
    ]


def _the_limit(as_it_comes: Sequence[Reach]) -> Iterator[Finding]:
    if not as_it_comes:
        return
    limits = sorted({one.recursion_limit for one in as_it_comes})
    stopped = [one for one in as_it_comes if one.status == "recursion_error"]
    free = [one for one in as_it_comes if one.free]
    odd = [one for one in as_it_comes if not one.free and one not in stopped]
    parts = [f"{' or '.join(map(spaced, limits))} calls inside one another, as {_on(as_it_comes)} comes."]
    if stopped:
        parts.append(f"Under it {_titles(stopped)} trains {_range(stopped)} layers, and one more ends in a RecursionError.")
    if free:
        parts.append(f"{_capital(_titles(free))} trains {_range(free)}, the most that was tried.")
    parts += [f"{_capital(title(one.impl))} trains {spaced(one.deepest)} on {one.python}, then {ENDINGS[one.status]}." for one in odd]
    yield Finding("What is Python's limit?", " ".join(parts))


def _raised(raised: Sequence[Reach]) -> Iterator[Finding]:
    """What those that the limit stopped do without it, and what the size of the stack has to do with it."""
    main = [one for one in raised if one.setting == LIMIT_RAISED]
    if not main:
        return
    crashing = [one for one in main if one.status == "segfault"]
    threads = [one for one in raised if one.setting != LIMIT_RAISED]
    parts = [_danger(crashing, main)]
    parts += [_ended(ending, [one for one in main if one.status == ending]) for ending in ENDINGS if ending != "segfault"]
    parts.append(_unharmed([one for one in main if one.free]))
    parts.append(_stack(threads, {(one.python, one.impl) for one in crashing}))
    yield Finding("Is it dangerous to raise the limit?", " ".join(part for part in parts if part))


def _danger(crashing: Sequence[Reach], main: Sequence[Reach]) -> str:
    if not crashing:
        return f"Not on {_pythons(main)}: nothing crashes there."
    places = [f"{_titles([one])} beyond {spaced(one.deepest)} layers on {one.python}" for one in crashing]
    return f"Yes, on {_pythons(crashing)}: the process dies of a segmentation fault, which no program can catch: {_list(places)}."


def _ended(ending: str, main: Sequence[Reach]) -> str:
    if not main:
        return ""
    places = [f"{_titles([one])} beyond {spaced(one.deepest)} layers on {one.python}" for one in main]
    return f"It ends in {ENDINGS[ending]}, whatever the limit: {_list(places)}."


def _unharmed(free: Sequence[Reach]) -> str:
    if not free:
        return ""
    return f"On {_pythons(free)} {_titles(free)} trains {_range(free)} layers, the most that was tried."


def _stack(threads: Sequence[Reach], crashing: set[tuple[str, str]]) -> str:
    """Where the main thread crashes, how far a thread with another stack comes; elsewhere, whether its size shows."""
    moved = [one for one in threads if (one.python, one.impl) in crashing]
    still = [one for one in threads if (one.python, one.impl) not in crashing]
    parts = []
    if moved:
        by_stack = [
            f"with {words} {_range(group)} layers"
            for words, group in _grouped(moved, lambda one: one.setting.words.removeprefix("limit raised, ")).items()
        ]
        parts.append(f"There the depth goes with the stack of the thread: {_list(by_stack)}.")
    if still and all(one.free for one in still):
        parts.append(f"On {_pythons(still)} the size of the stack does not matter.")
    elif still:
        short = [f"{_titles([one])} {spaced(one.deepest)} on {one.python} ({one.setting.words})" for one in still if not one.free]
        parts.append(f"In a thread, elsewhere: {_list(short)}.")
    return " ".join(parts)


def _asked(networks: Sequence[Reach]) -> Iterator[Finding]:
    """The depths that people asked about, as Python comes and with the limit raised."""
    for depth in ASKED_DEPTHS:
        known = [one for one in networks if one.deepest >= depth or not one.free]
        as_it_comes = [one for one in known if one.setting == AS_IT_COMES]
        raised = [one for one in known if one.setting == LIMIT_RAISED]
        if as_it_comes:
            yield Finding(
                f"Is a network of {' or '.join(map(spaced, ASKED_DEPTHS))} layers a problem?",
                f"{spaced(depth)} layers: {_reached(depth, as_it_comes, 'as Python comes')}"
                + (f" {_capital(_reached(depth, raised, 'with the limit raised'))}" if _short(depth, as_it_comes) and raised else ""),
            )


def _reached(depth: int, group: Sequence[Reach], how: str) -> str:
    short = _short(depth, group)
    if not short:
        return f"no problem {how}; {_titles(group)} trains it on {_pythons(group)}."
    rest = [one for one in group if one not in short]
    others = f" {_capital(_titles(rest))} trains it." if rest else ""
    return f"{how}, {_titles(short)} stops at {_range(short)} on {_pythons(short)}.{others}"


def _short(depth: int, group: Sequence[Reach]) -> list[Reach]:
    return [one for one in group if one.deepest < depth]


def _ways(calls: Sequence[Reach]) -> Iterator[Finding]:
    """Interpreter by interpreter, which ways of calling have a limit of their own, and how they end."""
    question = "Which ways of calling make recursion dangerous?"
    plain = {one.python for one in calls if one.impl == f"{CALL}plain" and one.free}
    if plain:
        there = _grouped([one for one in calls if one.python in plain], lambda one: way_title(one.impl))
        safe = [way for way, group in there.items() if all(one.free for one in group)]
        places = _list(sorted(plain, key=age))
        yield Finding(question, f"On {places}, where a plain call knows no limit but the one that is set, safe are: {_list(safe)}.")
    for python, group in _grouped(calls, lambda one: one.python).items():
        parts = [_way_words(ending, [one for one in group if one.status == ending]) for ending in ENDINGS]
        free = [one for one in group if one.free]
        parts.append(f"{_list([way_title(one.impl) for one in free])} reach{'es' if len(free) == 1 else ''} {_range(free)}" if free else "")
        yield Finding(question, f"On {python}: {'; '.join(part for part in parts if part)}.")


def _way_words(ending: str, group: Sequence[Reach]) -> str:
    if not group:
        return ""
    first = sorted(group, key=lambda one: one.deepest)
    return f"{ENDINGS[ending]} for {_list([f'{way_title(one.impl)} ({spaced(one.deepest)})' for one in first])}"


def spaced(number: int) -> str:
    """A number with its thousands apart, by spaces at which no line breaks.

    >>> spaced(1000000).split()
    ['1', '000', '000']
    """
    return f"{number:,}".replace(",", "\u00a0")


def _range(group: Sequence[Reach]) -> str:
    low, high = min(one.deepest for one in group), max(one.deepest for one in group)
    return spaced(low) if low == high else f"{spaced(low)} to {spaced(high)}"


def _titles(group: Sequence[Reach]) -> str:
    return _list(list(dict.fromkeys(title(one.impl) for one in group)))


def _pythons(group: Sequence[Reach]) -> str:
    return _list(list(dict.fromkeys(one.python for one in group)))


def _on(group: Sequence[Reach]) -> str:
    return f"Python {_pythons(group)}"


def _grouped(group: Sequence[Reach], key: Callable[[Reach], str]) -> dict[str, list[Reach]]:
    return {name: [one for one in group if key(one) == name] for name in dict.fromkeys(map(key, group))}


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _list(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
