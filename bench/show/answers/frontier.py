"""Answers about time against memory: where else the cache can live, and which places nothing beats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.analyse.frontier import Candidate, FrontierCell, Peak
from bench.analyse.ratios import SAME
from bench.plan.contenders import cache_of, in_order, title, told_of
from bench.show.answers import TOO_FEW, Answer
from bench.show.answers.words import ALLOCATOR_WORDS, counted, named, percent, size, spaced, titles, with_interval

PLACES = "If not in a list and not in the call stack, where else can the cache live, and which place is best?"
LEAST = "How many of them does nothing beat in both, time and memory?"  # asked where nothing has a cache
STANDING_WORDS = {"unbeaten": "unbeaten for certain", "open": "too close to call"}


def frontier_answers(cells: Sequence[FrontierCell]) -> list[Answer]:
    """Where else the cache can live, and which place is best, from what stands where."""
    if not cells:
        return []
    cached = any(cache_of(name) for name in _names(cells))
    question = PLACES if cached else LEAST
    if not any(candidate.time and candidate.time.closed for cell in cells for candidate in cell.candidates):
        return [Answer(question, TOO_FEW)]
    elsewhere = [_elsewhere(cells)] if cached else []
    return [*elsewhere, _best(question, cells), *(_standings(question, cell) for cell in cells)]


def cell_words(cell: FrontierCell) -> str:
    """Where this is, for a reader."""
    batch, update = (f", batch {cell.batch}" if cell.batch else ""), (f", {cell.update} update" if cell.update else "")
    return f"depth {spaced(cell.depth)}, width {spaced(cell.width)}{batch}{update}, {ALLOCATOR_WORDS[cell.allocator]}"


def peak_words(peak: Peak) -> str:
    """ "8.3 MiB", with the meter where it is not the usual one, and the bounds where there are any."""
    between = size(peak.size) if peak.low == peak.high else f"{size(peak.low)} to {size(peak.high)}"
    return f"{between} resident" if peak.meter == "resident" else between


def _names(cells: Sequence[FrontierCell]) -> list[str]:
    return in_order(candidate.impl for cell in cells for candidate in cell.candidates)


def _elsewhere(cells: Sequence[FrontierCell]) -> Answer:
    """The places that are neither a list nor the call stack, and the implementations that keep only a part of the cache."""
    known = [told for told in map(told_of, _names(cells)) if told.cache and not told.own]
    elsewhere = [told for told in known if told.cache_kind == "other"]
    again = [told for told in known if told.recomputes]
    if not elsewhere and not again:
        return Answer(PLACES, "No other place was compared here, only lists and the call stack. The sweep standard has others.")
    text = f"{counted(len(elsewhere), 'other place')} and {counted(len(again), 'way')} to compute most of the cache again were compared."
    return Answer(PLACES, text, tuple(f"{told.title}: {told.cache}" for told in (*elsewhere, *again)))


def _best(question: str, cells: Sequence[FrontierCell]) -> Answer:
    """What is unbeaten in how many cells and what in none, and what that means."""
    names = _names(cells)
    unbeaten, beaten = ({name: sum(name in cell.names(how) for cell in cells) for name in names} for how in ("unbeaten", "beaten"))
    often = sorted((name for name in names if unbeaten[name]), key=lambda name: -unbeaten[name])
    never = [name for name in names if beaten[name] == len(cells)]
    text = (
        f"{len(often)} of {counted(len(names), 'implementation')} {'is' if len(often) == 1 else 'are'} unbeaten for certain in some cell. "
        f"An implementation beats another if it is better by more than {percent(SAME)} in time or in peak memory, and not worse by more "
        "than that in the other. Those that are unbeaten are on the frontier: nothing has less of the one without more of the other. "
        f"The lists below have peaks, and CPU times over that of {named(cells[0].baseline)}; the smallest peaks come first."
    )
    items = [f"{title(name)}: unbeaten in {unbeaten[name]} of {counted(len(cells), 'cell')}" for name in often]
    return Answer(question, text, (*items, *([f"beaten in all: {titles(never)}"] if never else [])))


def _standings(question: str, cell: FrontierCell) -> Answer:
    """What stands how in one cell: the figures of those that are not beaten, and what beats the others."""
    count = len(cell.names("unbeaten"))
    text = f"{count} {'is' if count == 1 else 'are'} unbeaten for certain at {cell_words(cell)}."
    return Answer(question, text, (*_not_beaten(cell), *_beaten(cell)))


def _not_beaten(cell: FrontierCell) -> Iterator[str]:
    for standing, words in STANDING_WORDS.items():
        for candidate in cell.candidates:
            if candidate.standing == standing:
                yield f"{words}: {_figures(candidate)}"


def _beaten(cell: FrontierCell) -> Iterator[str]:
    winners = dict.fromkeys(candidate.loss.impl for candidate in cell.candidates if candidate.loss)
    for winner in winners:
        losers = [candidate.impl for candidate in cell.candidates if candidate.loss and candidate.loss.impl == winner]
        yield f"beaten by {title(winner)}: {titles(losers)}"


def _figures(candidate: Candidate) -> str:
    """ "popped list (8.3 MiB, 0.873 [0.866, 0.880])"."""
    time = with_interval(candidate.time) if candidate.time else "the baseline"
    return f"{title(candidate.impl)} ({peak_words(candidate.peak)}, {time})"
