"""Descriptions: what is told of problems and of what is compared, so that nothing that shows results has to know a name."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Union

from bench.plan.cells import BACKPROPAGATION
from bench.plan.code_text import functions_source
from impls import IMPLEMENTATIONS, LOOK_FOR, PAIRS, Implementation, Pair, Problem, Solution
from impls.problems import PROBLEMS

# what is compared: both have a name, a title, a control flow and their code
Comparable = Union[Implementation, Solution]  # noqa: UP007, since workers on Python 3.9 read it too


@dataclass(frozen=True)
class Words:
    """What sentences, figures and pages call the parts of a problem.

    Attributes:
        level, call, input: one level of depth, one call, and what it is given.
        across: what width counts, if that has a name of its own.
        does, did: "it manages 10 levels", "it managed 10 levels".
        goes: "the deepest input that goes well".
        tried, thin: which inputs the study of depth makes, as a sentence and in one.
        question, lead: the heading of a page, and the sentence below it.
        the_same: what all implementations do alike, for whoever asks what is compared.
        differ: what their sources have in common, and what differs.

    """

    level: str = "level"
    call: str = "call"
    input: str = "input"
    across: str = ""
    does: str = "manages"
    did: str = "managed"
    goes: str = "goes well"
    tried: str = "The inputs have width 1, so depth is all that they have."
    thin: str = "inputs of width 1"
    question: str = ""
    lead: str = ""
    the_same: str = "In each cell every implementation is called with the same arguments, and gives the same answer."
    differ: str = "They give the same answer, and differ in control flow."

    @property
    def levels(self) -> str:
        """More than one level."""
        return plural(self.level)

    @property
    def inputs(self) -> str:
        """More than one input."""
        return plural(self.input)

    @property
    def size(self) -> str:
        """What the two numbers of a size count: "layers × units"."""
        return f"{self.levels} × {plural(self.across) if self.across else 'width'}"

    def fill(self, text: str) -> str:
        """A text of figures and headings with these words in its gaps.

        >>> Words("layer", "step", "network").fill("time of a {call} for each {level} of {inputs}")
        'time of a step for each layer of networks'
        """
        return text.format(
            level=self.level,
            levels=self.levels,
            call=self.call,
            input=self.input,
            inputs=self.inputs,
            a_input=f"{article(self.input)} {self.input}",
            goes=self.goes,
            tried=self.tried,
        )


def article(noun: str) -> str:
    """The article of a noun that stands for any.

    >>> article("network"), article("input")
    ('a', 'an')
    """
    return "an" if noun[:1].lower() in tuple("aeiou") else "a"


def plural(noun: str) -> str:
    """More than one of a noun.

    >>> [plural(noun) for noun in ("pass", "page fault", "branch", "epoch", "entry", "key")]
    ['passes', 'page faults', 'branches', 'epochs', 'entries', 'keys']
    """
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "sh", "tch", "nch", "rch")) else f"{noun}s"


ANY = Words()  # of any problem that does not say others


@dataclass(frozen=True)
class Description:
    """What is told of one implementation.

    Attributes:
        title: what figures and tables call it.
        control_flow: "loop", "recursion" or "other".
        cache, cache_kind, recomputes: as in `impls.interface.Implementation`, of those that have a cache.
        library: the package that it needs beside NumPy; empty if none.
        formula: the derivation of the peak of its memory, if there is one.
        own: is it the user's own?
        source: its functions, as a run has recorded them.
        code: where it is.

    """

    title: str
    control_flow: str = "other"
    cache: str = ""
    cache_kind: str = ""
    recomputes: bool = False
    library: str = ""
    formula: str = ""
    own: bool = False
    source: str = ""
    code: Comparable | None = field(default=None, repr=False, compare=False)


def description(implementation: Comparable, own: bool = False) -> Description:
    """What is told of an implementation that is at hand."""
    told = Description(implementation.title, implementation.control_flow, own=own, code=implementation)
    if isinstance(implementation, Solution):
        return told
    return replace(
        told,
        cache=implementation.cache,
        cache_kind=implementation.cache_kind,
        recomputes=implementation.recomputes,
        library=implementation.library.name if implementation.library else "",
        formula=" ".join((inspect.getdoc(implementation.peak) or "").split()) if implementation.peak and not own else "",
    )


@dataclass(frozen=True)
class DescribedProblem:
    """What is told of a problem.

    Attributes:
        name: as in cells.
        title: what headings call it.
        implementations: by name, in the order that tables show them.
        baseline: what ratios are taken against.
        words: what its parts are called.
        pairs: comparisons worth a row of their own, whatever the baseline.
        look_for: what to look for in two sources side by side.
        asked_depths: depths that people ask about.
        trains: can it be trained, so that there is a study of what all learn?
        floor: is there work that no implementation can be below, and that is timed beside them?
        leaks: is it known whether a call leaves memory behind?
        refused: name -> why, for those that were left out.
        option: what a command must be given to be about this problem.

    """

    name: str
    title: str
    implementations: Mapping[str, Description]
    baseline: str
    words: Words = ANY
    pairs: tuple[Pair, ...] = ()
    look_for: Mapping[tuple[str, str], str] = field(default_factory=dict)
    asked_depths: tuple[int, ...] = ()
    trains: bool = False
    floor: bool = False
    leaks: bool = False
    refused: Mapping[str, str] = field(default_factory=dict)
    option: str = " --problem FILE"


NETWORKS = DescribedProblem(
    BACKPROPAGATION,
    "backpropagation",
    {name: description(implementation) for name, implementation in IMPLEMENTATIONS.items()},
    "iterative",
    Words(
        level="layer",
        call="step",
        input="network",
        across="unit",
        does="trains",
        did="trained",
        goes="trains one step",
        tried="The networks are two units wide with one example, so depth is all that they have.",
        thin="networks two units wide",
        question="Where should backpropagation keep its cache?",
        lead="A loop keeps it in a list. A recursive function keeps it in the call stack: forward on the way down, backward as the stack "
        "unwinds.",
        the_same="In each cell every implementation runs the same training step, on the same network and data. All use the same buffers, "
        "which get their first values back before each measurement.",
        differ="They call the same arithmetic, and differ in where the cache lives and what releases it.",
    ),
    PAIRS,
    LOOK_FOR,
    asked_depths=(152, 1_000),  # those of residual networks (He et al. 2015, 2016)
    trains=True,
    floor=True,
    leaks=True,
    option="",
)


def describe(problem: Problem) -> DescribedProblem:
    """What is told of any other problem."""
    solutions = {name: description(solution) for name, solution in problem.by_name.items()}
    words = Words(problem.level, problem.call, problem.input)
    return DescribedProblem(problem.name, problem.title, solutions, problem.baseline, words, option=f" --problem {problem.name}")


BUNDLED = {NETWORKS.name: NETWORKS, **{name: describe(problem) for name, problem in PROBLEMS.items()}}


def titled(name: str) -> str:
    """A name as a title."""
    return " ".join(name.replace("_", " ").split()) or name


def source_of(told: Description) -> str:
    """The functions of an implementation, as text: those that were measured, or else those that are here; empty where none are known."""
    return told.source or (functions_source(told.code) if told.code is not None and not told.own else "")
