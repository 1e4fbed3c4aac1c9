"""Answers about time: what recursion costs, what early release saves, how libraries compare, and how much is arithmetic.

Every ratio and its interval come from the summary, whose intervals all hold together at 95 %.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from bench.analyse.ratios import VERDICTS, Ratio, control_result, ratios, ratios_by_allocator, straddling
from bench.analyse.slices import Slice
from bench.plan.contenders import FLOOR, asked_of, in_order, library_of, title
from bench.show.answers import TOO_FEW, Answer
from bench.show.answers.words import (
    ALLOCATOR_WORDS,
    VERDICT_WORDS,
    bounds,
    capital,
    counted,
    depth_and_width,
    named,
    percent,
    whose,
    with_interval,
)
from impls import Pair

SPEED = "Is there a speed difference worth noticing?"
CALLS = "What do the function calls themselves cost?"
RELEASE = "What does it save to release the cache early?"
LIBRARIES = "Are the libraries that people use faster?"
ARITHMETIC = "How much of a step is arithmetic?"
TRUST = "Can these figures be trusted?"

NOTICED = 0.005  # a share below it is 0 % in whole per cents
FRAMES_WORDS = {
    "default": "This is the cost of the calls and of fresh pages for their frames. CPython 3.11 to 3.13 gives these pages back as the "
    "calls return (python/cpython#142183).",
    "steady": "Here frames find memory that is there already, so this is the cost of the calls alone.",
}


def time_answers(parts: Sequence[Slice], baseline: str) -> list[Answer]:
    """What the slice that was recorded first says, as far as it goes; the answers name it if there are others."""
    if not parts:
        return []
    data = parts[0]
    answers = [*_asked(data, baseline), *_libraries(data, baseline), *_arithmetic(data, baseline), *_trust(data, baseline)]
    scope = f" This is for {data.words}." if len(parts) > 1 else ""
    return [replace(answer, text=answer.text if answer.text == TOO_FEW else answer.text + scope) for answer in answers]


def _asked(data: Slice, baseline: str) -> Iterator[Answer]:
    """What is asked of some pairs of the problem; of a problem without such pairs, each implementation against the baseline."""
    asked = asked_of(data.problem)
    for about, answer in ABOUT.items():
        if about in asked and (about == "calls" or asked[about].baseline == baseline):
            yield from answer(data, asked[about])
    for impl, other in data.comparisons if not asked else ():
        if other == baseline and not library_of(impl):
            yield from _speed(data, Pair(impl, baseline), f", for {title(impl)}")


def _speed(data: Slice, pair: Pair, whom: str = "") -> Iterator[Answer]:
    """Recursion against the loop that most would write; if others are asked about, too, the answer says about whom it is."""
    for allocator, compared in ratios_by_allocator(data, pair.names).items():
        over = f"{whose(pair.impl)} CPU time over {whose(pair.baseline)}"
        text = f"{_whether_they_differ(compared, whom)} {ALLOCATOR_WORDS[allocator]}. Ratios are {over}."
        yield _answer(SPEED, compared, text, _figures(compared))


def _calls(data: Slice, pair: Pair) -> Iterator[Answer]:
    """Recursion against a loop that has the same memory alive, in the deepest networks."""
    for allocator, compared in ratios_by_allocator(data, pair.names, deepest=True).items():
        worst = max(compared, key=lambda ratio: ratio.ratio)
        text = (
            f"{worst.ratio:.3f} times the CPU time at most {ALLOCATOR_WORDS[allocator]}, at a typical start depth. "
            f"{capital(title(pair.impl))} is compared with {pair.beside or title(pair.baseline)}, in the deepest "
            f"{data.problem.words.inputs}. {_up_to_which_width(compared)} {FRAMES_WORDS[allocator]}"
        )
        items = (*_by_width(compared), *(_on_average(data, pair, allocator, ratio) for ratio in compared))
        yield _answer(CALLS, compared, text, items)


def _release(data: Slice, pair: Pair) -> Iterator[Answer]:
    """A loop against itself but for when its memory is released, and what the allocator makes of it."""
    for allocator, compared in ratios_by_allocator(data, pair.names).items():
        best = min(compared, key=lambda ratio: ratio.ratio)
        saved = f"{percent(1 - best.ratio, 1)} of the CPU time at best" if best.verdict == "faster" else "No CPU time for certain"
        by_luck = [ratio for ratio in compared if ratio.depends_on_heap]
        if by_luck:
            saved = f"{_saved_range(by_luck)}, depending on what else the program has allocated,"
        text = f"{saved} {ALLOCATOR_WORDS[allocator]}. Ratios are {whose(pair.impl)} CPU time over {whose(pair.baseline)}."
        if by_luck:
            text += (
                f" In {counted(len(by_luck), 'cell')} a process either finds its memory at each {data.problem.words.call} or has it "
                "faulted in again. "
                "Which of the two depends on its earlier allocations, and these are drawn anew in each pass."
            )
        yield _answer(RELEASE, compared, text, (*_figures(compared), *map(_both_kinds, by_luck)))


ABOUT: dict[str, Callable[[Slice, Pair], Iterator[Answer]]] = {"speed": _speed, "calls": _calls, "release": _release}


def _libraries(data: Slice, baseline: str) -> Iterator[Answer]:
    """What people have today: each implementation over another library against the baseline, with the allocator as it comes."""
    here = set(data.times["impl"].unique()) - {baseline}
    for impl in in_order(name for name in here if library_of(name)):
        compared = ratios(data, (impl, baseline), data.allocators[0])
        if compared:
            faster = sum(ratio.verdict == "faster" for ratio in compared)
            start = f"Yes, {title(impl)} is faster in {faster}" if faster else f"No, {title(impl)} is faster in none"
            text = f"{start} of {counted(len(compared), 'cell')}. Ratios are its CPU time over that of {named(baseline)}."
            yield _answer(LIBRARIES, compared, text, _figures(compared))


def _arithmetic(data: Slice, baseline: str) -> Iterator[Answer]:
    """How much of a step is matrix products: the baseline over the floor, narrow and wide."""
    compared, words = ratios(data, (baseline, FLOOR), data.allocators[-1], deepest=True), data.problem.words
    if compared:
        widest = compared[-1]
        text = (
            f"{percent(1 / widest.ratio)} at width {widest.width}. "
            f"Ratios are the time of a whole {words.call} over that of its matrix products alone, in the deepest {words.inputs}."
        )
        yield _answer(ARITHMETIC, compared, text, _by_width(compared))


def _trust(data: Slice, baseline: str) -> Iterator[Answer]:
    """The control: the same code twice."""
    control = control_result(data, baseline)
    if control:
        text = (
            f"{control.cells - control.missed} of {counted(control.cells, 'interval')} of the control contain 1. "
            "The control is the baseline timed a second time under another name, so its ratio must be 1. "
            f"No interval reaches farther than {percent(control.widest, 1)} from its centre. "
            "It holds together with all others, so none of them should leave 1 out."
        )
        yield Answer(TRUST, text)


def _answer(question: str, compared: Sequence[Ratio], text: str, items: tuple[str, ...]) -> Answer:
    """The answer; without a claim if no interval has closed yet."""
    return Answer(question, text, items) if any(ratio.closed for ratio in compared) else Answer(question, TOO_FEW)


def _whether_they_differ(compared: Sequence[Ratio], whom: str) -> str:
    """ "Yes, in 3 of 9 cells", "Yes, for recursion, in 3 of 9 cells"."""
    differ = sum(ratio.verdict in ("faster", "slower") for ratio in compared)
    return f"{'Yes' if differ else 'No'}{whom}, in {differ or 'none'} of {counted(len(compared), 'cell')}"


def _figures(compared: Sequence[Ratio]) -> tuple[str, ...]:
    """How many cells have which verdict, and the ratios at both ends."""
    counts = {verdict: sum(ratio.verdict == verdict for ratio in compared) for verdict in VERDICTS}
    lowest, highest = min(compared, key=lambda ratio: ratio.ratio), max(compared, key=lambda ratio: ratio.ratio)
    return (
        *(f"{VERDICT_WORDS[verdict]}: {counted(count, 'cell')}" for verdict, count in counts.items() if count),
        f"lowest ratio: {with_interval(lowest)} at {depth_and_width(lowest)}",
        f"highest ratio: {with_interval(highest)} at {depth_and_width(highest)}",
    )


def _on_average(data: Slice, pair: Pair, allocator: str, ratio: Ratio) -> str:
    """The ratio of mean times, and how many starts make the difference."""
    mine, other = (percent(straddling(data, impl, allocator, ratio.depth, ratio.width)) for impl in pair.names)
    return (
        f"width {ratio.width}, on average over start depths: {ratio.mean_ratio:.3f} {bounds(ratio.mean_low, ratio.mean_high)}; "
        f"{mine} of {whose(pair.impl)} starts and {other} of {whose(pair.baseline)} take over 1.1 times the usual time"
    )


def _saved_range(by_luck: Sequence[Ratio]) -> str:
    """ "0 to 8 % of the CPU time": what is saved where no page faults come, and where they do, at the extremes."""
    saved = [1 - kind for ratio in by_luck for kind in (ratio.without_faults, ratio.with_faults)]
    if min(saved) < -NOTICED:
        return f"{percent(max(saved))} of the CPU time at best, and {percent(-min(saved))} lost at worst"
    return f"{100 * max(0.0, min(saved)):.0f} to {percent(max(saved))} of the CPU time"


def _both_kinds(ratio: Ratio) -> str:
    return (
        f"{depth_and_width(ratio)}: {ratio.without_faults:.3f} in {percent(1 - ratio.faulting_share)} of passes, "
        f"{ratio.with_faults:.3f} in the {percent(ratio.faulting_share)} whose page faults differ"
    )


def _by_width(compared: Sequence[Ratio]) -> tuple[str, ...]:
    return tuple(f"width {ratio.width}: {with_interval(ratio)}" for ratio in compared)


def _up_to_which_width(compared: Sequence[Ratio]) -> str:
    slower = [ratio for ratio in compared if ratio.verdict == "slower"]
    if not slower:
        return "It is slower for certain at no width."
    widest = max(slower, key=lambda ratio: ratio.width)
    wider = [ratio for ratio in compared if ratio.width > widest.width]
    if not wider:
        return f"It is slower for certain up to width {widest.width}, the widest that was tried."
    return f"It is slower for certain up to width {widest.width}, and not from width {wider[0].width} on."
