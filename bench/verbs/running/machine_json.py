"""machine.json while a run measures: the machine and its caveats, what was compared and how the time was spent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from bench.analyse.stopping import RunEnd
from bench.errors import BadInput
from bench.measure.machine import caveats
from bench.measure.machine.measured_under import caveats_of
from bench.plan.described import DescribedProblem
from bench.record.folder import read_machine, write_machine
from bench.record.problems import problem_record
from bench.verbs.running.noting import Noting, joined_warnings
from bench.verbs.running.run_context import Run
from bench.verbs.running.wrapping_up import uninterrupted

REMEDY = "keep to one setting, and start anew with --fresh: figures of both are mixed"


@dataclass
class Conditions:
    """What becomes known while a run measures.

    Attributes:
        run: the run.
        noting: what speaks against its figures.
        measured_s: seconds inside measured code so far.
        at_once: how many passes are made at once on this machine; None on a cluster, and before it measures.
        end: how it ended; None while it measures.
        if_interrupted: how it ends if it is interrupted now; None before it measures.
        more: what a run on a cluster adds to the record.

    """

    run: Run
    noting: Noting
    measured_s: float = 0.0
    at_once: int | None = None
    end: RunEnd | None = None
    if_interrupted: Callable[[], RunEnd] | None = None
    more: dict[str, Any] = field(default_factory=dict)

    def write(self) -> None:
        """Write machine.json: what it said before this run, and what this run adds to it."""
        run, earlier, now = self.run, self.run.earlier, caveats.this_moment()
        spent, sweep = earlier.get("passes", {}), run.experiment.sweep
        this_wall_s = now.monotonic_s - self.noting.start.monotonic_s
        wall_s = (spent.get("wall_s") or 0.0) + this_wall_s
        measured_s = (spent.get("measured_s") or 0.0) + self.measured_s
        record = {
            **run.machine,
            "warnings": self.noting.warnings(earlier),
            **(self.noting.blas or {key: earlier[key] for key in ("blas", "blas_threads") if key in earlier}),
            "passes": {
                "wall_s": round(wall_s, 1),
                "last_run_s": round(this_wall_s, 1),
                "measured_s": round(measured_s, 1),
                "share": round(measured_s / wall_s, 3) if wall_s else None,
                **({"at_once": self.at_once} if self.at_once else {}),
            },
            "ended": asdict(self.end) if self.end else None,
            "seed": run.seed,
            **({"interpreters": known} if (known := earlier.get("interpreters", {}) | self.noting.interpreters) else {}),
            "sweep": {"name": sweep.name, "precision": sweep.precision, "budget_s": sweep.budget_s},
            **_compared(run),
            **self.more,
        }
        write_machine(run.folder, record)


@contextmanager
def recorded_conditions(run: Run) -> Iterator[Conditions]:
    """Keep machine.json while something is measured: written first, since a kill would leave rows that nothing explains,
    and again at the end, however it ends.
    """
    conditions = Conditions(run, Noting(run.settings, run.experiment.sweep.blas_threads, REMEDY, run.screen))
    conditions.more = _of_cluster(run) if run.where else {}
    if run.where is None or run.where.workers:  # else this machine takes no times
        conditions.noting.note_before(run.machine["load_1_min"])
    conditions.write()
    try:
        yield conditions
    except BaseException as error:
        with uninterrupted(), suppress(BadInput):  # on a full disk the first complaint is the one to hear
            if isinstance(error, KeyboardInterrupt) and conditions.if_interrupted and conditions.end is None:
                conditions.end = conditions.if_interrupted()
            conditions.write()
        raise
    conditions.write()
    run.screen.caveats(caveats.during(conditions.noting.start, caveats.this_moment()))


def write_conditions(run: Run) -> None:
    """Write machine.json where no time is measured."""
    noted = [*caveats_of(run.settings)]
    run.screen.caveats(noted)
    warnings = joined_warnings(run.earlier, noted)
    write_machine(run.folder, {**run.earlier, **_of_cluster(run), **run.machine, "warnings": warnings, **_compared(run)})


def _of_cluster(run: Run) -> dict[str, Any]:
    """What the folder's record says of the machines whose passes its times are of; nothing if it is one."""
    return {key: value for key, value in read_machine(run.folder).items() if key == "cluster"}


def _compared(run: Run) -> dict[str, Any]:
    """What was compared, in this run and in those before."""
    earlier = run.earlier.get("settings", {})
    joined = {key: {**earlier.get(key, {}), **run.settings[key]} for key in ("implementations", "data", "libraries")}
    problems = {**run.earlier.get("problems", {}), **{problem.name: _problem(run, problem) for problem in run.experiment.described}}
    return {"problems": problems, "refused": run.experiment.refused, "settings": {**run.settings, **joined}}


def _problem(run: Run, problem: DescribedProblem) -> dict[str, Any]:
    """What is told of a problem, and of its implementations that were compared, in this run and in those before."""
    before = run.earlier.get("problems", {}).get(problem.name, {}).get("implementations", {})
    compared = run.experiment.problems[problem.name].implementations
    told = problem_record(replace(problem, implementations={name: problem.implementations[name] for name in compared}))
    return {**told, "implementations": {**before, **told["implementations"]}}
