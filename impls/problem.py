"""A problem: what is computed, its inputs by depth and width, and the implementations that must give the same answer.

Backpropagation is the problem that this project began with, and has an interface of its own (`impls.interface`). Any other
recursion and its loop are compared through this one: plain functions of the same arguments.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import index
from typing import TYPE_CHECKING, Any, Callable, Iterable, Sequence

from impls.control_flow import control_flow_of
from impls.sameness import same

if TYPE_CHECKING:
    import numpy as np

    Setup = Callable[[int, int, np.random.Generator], Any]

CONTROL_FLOWS = ("loop", "recursion", "other")
MOST = 10**9


@dataclass(frozen=True)
class Solution:
    """One implementation of a problem: a plain function, and what figures and tables say of it.

    Attributes:
        function: called with the arguments that the problem's `setup` makes.
        name: the word to type; the function's name unless given.
        title: what figures and tables call it; the name, with blanks for underscores, unless given.
        control_flow: "loop", "recursion" or "other"; read from the function's code unless given.

    Raises:
        ValueError: it has no name, or `control_flow` is none of the three.
        TypeError: `function` cannot be called, or a name or title is no string.

    """

    function: Callable[..., Any]
    name: str = ""
    title: str = ""
    control_flow: str = ""

    def __post_init__(self) -> None:
        if not callable(self.function):
            raise TypeError(f"{self.function!r} is not a function")
        name = _printable(self.name) or _printable(getattr(self.function, "__name__", ""))
        if not name:
            raise ValueError("an implementation needs a name; give Solution(function, name=...)")
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "title", _printable(self.title) or name.replace("_", " ").strip() or name)
        object.__setattr__(self, "control_flow", self.control_flow or control_flow_of(self.function))
        if self.control_flow not in CONTROL_FLOWS:
            raise ValueError(f"{name}: control_flow is {self.control_flow!r}, not one of {', '.join(CONTROL_FLOWS)}")

    library = None  # it is Python's own, and NumPy's
    missing = ""  # so it can run anywhere
    peak = None  # nothing is predicted of its memory

    @property
    def code(self) -> Callable[..., Any]:
        """The function that is compared."""
        return self.function


@dataclass(frozen=True)
class Problem:
    """What is computed, and the ways to compute it.

    Attributes:
        name: the word to type, e.g. "tree_sum".
        setup: `setup(depth, width, rng)` makes the arguments of a call, outside the clock; `rng` is a NumPy Generator, and the
            same one gives the same arguments. A tuple is the arguments; anything else is the only one.
        implementations: two or more, functions or `Solution`s; the first is the baseline unless told.
        equal: `equal(answer, expected) -> bool`; by default two answers are the same if they are so to the last bit, arrays and
            nested containers compared whole.
        mutates: do implementations change their arguments? Then every call has fresh ones, made outside the clock.
        title: what headings call it; the name, with blanks for underscores, unless given.
        depth, width: sizes that are worth measuring; a sweep that names none uses these.
        deepest: the most levels that the study of depth should try, where work grows faster than depth.
        level, call, input: what sentences call one level of depth, one call, and what a call is given.

    Raises:
        ValueError: it has no name, fewer than two implementations, two of one name, or a size that is no whole number from 1.
        TypeError: `setup`, `equal` or an implementation cannot be called, the implementations are no list, or a name or title is
            no string.

    """

    name: str
    setup: Setup
    implementations: Sequence[Any]
    equal: Callable[[Any, Any], Any] = same
    mutates: bool = False
    title: str = ""
    depth: Sequence[int] = (4, 16, 64)
    width: Sequence[int] = (2,)
    deepest: int = MOST
    level: str = "level"
    call: str = "call"
    input: str = "input"
    by_name: dict[str, Solution] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        name = _printable(self.name)
        if not name:
            raise ValueError("a problem needs a name")
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "title", _printable(self.title) or name.replace("_", " ").strip() or name)
        for what in ("setup", "equal"):
            if not callable(getattr(self, what)):
                raise TypeError(f"problem {name!r}: {what} is not a function")
        if not isinstance(self.implementations, Iterable):
            raise TypeError(f"problem {name!r}: implementations is {self.implementations!r}; give a list of functions")
        solutions = tuple(each if isinstance(each, Solution) else Solution(each) for each in self.implementations)
        names = [solution.name for solution in solutions]
        twice = [each for each in names if names.count(each) > 1]
        if twice:
            raise ValueError(f"problem {name!r}: two implementations have the name {twice[0]!r}; give Solution(function, name=...)")
        if len(solutions) < 2:
            has = "one implementation" if solutions else "no implementation"
            raise ValueError(f"problem {name!r} has {has}; give two or more to compare")
        object.__setattr__(self, "implementations", solutions)
        object.__setattr__(self, "by_name", dict(zip(names, solutions)))
        for what in ("depth", "width"):
            object.__setattr__(self, what, _sizes(name, what, getattr(self, what)))
        [deepest] = _sizes(name, "deepest", (self.deepest,))
        object.__setattr__(self, "deepest", deepest)
        for what in ("level", "call", "input"):
            object.__setattr__(self, what, _printable(getattr(self, what)) or what)

    @property
    def baseline(self) -> str:
        """The implementation that ratios are taken against unless told: the first."""
        return next(iter(self.by_name))

    def arguments(self, depth: int, width: int, seed: int = 0) -> tuple[Any, ...]:
        """The arguments of a call of that size; the same seed gives the same ones."""
        import numpy as np

        made = self.setup(depth, width, np.random.default_rng(seed))
        return made if type(made) is tuple else (made,)  # a named tuple is one argument


def _sizes(problem: str, what: str, sizes: Any) -> tuple[int, ...]:
    given = tuple(sizes) if isinstance(sizes, Iterable) else (sizes,)
    try:
        listed = tuple(index(size) for size in given if not isinstance(size, bool))
    except TypeError:  # a fraction, a word
        listed = ()
    if not listed or len(listed) < len(given) or not all(1 <= size <= MOST for size in listed):
        raise ValueError(f"problem {problem!r}: {what} is {sizes!r}; give a whole number from 1, or a list of such")
    return listed


def _printable(words: Any) -> str:
    """On one line, with a blank for what cannot be printed."""
    if not isinstance(words, str):
        raise TypeError(f"a name or title is {words!r}; give a string")
    return " ".join("".join(character if character.isprintable() else " " for character in words).split())
