"""The depth half-minute of a run: how deep each implementation of a problem goes on this Python, as it comes and with the limit raised.

`unwind limits` studies more: other interpreters, threads with other stacks, and greater depths.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from bench.measure.depth.study import Limit, Subjects, implementation_limits, stack_limit
from bench.measure.depth.study import studied as interpreter_studied
from bench.measure.depth.trials import usual_guard
from bench.measure.interpreters.found import Interpreter, Unusable, running
from bench.plan import contenders
from bench.plan.cells import BACKPROPAGATION
from bench.plan.depth import AS_IT_COMES, CALL, LIMIT_RAISED, setting_of, way_title
from bench.plan.problems import PlannedProblem
from bench.record.limits import put_limit
from bench.show.answers.depth import ENDINGS
from bench.show.answers.words import spaced
from bench.show.terminal.counting import doing
from bench.show.terminal.screen import Screen
from bench.verbs.running.run_context import Run

CAP = 100_000  # levels


def measure_depth(run: Run) -> None:
    """Search for those that limits.csv does not have yet, and record each search as it ends."""
    problems = studied(run)
    if not problems:
        return
    try:
        here = running()
    except Unusable as error:
        run.screen.warn(f"depth is not studied: {error.detail}")
        return
    with doing(run.screen) as tell:
        for problem in problems:
            _measure(run, problem, here, tell)


def studied(run: Run) -> list[PlannedProblem]:
    """The problems whose depth is studied in a run: those that say how deep; networks are studied by `unwind limits` alone."""
    return [problem for problem in run.experiment.problems.values() if problem.deepest]


def _measure(run: Run, problem: PlannedProblem, here: Interpreter, tell: Callable[[str], None]) -> None:
    cap = min(CAP, problem.deepest or CAP)
    table = run.table("limits.csv")
    known = _known(table.read(run.screen.warn), run, problem.name, here, cap)
    names = [name for name in problem.implementations if name not in known]
    if not names:
        return
    subjects = Subjects(names, run.experiment.files, cap, problem.name, problem.source, (AS_IT_COMES, LIMIT_RAISED))
    tell(f"Depth of {problem.name} on Python {here.name}")
    where = interpreter_studied(here, here.path, usual_guard(), run.screen.caveats)
    for limit in implementation_limits(where, subjects):
        put_limit(table, run.machine_name, limit)
        tell_limit(limit, problem, run.screen, tell)


def _known(rows: pd.DataFrame, run: Run, problem: str, here: Interpreter, cap: int) -> set[str]:
    """The implementations that have been studied on this machine, Python and stack, as deep as it is done here."""
    mine = (rows["machine"] == run.machine_name) & (rows["python"] == here.name) & (rows["problem"] == problem)
    stack = stack_limit()
    mine &= rows["stack_bytes"].isna() & (rows["stack_limit_bytes"].isna() | (rows["stack_limit_bytes"] == stack))
    enough = (rows["status"] != "ok") | (rows["deepest_ok"] >= cap)
    if run.retry:
        enough &= ~rows["status"].isin(["error", "skipped", "timeout"])
    found = rows[mine & enough].groupby("impl")
    return {str(name) for name, its in found if its["status"].eq("skipped").any() or its["recursion_limit"].nunique() > 1}


def tell_limit(limit: Limit, problem: PlannedProblem, screen: Screen, tell: Callable[[str], None]) -> None:
    """What a search found: on the line that moves, and for good with -v; what could not be tried, in any case."""
    if limit.impl is None:
        ways = ", only ways of calling" if problem.name == BACKPROPAGATION else ""
        screen.warn(f"Python {limit.python}: no {problem.words.input} can be tried on it{ways} ({limit.status}: {limit.detail})")
        return
    if limit.status == "skipped":
        screen.warn(f"Python {limit.python}: {limit.impl} is skipped: {limit.detail}")
        return
    subject = _subject(limit.impl, problem)
    setting = setting_of(limit.recursion_limit or 0, limit.stack_bytes).words
    allowed = "the most that there is an input for" if limit.detail else "the most that was allowed"
    end = f"then {ENDINGS[limit.status]}" if limit.first_failure else allowed
    more = f" ({limit.detail})" if limit.detail and limit.status in ("error", "ok") else ""
    words = f"{subject}, {setting}: {spaced(limit.deepest_ok or 0)}, {end}{more}"
    tell(f"Depth on Python {limit.python}: {words}")
    screen.detail(f"  {words}")


def _subject(impl: str, problem: PlannedProblem) -> str:
    """What a line calls that which was tried."""
    if impl.startswith(CALL):
        return way_title(impl)
    title = contenders.title(contenders.key(problem.name, impl))
    return title if problem.name == BACKPROPAGATION else f"{problem.title}, {title}"
