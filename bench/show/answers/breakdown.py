"""Answers about where a step's time goes: the parts of it, what could be gained, and whether the parts add up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.analyse.breakdown.facts import TOLERANCE, Breakdown, Estimate
from bench.plan.cells import Cell
from bench.plan.contenders import title
from bench.show.answers import Answer
from bench.show.answers.words import capital, counted, percent, spaced, whose

GOES = "Where does the time of a step go?"
GAIN = "What would I gain by …?"
ADDS_UP = "Do the parts add up to the whole?"

# in the order of `attribution.Parts`
PART_WORDS = {
    "products": "matrix products",
    "elementwise": "element-wise arithmetic",
    "numpy_calls": "calls of NumPy",
    "python_calls": "calls of Python",
    "allocation": "allocation",
    "page_faults": "page faults",
    "update": "the update",
}
CALLS = ("numpy_calls", "python_calls")
GAIN_WORDS = {
    "beforehand": "making all arrays beforehand",
    "kept": "keeping freed memory in the process (no page faults)",
    "compiled": "compiling the step (no calls of Python and NumPy)",
    "twice": "a BLAS that is twice as fast",
}


def breakdown_answers(facts: Sequence[Breakdown]) -> list[Answer]:
    """The three, each for the narrow cell and the wide one; those of the first implementation, the one that most would write."""
    if not facts:
        return []
    firsts = [next(each for each in facts if each.cell == cell) for cell in dict.fromkeys(each.cell for each in facts)]
    return [*(_goes(each) for each in firsts), *(_gain(each) for each in firsts), *_adds_up(facts)]


def cell_words(cell: Cell) -> str:
    """Where this is, for a reader."""
    return f"{counted(cell.depth, 'layer')} of {spaced(cell.width)}, batch {cell.batch}, {cell.update} update"


def share_words(share: Estimate) -> str:
    """ "12.3 % [11.9, 12.8]"; without bounds where there are too few passes."""
    bounds = f" [{100 * share.low:.1f}, {100 * share.high:.1f}]" if share.closed else " (too few passes for an interval)"
    return percent(share.value, 1) + bounds


def _goes(facts: Breakdown) -> Answer:
    """The largest of calls and parts first."""
    shares = facts.shares
    calls = sum(shares[name].value for name in CALLS)
    memory = shares["allocation"].value + shares["page_faults"].value
    numbers = shares["products"].value + shares["elementwise"].value
    of_each = {
        "calls of NumPy and Python": calls,
        "arithmetic": numbers,
        "allocation and page faults": memory,
        "the update": shares["update"].value,
    }
    first, *others = sorted(of_each, key=lambda what: -of_each[what])
    rest = ", ".join(f"{what} {percent(of_each[what])}" for what in others)
    text = (
        f"{percent(of_each[first])} of {whose(facts.impl)} step is {first}, at {cell_words(facts.cell)}; {rest}. "
        f"The step takes {spaced(round(facts.step_ns / 1e3))} µs of CPU time."
    )
    return Answer(GOES, text, tuple(f"{capital(words)}: {share_words(shares[name])}" for name, words in PART_WORDS.items()))


def _gain(facts: Breakdown) -> Answer:
    """What was tried first, and then the most that there is to gain."""
    best = max(facts.gains, key=lambda name: facts.gains[name].value)
    most = (
        f"{percent(facts.gains[best].value)} of the CPU time of {whose(facts.impl)} step at {cell_words(facts.cell)}, by {GAIN_WORDS[best]}"
    )
    if "beforehand" not in facts.gains:
        text = f"{most}, at most."
    elif best == "beforehand":
        text = f"{most}, which was tried; no other change would gain more."
    else:
        text = f"{percent(facts.gains['beforehand'].value)} by {GAIN_WORDS['beforehand']}, which was tried. At most {most}."
    return Answer(GAIN, text, tuple(f"By {GAIN_WORDS[name]}: {share_words(gain)}" for name, gain in facts.gains.items()))


def _adds_up(facts: Sequence[Breakdown]) -> Iterator[Answer]:
    """Yes or no, or how many of the steps it is known of; each with its figure."""
    counts = {verdict: sum(each.adds_up == verdict for each in facts) for verdict in ("yes", "no", "open")}
    within = f"within {percent(TOLERANCE)}"
    if counts["yes"] == len(facts):
        text = f"Yes, in all of {counted(len(facts), 'step')}, {within}."
    elif counts["no"]:
        wrong = f"No, not in {counted(counts['no'], 'step')} of {len(facts)}: read their parts with that in mind."
        text = f"{wrong} {counts['yes']} add up {within}."
    else:
        text = f"{counts['yes']} of {counted(len(facts), 'step')} add up {within}; of the others more passes will tell."
    text += " Each part was also measured on its own, in another way; this is what those come to together, as a share of the step."
    steps = (f"{capital(title(each.impl))}, {cell_words(each.cell)}" for each in facts)
    yield Answer(ADDS_UP, text, tuple(f"{step}: {share_words(each.accounted)}" for step, each in zip(steps, facts, strict=True)))
