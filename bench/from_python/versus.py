"""`versus`: functions against each other, from Python, by the experiment that `unwind run --problem` makes."""

from __future__ import annotations

import secrets
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from bench.errors import BadInput, NothingMeasured, unknown
from bench.from_python.home import Home
from bench.from_python.quiet import QuietScreen
from bench.from_python.result import Result
from bench.from_python.sending import send
from bench.measure.machine.measured_under import measured_under
from bench.measure.workers.checking import refused
from bench.plan.experiment import Experiment, prepare
from bench.plan.problems import PlannedProblem, planned
from bench.plan.sweeps import Sweep
from bench.verbs.running.memory import measure_memory
from bench.verbs.running.run_context import begin
from bench.verbs.running.timing import measure_time
from impls import Problem, Solution
from impls.sameness import same

PATIENCE_S = 60.0  # silence after which a call has timed out; the longest that is measured takes 2 s


def versus(
    *functions: Callable[..., Any] | Solution,
    setup: Callable[..., Any],
    depth: int | Sequence[int],
    width: int | Sequence[int] = 1,
    equal: Callable[[Any, Any], Any] = same,
    mutates: bool = False,
    name: str = "versus",
    baseline: str | None = None,
    allocator: str | Sequence[str] = "default",
    precision: float = 0.01,
    budget_s: float = 60.0,
    memory: bool = True,
    seed: int | None = None,
) -> Result:
    """Measure functions against each other on the same arguments, each pass in a fresh interpreter, and return what was found.

    Functions may be defined in a notebook or a test, be closures or lambdas; two of one name need
    `Solution(function, name=...)`. They are checked first: on small inputs, from depth 0 on, each must give the first one's
    answers; one that does not is left out with a warning. Ctrl-C, or a notebook's stop button, ends the measuring and keeps
    what is finished. Files are written into a temporary folder that goes with the result.

    Args:
        functions: two or more; the first is the baseline unless told.
        setup: `setup(depth, width, rng)` makes the arguments of a call, outside the clock: a tuple is the arguments, anything else
            the only one. `rng` is a NumPy Generator; the same one must give the same arguments.
        depth, width: sizes, one or a list each; every combination is measured.
        equal: are two answers the same? By default to the last bit, arrays and nested containers compared whole.
        mutates: do the functions change their arguments? Then every call has fresh ones.
        name: what messages and the report call the problem.
        baseline: the name of the function that ratios are taken against.
        allocator: "default", what a program has; "steady", with freed memory kept; or both.
        precision: half the width of the interval to reach, as a fraction of the ratio.
        budget_s: seconds of timing after which no further measurement is begun.
        memory: are peaks of memory read, too? It takes a second or two a size.
        seed: of all random orders; a new one unless given.

    Raises:
        BadInput: an argument cannot be used, a function cannot be sent to another process, or fewer than two give the same answers.
        NothingMeasured: nothing could be timed.

    """
    problem = _problem(name, setup, functions, equal, mutates, depth, width)
    if baseline is not None and baseline not in problem.by_name:
        raise BadInput(unknown("baseline", str(baseline), problem.by_name, "versus"))
    home = Home()
    experiment = _experiment(planned(problem, str(send(problem, home.folder))), baseline, allocator, precision, budget_s)
    for left_out, why in experiment.refused.items():
        warnings.warn(f"{left_out} is left out: it {why}", stacklevel=2)
    return _measured(experiment, problem, home, secrets.randbelow(10**9) if seed is None else seed, memory)


def _measured(experiment: Experiment, problem: Problem, home: Home, seed: int, memory: bool) -> Result:
    """The result of what could be measured until the end, or until Ctrl-C."""
    screen = QuietScreen()
    run = begin(experiment, seed, 0, PATIENCE_S, home.folder, measured_under(), False, screen)
    interrupted = False
    try:
        measure_time(run)
        if memory:
            measure_memory(run)
    except KeyboardInterrupt:
        interrupted = True
    if not run.times().any_timed():
        if interrupted:
            raise KeyboardInterrupt
        raise NothingMeasured(f"versus: nothing could be timed; {'; '.join(screen.notes) or 'every call failed'}")
    return Result(run, problem, home, interrupted)


def _problem(name: str, setup: Any, functions: Sequence[Any], equal: Any, mutates: bool, depth: Any, width: Any) -> Problem:
    try:
        return Problem(name, setup, functions, equal, mutates, depth=depth, width=width)
    except (ValueError, TypeError) as error:
        raise BadInput(f"versus: {error}") from None


def _experiment(
    problem: PlannedProblem, baseline: str | None, allocator: str | Sequence[str], precision: float, budget_s: float
) -> Experiment:
    """What is compared, and how far to go."""
    try:
        allocators = [allocator] if isinstance(allocator, str) else [*allocator]
        half, seconds = _number("precision", precision), _number("budget_s", budget_s)
        sweep = Sweep(name="versus", problem=[problem.source], allocator=allocators, precision=half, budget_s=seconds)
    except (ValueError, TypeError) as error:  # pydantic's is a ValueError
        raise BadInput(f"versus: {_first_line(error)}") from None
    experiment = prepare(sweep, [], [], baseline, lambda source, files: problem, refused)
    if len(experiment.implementations) < 2:
        reasons = "; ".join(f"{name} {why}" for name, why in experiment.refused.items())
        raise BadInput(f"versus: there is nothing to compare: {reasons}")
    return experiment


def _number(argument: str, value: Any) -> float:
    try:
        return float(value)
    except (ValueError, TypeError):
        raise ValueError(f"{argument} is {value!r}; give a number") from None


def _first_line(error: Exception) -> str:
    """What pydantic says of the first error, on one line."""
    errors = getattr(error, "errors", None)
    if errors is None:
        return str(error)
    first = errors()[0]
    return f"{'.'.join(map(str, first['loc']))} is {first['input']!r}: {first['msg']}"
