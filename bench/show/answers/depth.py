"""Answers about depth: Python's limit, whether it is dangerous to raise it, and for which networks it matters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from bench.analyse.depth import (
    AskedDepth,
    Reach,
    asked_depths,
    danger,
    grouped,
    reaches,
    safe_ways,
    stack_bytes_per_layer,
    uncounted,
    under_the_limit,
)
from bench.plan.contenders import title
from bench.plan.depth import way_title
from bench.plan.described import DescribedProblem, Words, article
from bench.record.problems import problem_in
from bench.show.answers import Answer
from bench.show.answers.words import capital, counted, listed, size, spaced, titles

LIMIT = "What is Python's limit?"
DANGER = "Is it dangerous to raise the limit?"
UNCOUNTED = "What stops recursion that Python does not count?"
WAYS = "Which ways of calling make recursion dangerous?"

# status -> what a deeper input ended in
ENDINGS = {
    "recursion_error": "a RecursionError",
    "segfault": "a segmentation fault",
    "out_of_memory": "no memory left",
    "timeout": "a time-out",
    "error": "an error",
}


def depth_answers(rows: pd.DataFrame) -> list[Answer]:
    """What rows of limits.csv say, as far as they go."""
    every, problem = reaches(rows), problem_in(rows)
    words = problem.words
    asked = [_asked(each, problem) for each in asked_depths(every, problem.asked_depths)]
    return [*_limit(every, words), *_danger(every, words), *_uncounted(every, words), *asked, *_ways(every)]


def _limit(every: Sequence[Reach], words: Words) -> Iterator[Answer]:
    """What the limit stops, and what it does not."""
    here = under_the_limit(every)
    if not here:
        return
    limits = " or ".join(map(spaced, sorted({reach.recursion_limit for reach in here})))
    stopped = [reach for reach in here if reach.status == "recursion_error"]
    free = [reach for reach in here if reach.free]
    sentences = [f"{limits} calls inside one another, unless a program sets another limit ({_pythons(here)})."]
    if stopped:
        names = titles(reach.impl for reach in stopped)
        reached = f"{_range(stopped)} {words.levels} under it"
        sentences.append(f"{capital(names)} {words.did} {reached}, and a deeper {words.input} ended in a RecursionError.")
    if free:
        names = titles(reach.impl for reach in free)
        sentences.append(f"It does not stop {names}: {_range(free)} {words.levels}, the most that was tried.")
    sentences += [_ended(reach, words) for reach in here if not reach.free and reach not in stopped]
    yield Answer(LIMIT, " ".join(sentences))


def _danger(every: Sequence[Reach], words: Words) -> Iterator[Answer]:
    """Where it crashes without the limit, and where it does not."""
    result = danger(every)
    if result.crashing:
        text = f"Yes, on {_pythons(result.crashing)}: the process crashes with a segmentation fault, which no program can catch."
        yield Answer(DANGER, text, tuple(_crashes(result.crashing, words)))
    main = [reach for reach in result.harmless if reach.in_main_thread]
    threads = [reach for reach in result.harmless if not reach.in_main_thread]
    if free := [reach for reach in main if reach.free]:
        stack = ", whatever the size of the stack" if threads and all(reach.free for reach in threads) else ""
        names = titles(reach.impl for reach in free)
        text = f"No, on {_pythons(free)}: {names} {words.did} {_range(free)} {words.levels}, the most that was tried{stack}."
        if result.crashing_calls:
            text += f" This holds for plain calls: on {_pythons(result.crashing_calls)} other ways of calling do crash (see below)."
        yield Answer(DANGER, text)
    other = [_ended(reach, words) for reach in main if not reach.free]
    other += [f"With a {_stack(reach)}: {_ended(reach, words)}" for reach in threads if not reach.free]
    if other:
        yield Answer(DANGER, "No crash, but not without an end.", tuple(other))


def _crashes(crashing: Sequence[Reach], words: Words) -> Iterator[str]:
    """At which depth, in the main thread and with other stacks."""
    main = [reach for reach in crashing if reach.in_main_thread and not reach.free]
    for impl, reached in grouped(main, lambda reach: reach.impl).items():
        ends = [f"{spaced(reach.deepest)} {words.levels} ({reach.python})" for reach in reached]
        yield f"{title(impl)}: beyond {listed(ends)}"
    threads = [reach for reach in crashing if not reach.in_main_thread and not reach.free]
    for stack, reached in grouped(threads, _stack).items():
        yield f"with a {stack}: {_range(reached)} {words.levels}"


def _uncounted(every: Sequence[Reach], words: Words) -> Iterator[Answer]:
    """What overflows the thread's stack before any limit of Python's: how far it comes, by stack and interpreter."""
    for (impl, python), by_stack in uncounted(every).items():
        level_bytes = stack_bytes_per_layer(by_stack)
        text = (
            f"No limit of Python's: the thread's stack does, and nothing warns before the segmentation fault. "
            f"The list says how far {title(impl)} came on {python}."
        )
        stacks = ["main thread" if reach.in_main_thread else _stack(reach) for reach in by_stack]
        items = [f"{stack}: {spaced(reach.deepest)} {words.levels}" for stack, reach in zip(stacks, by_stack, strict=True)]
        taken = [f"a {words.level} takes {spaced(level_bytes)} bytes of the stack"] if level_bytes else []
        yield Answer(UNCOUNTED, text, (*items, *taken))


def asked_question(problem: DescribedProblem) -> str:
    """What people ask: "Is a network of 152 or 1 000 layers a problem?"."""
    words, depths = problem.words, " or ".join(map(spaced, problem.asked_depths))
    return f"Is {article(words.input)} {words.input} of {depths} {words.levels} a problem?"


def _asked(asked: AskedDepth, problem: DescribedProblem) -> Answer:
    """A depth that people ask about, as Python comes and with the limit raised."""
    stopped = any(reach.deepest < asked.depth for reach in asked.as_it_comes)
    yes, a = ("Yes", "a") if stopped else ("No", "no")
    levels = f"{spaced(asked.depth)} {problem.words.levels}"
    sentences = [f"{yes}, {levels} are {a} problem as Python comes.", *_reached(asked.depth, asked.as_it_comes)]
    if stopped:
        sentences += _reached(asked.depth, asked.raised, "With the limit raised, ")
    return Answer(asked_question(problem), " ".join(sentences))


def _reached(depth: int, tried: Sequence[Reach], under: str = "") -> Iterator[str]:
    """ "Recursion stopped at 987 on 3.9.18." and "Kept list got there on 3.9.18."."""
    short = [reach for reach in tried if reach.deepest < depth]
    if short:
        yield f"{capital(under + titles(reach.impl for reach in short))} stopped at {_range(short)} on {_pythons(short)}."
    there = [reach for reach in tried if reach.impl not in {reach.impl for reach in short}]
    tried_on = {impl: _pythons(reached) for impl, reached in grouped(there, lambda reach: reach.impl).items()}
    for pythons, reached in grouped(there, lambda reach: tried_on[reach.impl]).items():
        on = "all of these" if len({reach.python for reach in short}) > 1 and pythons == _pythons(short) else pythons
        yield f"{capital(under + titles(reach.impl for reach in reached))} got there on {on}."


def _ways(every: Sequence[Reach]) -> Iterator[Answer]:
    """Interpreter by interpreter, which ways of calling have a limit of their own, and how they end."""
    pythons, safe, other = safe_ways(every)
    if pythons:
        words = f"{len(safe)} of {counted(len(safe) + len(other), 'way')} are safe on {listed(pythons)}."
        items = [
            f"safe: {_way_titles(safe)}",
            *([f"not safe{' on all of them' if len(pythons) > 1 else ''}: {_way_titles(other)}"] if other else []),
        ]
        yield Answer(WAYS, words, tuple(items))
    calls = [reach for reach in every if reach.is_call]
    for python, reached in grouped(calls, lambda reach: reach.python).items():
        free = [reach for reach in reached if reach.free]
        words = f"{len(reached) - len(free)} of {counted(len(reached), 'way')} on {python} came to an end before the most that was tried."
        items = [item for status in ENDINGS if (item := _way_ending(status, [reach for reach in reached if reach.status == status]))]
        if free:
            items.append(f"none within {_range(free)} calls, the most that was tried: {_way_titles([reach.impl for reach in free])}")
        yield Answer(WAYS, words, tuple(items))


def _way_ending(status: str, reached: Sequence[Reach]) -> str:
    """ "a segmentation fault: map (15 872)"; empty if no way ended so."""
    in_order = sorted(reached, key=lambda reach: reach.deepest)
    return f"{ENDINGS[status]}: {listed([f'{way_title(reach.impl)} ({spaced(reach.deepest)})' for reach in in_order])}" if reached else ""


def _way_titles(names: Sequence[str]) -> str:
    return listed([way_title(name) for name in names]) if names else "none"


def _ended(reach: Reach, words: Words) -> str:
    reached = f"{capital(title(reach.impl))} {words.did} {spaced(reach.deepest)} {words.levels} on {reach.python}"
    return f"{reached}, and a deeper {words.input} ended in {ENDINGS[reach.status]}."


def _stack(reach: Reach) -> str:
    return f"{size(reach.setting.stack_bytes or 0, 0)} stack"


def _range(reached: Sequence[Reach]) -> str:
    """ "987 to 990", or "987" if all came as far."""
    depths = [reach.deepest for reach in reached]
    return " to ".join(dict.fromkeys(map(spaced, (min(depths), max(depths)))))


def _pythons(reached: Sequence[Reach]) -> str:
    return listed([*dict.fromkeys(reach.python for reach in reached)])
