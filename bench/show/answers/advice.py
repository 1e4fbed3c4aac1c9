"""The answer first: one table of all implementations, and a line of advice under it, for a page, a terminal and Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.analyse.advice.facts import Known, Overview, Place
from bench.analyse.advice.rules import Advice, advise, leaner, limited
from bench.analyse.depth import Raised, Reach
from bench.analyse.frontier import Peak, PeakRatio, peak_ratio
from bench.analyse.ratios import SAME, Ratio
from bench.plan.cells import AXES
from bench.plan.contenders import cache_of, problem_of, title
from bench.plan.described import Words
from bench.show.answers.words import ALLOCATOR_WORDS, capital, counted, listed, size, spaced, with_article, with_interval

NOT_MEASURED = "not measured"
LEAST = 0.005  # a share below it is 0 % in whole per cents
TIMES, MANY = 2, 100  # from here on it is said how many times as much, and in whole times
AGAIN = "Run the same command again to add passes."
ENDS = {"recursion_error": "RecursionError", "segfault": "crash", "out_of_memory": "out of memory", "error": "error"}


@dataclass(frozen=True)
class Entry:
    """What one place of the table says: its words, a note below them, and the verdict that gives them their colour."""

    words: str
    note: str = ""
    verdict: str = ""


@dataclass(frozen=True)
class Column:
    """A column of the table.

    Attributes:
        heading, short: its heading, and the same where there is little room.
        where, at: where it was measured, and the same where there is little room.
        verb: which measures it.

    """

    heading: str
    short: str
    where: str = ""
    at: str = ""
    verb: str = "run"


@dataclass(frozen=True)
class AnswerTable:
    """The table, the advice under it and what both hold for.

    Attributes:
        columns: of the table, the name of an implementation first.
        rows: an entry for each column.
        advice: sentences, the first of which says what to use.
        scope: what was measured, so what this holds for.

    """

    columns: Sequence[Column]
    rows: Sequence[Sequence[Entry]]
    advice: Sequence[str]
    scope: str

    @property
    def has_intervals(self) -> bool:
        """Has any entry an interval below it?"""
        return any("[" in entry.note for row in self.rows for entry in row)


def answer_table(facts: Overview, machine: Mapping[str, Any]) -> AnswerTable:
    """The facts in words."""
    base = next((row for row in facts.rows if row.impl == facts.baseline), None)
    rows = [[Entry(title(row.impl), cache_of(row.impl)), *_entries(row, base, facts)] for row in facts.rows]
    return measured(AnswerTable([*_columns(facts)], rows, [*advice_words(advise(facts), facts)], _scope(facts, machine)))


def measured(table: AnswerTable) -> AnswerTable:
    """A table without the columns that nothing is known of; its scope names them."""
    known = [any(row[place].words != NOT_MEASURED for row in table.rows) for place in range(len(table.columns))]
    missing = [column for column, shown in zip(table.columns, known, strict=True) if not shown]
    return AnswerTable(
        [column for column, shown in zip(table.columns, known, strict=True) if shown],
        [[entry for entry, shown in zip(row, known, strict=True) if shown] for row in table.rows],
        table.advice,
        table.scope + _not_yet(missing),
    )


def _not_yet(missing: Sequence[Column]) -> str:
    """What nothing is known of, and which commands measure it."""
    by_verb = {verb: listed([column.heading.rstrip("?") for column in missing if column.verb == verb]) for verb in _verbs(missing)}
    return f" Not measured: {'; '.join(f'{what} (`unwind {verb}` does it)' for verb, what in by_verb.items())}." if missing else ""


def _verbs(columns: Sequence[Column]) -> list[str]:
    return list(dict.fromkeys(column.verb for column in columns))


def _columns(facts: Overview) -> Iterator[Column]:
    problem = problem_of(facts.problem)
    words, run, limits = problem.words, f"run{problem.option}", f"limits{problem.option}"
    yield Column("implementation", "")
    if facts.narrow:
        of_narrow = (f"time in a narrow {words.input}", "time, narrow") if facts.wide else ("time", "time")
        yield Column(*of_narrow, *_places(facts.narrow, words), run)
    if facts.wide:
        yield Column(f"time in a wide {words.input}", "time, wide", *_places(facts.wide, words), run)
    yield Column("peak memory", "peak", *(_places(facts.peak_at, words) if facts.peak_at else ("", "")), run)
    limit = next((row.as_it_comes.recursion_limit for row in facts.rows if row.as_it_comes), None)
    yield Column(f"{words.levels} as Python comes", "depth as it comes", f"recursion limit {spaced(limit)}" if limit else "", verb=limits)
    yield Column(f"{words.levels}, limit raised", "depth, raised", verb=limits)
    if problem.trains:
        yield Column("same result?", "same?", verb="train")
    yield Column("reads how?", "reads", verb=run)


def _place(place: Place) -> str:
    return f"{spaced(place.depth)} × {spaced(place.width)}"


def _places(place: Place, words: Words) -> tuple[str, str]:
    """A place in words, and in short: "64 layers × 8 units", "64 × 8"."""
    across = counted(place.width, words.across) if words.across else f"width {spaced(place.width)}"
    return f"{counted(place.depth, words.level)} × {across}", _place(place)


def _entries(row: Known, base: Known | None, facts: Overview) -> Iterator[Entry]:
    """What stands in one row after the name."""
    if facts.narrow:
        yield _time(row.narrow, row.impl == facts.baseline)
    if facts.wide:
        yield _time(row.wide, row.impl == facts.baseline)
    yield _peak(row, facts.baseline)
    yield depth_entry(row.as_it_comes)
    yield depth_entry(row.raised)
    if problem_of(facts.problem).trains:
        yield RESULTS[row.result]
    yield _source(row, base)


RESULTS = {
    "same": Entry("yes", "to the last bit"),
    "close": Entry("yes", "but for rounding"),
    "differs": Entry("no", verdict="slower"),
    None: Entry(NOT_MEASURED, verdict="undecided"),
}


def _time(ratio: Ratio | None, is_baseline: bool) -> Entry:
    if is_baseline:
        return Entry("baseline")
    if ratio is None:
        return Entry(NOT_MEASURED, verdict="undecided")
    if not ratio.closed:
        return Entry("undecided", "too few passes", "undecided")
    if ratio.depends_on_heap:  # an interval is of all processes, and these words are of two kinds of them
        low, high = sorted((ratio.without_faults, ratio.with_faults))
        return Entry(time_words(ratio), f"{low:.3f} or {high:.3f}, by what else is allocated", ratio.verdict)
    return Entry(time_words(ratio), with_interval(ratio), ratio.verdict)


def time_words(ratio: Ratio) -> str:
    """What an interval allows one to say of a time in plain words.

    >>> time_words(Ratio(64, 8, 1.05, 1.01, 1.07)), time_words(Ratio(64, 8, 1.0, 0.995, 1.004)), time_words(Ratio(64, 8, 1.0, 0.9, 1.1))
    ('5 % slower', 'the same', 'undecided')
    >>> time_words(Ratio(64, 8, 0.93, 0.82, 1.01, faulting_share=0.5, without_faults=1.0, with_faults=0.92))
    '0 to 8 % faster'
    """
    if ratio.depends_on_heap:
        return _between(*sorted((ratio.without_faults, ratio.with_faults)))
    if ratio.verdict in ("slower", "faster"):
        return _apart(ratio.ratio)
    return {"same": "the same"}.get(ratio.verdict, "undecided")


def _apart(ratio: float) -> str:
    """ "5 % slower", "8 % faster", "2.3 times as long"."""
    if ratio >= TIMES:
        return f"{_times(ratio)} times as long"
    share = abs(ratio - 1)
    return f"{_whole(share) if share >= LEAST else 'under 1'} % {'slower' if ratio > 1 else 'faster'}"


def _between(low: float, high: float) -> str:
    """The range between two ratios: "0 to 8 % faster", "8 % faster to 1 % slower"."""
    if low < 1 - LEAST and high > 1 + LEAST:
        return f"{_whole(1 - low)} % faster to {_whole(high - 1)} % slower"
    small, large = sorted((abs(low - 1), abs(high - 1)))
    return f"{_whole(small)} to {_whole(large)} % {'slower' if high > 1 + LEAST else 'faster'}" if large >= LEAST else "the same"


def _whole(share: float) -> str:
    return f"{100 * share:.0f}"


def _peak(row: Known, baseline: str) -> Entry:
    return peak_entry(row.peak, None if row.impl == baseline else row.peak_ratio)


def peak_entry(peak: Peak | None, ratio: PeakRatio | None) -> Entry:
    """A peak, and what it is beside another one, if it is to be told beside one."""
    if peak is None:
        return Entry(NOT_MEASURED, verdict="undecided")
    bytes_words = size(peak.size)
    if ratio is None:
        return Entry(bytes_words)
    verdict = "same" if abs(ratio.ratio - 1) <= SAME else "faster" if ratio.ratio < 1 else "slower"
    return Entry(peak_words(ratio.ratio, ratio.at_least), bytes_words, verdict)


def peak_words(ratio: float, at_least: bool = False) -> str:
    """A peak beside the baseline's.

    >>> peak_words(8.25, at_least=True), peak_words(291.0)
    ('at least 8.2 times', '291 times')
    >>> peak_words(0.806), peak_words(1.004), peak_words(1.3), peak_words(2.04)
    ('19 % less', 'the same', '30 % more', '2.0 times')
    """
    if abs(ratio - 1) <= SAME:
        return "the same"
    words = f"{_times(ratio)} times" if ratio >= TIMES else f"{_whole(abs(ratio - 1))} % {'less' if ratio < 1 else 'more'}"
    return f"at least {words}" if at_least else words


def _times(ratio: float) -> str:
    """With the digits that count."""
    return f"{ratio:.1f}" if ratio < MANY else f"{ratio:.0f}"


def depth_entry(reach: Reach | None) -> Entry:
    """How deep an implementation goes, and what happens beyond."""
    if reach is None:
        return Entry(NOT_MEASURED, verdict="undecided")
    if reach.free:
        return Entry(f"{spaced(reach.deepest)}+", "the most that was tried")
    if not reach.stopped:
        return Entry(f"{spaced(reach.deepest)}+", "then too slow to try")
    return Entry(spaced(reach.deepest), f"then {ENDS[reach.status]}", "slower")


def _source(row: Known, base: Known | None) -> Entry:
    if row.lines is None or row.complexity is None:
        return Entry(NOT_MEASURED, verdict="undecided")
    figures = f"{row.lines} lines, complexity {row.complexity}"
    if base and base is not row and (row.lines, row.complexity) == (base.lines, base.complexity):
        return Entry("the same", figures, "same")
    return Entry(f"{row.lines} lines", f"complexity {row.complexity}")


def advice_words(advice: Advice, facts: Overview) -> Iterator[str]:
    """The advice, a sentence each, what to use first."""
    if advice.use is None:
        alone = "Nothing to choose from: fewer than two implementations were compared that give the same result."
        yield alone if advice.alone else f"No advice yet: neither a time nor a peak is known for certain. {AGAIN}"
        return
    words = problem_of(facts.problem).words
    yield f"Use {_in_full(advice.use.impl)}{_why(advice.use, facts)}."
    if advice.recursion:
        yield _recursion(advice.recursion, advice.use, facts)
    yield from map(raised_words, facts.raised)
    if advice.beyond and advice.use.as_it_comes:
        yield f"Beyond {spaced(advice.use.as_it_comes.deepest)} {words.levels}, use {with_article(advice.beyond.impl)} or raise the limit."
    if advice.saving and (saved := _peak_ratio(advice.saving, advice.use)):
        less = peak_words(saved.ratio, saved.at_least)
        yield f"Where memory is short: {title(advice.saving.impl)} needs {less} and takes longer."
    if advice.faster:
        yield f"Faster still, with a library beside NumPy: {listed([title(row.impl) for row in advice.faster])}."
    if not advice.timed and facts.narrow:
        yield f"Times are undecided: too few passes. {AGAIN}"


def _peak_ratio(row: Known | None, other: Known) -> PeakRatio | None:
    """One's peak over another one's, as far as they are known."""
    return peak_ratio(row.peak, other.peak) if row and row.peak and other.peak else None


def raised_words(raised: Raised) -> str:
    """What was timed with the limit raised, from which size on, and what happens as Python comes."""
    return (
        f"From depth {spaced(raised.depth)} on, {title(raised.impl)} was timed with the recursion limit raised: as Python comes, it ends "
        "in a RecursionError there."
    )


def _in_full(impl: str) -> str:
    """ "a loop with a popped list": a list alone does not say that it is a loop's."""
    name = with_article(impl)
    return f"a loop with {name}" if title(impl).endswith("list") else name


def _why(row: Known, facts: Overview) -> str:
    """What speaks for it beside the baseline, if it is not that itself."""
    if row.impl == facts.baseline:
        return ", the baseline: nothing else here comes out ahead of it"
    verdicts = {ratio.verdict for ratio in (row.narrow, row.wide) if ratio and ratio.closed}
    reasons = []
    if verdicts:
        reasons.append("is slower" if "slower" in verdicts else "is faster" if verdicts == {"faster"} else "is not measurably slower")
    if row.peak_ratio is not None:
        reasons.append(f"needs {_memory_words(row.peak_ratio)}")
    if row.as_it_comes and row.as_it_comes.free:
        words = problem_of(facts.problem).words
        reasons.append(f"{words.does} {spaced(row.as_it_comes.deepest)} {words.levels} as Python comes")
    return f": beside {with_article(facts.baseline, 'the')}, it {listed(reasons)}" if reasons else ""


def _memory_words(ratio: PeakRatio) -> str:
    """A peak beside another one, as what is needed.

    >>> _memory_words(PeakRatio(1.0)), _memory_words(PeakRatio(0.8)), _memory_words(PeakRatio(18.6))
    ('the same memory', '20 % less memory', '18.6 times the memory')
    """
    return f"{peak_words(ratio.ratio, ratio.at_least)} {'the ' if ratio.ratio >= TIMES else ''}memory"


def _recursion(row: Known, use: Known, facts: Overview) -> str:
    """What recursion costs beside that."""
    words, used = problem_of(facts.problem).words, with_article(use.impl, "the")
    narrow, wide = facts.between.get((row.impl, use.impl)) or (row.narrow, row.wide)
    places = (narrow, f" in narrow deep {words.inputs}" if facts.wide else ""), (wide, f" in wide deep {words.inputs}")
    costs = [f"{_slower_words(ratio)}{where}" for ratio, where in places if ratio and ratio.verdict == "slower"]
    if leaner(use, row) and (ratio_of_peaks := _peak_ratio(row, use)):
        costs.append(f"needs {_memory_words(ratio_of_peaks)}")
    stop = _stop_words(row, words.levels)
    if not costs:
        known = [ratio.verdict for ratio, _ in places if ratio]
        timed = "is not measurably slower" if "undecided" in known else "does as well"
        start = timed if known else f"needs no more memory than {used}"  # where nothing was timed, peaks are what is known
        return f"{capital(title(row.impl))} {start}{f', but {stop}' if stop else ''}."
    it, than_that = capital(title(row.impl)), f" than {used}"
    if use.impl != facts.baseline:  # which the figures of the table are beside
        it, than_that = f"Beside {used}, {title(row.impl)}", ""
    same = f" needs no more memory{than_that}, but" if row.peak and use.peak and not leaner(use, row) else ""
    return f"{it}{same} {listed([*costs, *([stop] if stop else [])])}."


def _stop_words(row: Known, levels: str) -> str:
    """Where Python's recursion limit stops it, and whether raising it helps; empty if that limit does not stop it."""
    if not (limited(row) and row.as_it_comes):
        return ""
    stop = f"stops at {spaced(row.as_it_comes.deepest)} {levels}"
    if row.raised and row.raised.status == "segfault":
        return f"{stop}; with Python's recursion limit raised it crashes beyond {spaced(row.raised.deepest)}"
    return f"{stop} unless Python's recursion limit is raised"


def _slower_words(ratio: Ratio) -> str:
    """ "is 5 % slower", "takes 2.3 times as long"."""
    words = time_words(ratio)
    return f"{'takes' if words.endswith('as long') else 'is'} {words}"


def _scope(facts: Overview, machine: Mapping[str, Any]) -> str:
    """What was measured, and so what this holds for."""
    words = problem_of(facts.problem).words
    places = [_place(place) for place in (facts.narrow, facts.wide) if place]
    sizes = [f"{listed(places)} ({words.size})"] if places else []
    ranges = any(ratio and ratio.depends_on_heap for row in facts.rows for ratio in (row.narrow, row.wide))
    by_luck = " Where a time is a range, it depends on what else the program has allocated." if ranges else ""
    python = f" Depths are those of Python {facts.python}." if facts.python and facts.python != machine.get("python") else ""
    conditions = ", ".join([*sizes, *_conditions(facts.conditions)])
    beside = f"Times and memory are beside {with_article(facts.baseline, 'the')}."
    on = {**machine, "python": facts.conditions.get("python") or machine.get("python")}
    return f"{scope_words(on)}; {conditions}. {beside}{by_luck}{python}"


def scope_words(machine: Mapping[str, Any]) -> str:
    """The interpreter and the machine that figures hold for, without a full stop."""
    on = f"Python {machine['python']}" if machine.get("python") else "the Python that ran it"
    where = f" on {machine['cpu']}, {machine['cores']} cores" if {"cpu", "cores"} <= machine.keys() else ""
    return f"This holds for {on}{where}"


def _conditions(conditions: Mapping[str, Any]) -> Iterator[str]:
    """The axes of a cell that the figures have in common, but for the interpreter, which has been named."""
    for axis in (axis for axis in AXES if axis.name != "python"):
        value = conditions.get(axis.name)
        if not axis.tacit(value):
            yield ALLOCATOR_WORDS[str(value)] if axis.name == "allocator" else axis.words(value)


def markdown(table: AnswerTable) -> str:
    """The table and the advice in Markdown; notes are left out, since a README has a page for them."""
    headings = [f"{column.heading}{f' ({column.where})' if column.where else ''}" for column in table.columns]
    lines = [headings, ["---"] * len(headings), *([entry.words for entry in row] for row in table.rows)]
    return (
        "".join(f"| {' | '.join(line)} |\n" for line in lines) + f"\n**{table.advice[0]}** {' '.join(table.advice[1:])}\n\n{table.scope}\n"
    )
