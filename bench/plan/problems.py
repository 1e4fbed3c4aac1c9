"""Problems: what a run computes. Backpropagation is one; any other is a name in the registry, or in a file of the user's own."""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench.errors import BadInput, unknown
from bench.plan.cells import BACKPROPAGATION
from bench.plan.contenders import CONTROL, REFERENCES, run_file
from bench.plan.described import ANY, BUNDLED, NETWORKS, Comparable, DescribedProblem, Words, description
from impls import IMPLEMENTATIONS, Implementation, Pair, Problem, Solution
from impls.problems import PROBLEMS

SENT = ".pickle"  # the end of the name of a file that holds a problem as a value


@dataclass(frozen=True)
class PlannedProblem:
    """A problem as those know it who plan and record, and do not run it.

    Attributes:
        name: as in cells.
        title: what headings call it.
        implementations: by name, in the order that tables show them.
        baseline: what ratios are taken against unless told.
        source: what a worker loads it by: its name, or the path of a file.
        references: what is timed beside the implementations: the control, and the floor where there is one.
        pairs: comparisons worth a row of their own, whatever the baseline.
        depth, width: the sizes to measure at unless a sweep says others; empty if there are none.
        deepest: the most levels that the study of depth should try.
        setup: the module of the function that makes arguments, where that is none of an implementation's; else empty.
        words: what its parts are called.
        refused: name -> why, for implementations that are left out.
        not_in: layout -> name -> why, for those that cannot be compared where examples are laid out like that.

    """

    name: str
    title: str
    implementations: Mapping[str, Comparable]
    baseline: str
    source: str
    references: tuple[str, ...] = (CONTROL,)
    pairs: tuple[Pair, ...] = ()
    depth: tuple[int, ...] = ()
    width: tuple[int, ...] = ()
    deepest: int | None = None
    setup: str = ""
    words: Words = ANY
    refused: Mapping[str, str] = field(default_factory=dict)
    not_in: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def described(self, baseline: str) -> DescribedProblem:
        """What is told of it where ratios are taken against that baseline."""
        bundled = BUNDLED.get(self.name, DescribedProblem(self.name, self.title, {}, baseline, self.words))
        own = {name: description(each, own=True) for name, each in self.implementations.items() if name not in bundled.implementations}
        return replace(bundled, implementations={**bundled.implementations, **own}, baseline=baseline, refused=self.refused)


def backpropagation(implementations: Mapping[str, Implementation] = IMPLEMENTATIONS) -> PlannedProblem:
    """Backpropagation, with those implementations."""
    its = NETWORKS
    return PlannedProblem(its.name, its.title, implementations, its.baseline, its.name, REFERENCES, its.pairs, words=its.words)


def planned(problem: Problem, source: str, implementations: Mapping[str, Solution] | None = None) -> PlannedProblem:
    """Any other problem; `implementations` are its own unless others are given."""
    return PlannedProblem(
        problem.name,
        problem.title,
        problem.by_name if implementations is None else implementations,
        problem.baseline,
        source,
        depth=tuple(problem.depth),
        width=tuple(problem.width),
        deepest=problem.deepest,
        words=Words(problem.level, problem.call, problem.input),
    )


def place_of(source: str) -> str:
    """What a message about a problem begins with: the option or the call that named it."""
    return "versus" if Path(source).suffix == SENT else f"problem {source}"


def load_problem(source: str, files: Sequence[str] = ()) -> Problem:
    """The problem of that name, or the one that a file defines, with the `Solution`s of further files added to it.

    For workers, since it runs the files.

    Raises:
        BadInput: the name is not known, a file cannot be run, defines no problem or several, or a name is taken.

    """
    problem = PROBLEMS[source] if source in PROBLEMS else _problem_in(source)
    for file in files:
        its_own = [value for value in vars(run_file(file, "--with")).values() if isinstance(value, Solution)]
        if not its_own:
            raise BadInput(f"--with {file}: defines no Solution; write mine = Solution(function) for each implementation of {problem.name}")
        problem = _with_more(problem, list({id(solution): solution for solution in its_own}.values()), file)
    return problem


def _sent_problem(source: str) -> Problem:
    """The problem that another process has sent (`bench.from_python.sending`)."""
    try:
        problem = pickle.loads(Path(source).read_bytes())
    except Exception as error:  # whatever the import of a module raises that the functions refer to
        reason = f"{type(error).__name__}: {error}"
        raise BadInput(f"versus: a fresh interpreter cannot load the functions ({reason}); install what they import") from None
    assert isinstance(problem, Problem)
    return problem


def _with_more(problem: Problem, solutions: list[Solution], file: str) -> Problem:
    for solution in solutions:
        if solution.name in {*problem.by_name, *REFERENCES}:
            raise BadInput(f"--with {file}: the name {solution.name!r} is taken; give your implementation another name")
    fields = {name: getattr(problem, name) for name, its in Problem.__dataclass_fields__.items() if its.init}
    return Problem(**fields | {"implementations": [*problem.implementations, *solutions]})


def _problem_in(source: str) -> Problem:
    """The one problem that a file defines."""
    if Path(source).suffix == SENT:
        return _sent_problem(source)
    _refuse_what_is_no_file(source)
    module = run_file(source, "problem")
    problems = list({id(value): value for value in vars(module).values() if isinstance(value, Problem)}.values())
    problems = [problem for problem in problems if problem not in PROBLEMS.values()]
    if not problems:
        example = "problem = Problem(name, setup, [recursive, iterative])"
        raise BadInput(f"problem {source}: defines no Problem in its outermost lines; write {example}")
    if len(problems) > 1:
        names = ", ".join(repr(problem.name) for problem in problems)
        raise BadInput(f"problem {source}: defines {len(problems)} problems ({names}); a file should define one")
    [problem] = problems
    if problem.name == BACKPROPAGATION or problem.name in PROBLEMS:
        raise BadInput(f"problem {source}: the name {problem.name!r} is taken; give your problem another name")
    if taken := [name for name in problem.by_name if name in REFERENCES]:
        raise BadInput(f"problem {source}: the name {taken[0]!r} is taken; give your implementation another name")
    return problem


def _refuse_what_is_no_file(source: str) -> None:
    """Refuse the name of no problem, unless it is a Python file's."""
    path = Path(source)
    if path.suffix == ".py":
        return
    try:
        is_folder, is_there = path.is_dir(), path.exists()
    except OSError as error:  # in a folder that may not be looked into, or of too long a name
        raise BadInput(f"problem {source}: cannot be read ({error.strerror}); check the path") from None
    if is_folder:
        raise BadInput(f"problem {source}: is a folder; give a Python file that defines a problem")
    if is_there:
        raise BadInput(f"problem {source}: is no Python file; give a file whose name ends in .py")
    raise BadInput(unknown("problem", source, [BACKPROPAGATION, *PROBLEMS, "the path of a .py file"]))
