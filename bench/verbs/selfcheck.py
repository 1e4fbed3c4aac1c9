"""`selfcheck`: the method tried on work with known ratios and beside other tools, and its meters beside theirs."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass, field, replace
from pathlib import Path
from typing import Any

from rich.markup import escape

from bench.analyse.observations import Comparison
from bench.analyse.selfcheck.checks import checks
from bench.analyse.stopping import Progress
from bench.errors import GateFailed
from bench.measure.machine import caveats
from bench.measure.machine.fingerprint import fingerprint
from bench.measure.machine.measured_under import Settings, measured_under
from bench.measure.machine.side_by_side import last_cache_bytes, must_be_alone, passes_at_once_here
from bench.measure.other_tools import known_work, sessions
from bench.measure.other_tools.meter_pairs import CELL as PAIRED
from bench.measure.other_tools.meter_pairs import read_pairs
from bench.measure.other_tools.renamed import write_renamed
from bench.measure.other_tools.sessions import Session, ToolFailed, ToolMissing
from bench.measure.other_tools.whole_runs import whole_run
from bench.measure.scheduling.at_once import run_passes
from bench.measure.scheduling.pace import Pace
from bench.measure.scheduling.schedule import Schedule
from bench.measure.timing.method_digest import method
from bench.measure.timing.pass_timer import PassTimer
from bench.plan import selfcheck as plan
from bench.plan.cells import Cell
from bench.plan.data import datasets
from bench.record.folder import results_folder, write_machine
from bench.record.selfcheck import SELFCHECK, meter_rows, read_evidence, session_rows
from bench.record.tables import Table
from bench.record.times import new_run_id
from bench.show.answers.selfcheck import check_rows
from bench.show.answers.words import counted
from bench.show.terminal.screen import Screen
from bench.show.terminal.tables import titled_table
from bench.verbs.plot import plot
from bench.verbs.report import report
from bench.verbs.running.noting import Noting
from bench.verbs.running.recorder import VisitRecorder
from bench.verbs.seconds import positive_seconds
from impls.iterative import iterative

ALONE = ("grid", "deep", "wide", "known")  # the parts that have their time at once; the trio takes turns with other tools
BLAS_THREADS = 1
REMEDY = "keep to one setting, and repeat `make selfcheck`: its figures are of both"
STYLES = {"ok": "green", "failed": "bold red"}


def selfcheck(options: argparse.Namespace, screen: Screen) -> None:
    """Measure, judge, record the verdicts, and put them into the report.

    Raises:
        BadInput: the folder cannot be written, the budget is not above 0, or no process can measure.
        GateFailed: a promise is not kept.

    """
    budget_s = positive_seconds("--budget", options.budget)
    under = measured_under()
    with results_folder(options.results / SELFCHECK, fresh=True, parts=plan.RUNS) as folder:
        _measure(plan.shares(budget_s), folder, Noting(under, BLAS_THREADS, REMEDY, screen))
        rows = check_rows(checks(read_evidence(folder, screen.warn)))
        Table(folder, "checks.csv").replace(map(astuple, rows))
    shown = titled_table("Can the figures be trusted?", "check", "verdict", "result")
    for row in rows:
        style = STYLES.get(row.status, "dim")
        shown.add_row(row.check, f"[{style}]{row.status}[/]", escape(row.answer))
    screen.table(shown)
    plot(options, screen)
    report(options, screen)
    if failed := [row.check for row in rows if row.status == "failed"]:
        raise GateFailed(f"these checks failed: {', '.join(failed)}; read the report, and repeat `make selfcheck` on a quiet machine")


def _measure(shares: plan.Shares, folder: Path, noting: Noting) -> None:
    """Take every measurement, between two records of the machine: a kill would leave rows that nothing explains."""
    machine = fingerprint()
    noting.note_before(machine["load_1_min"])
    write_machine(folder, _record(machine, noting, {}))
    seconds = _measure_all(shares, folder, machine["machine"], noting)
    write_machine(folder, _record(machine, noting, seconds))
    noting.screen.caveats(caveats.during(noting.start, caveats.this_moment()))


def _record(machine: dict[str, Any], noting: Noting, seconds: dict[str, float]) -> dict[str, Any]:
    """machine.json: the machine and its caveats, the settings, and the seconds of passes."""
    settings: Settings = {"blas_threads": BLAS_THREADS, "method": method(), **noting.under}
    return {**machine, **noting.blas, "passes": seconds, "warnings": noting.warnings(), "settings": settings}


def _measure_all(shares: plan.Shares, folder: Path, machine_name: str, noting: Noting) -> dict[str, float]:
    """The parts one by one, the tools in turns, the whole runs, the meters; the seconds that Unwind's own passes took."""
    screen = noting.screen
    with tempfile.TemporaryDirectory() as scratch:
        dataset = {plan.TRIO.dataset: datasets.load(plan.TRIO.dataset, None, "the self-check")}
        data = datasets.write_batches(dataset, (plan.TRIO.batch, PAIRED.batch), Path(scratch))
        [its] = dataset.values()
        passes = _passes(folder, data, (len(its.X), len(its.Y)), machine_name, Path(scratch), noting)
        for name in ALONE:
            part = plan.PARTS[name]
            screen.say(f"{', '.join(part.contenders)}: {counted(len(part.cells), 'cell')}, {shares.of(name):.0f} s")
            passes[name].measure_for(shares.of(name))
        _take_turns(shares, passes["trio"], _tools(data[plan.TRIO.dataset, plan.TRIO.batch]), Table(folder, "others.csv"), screen)
        _make_runs(shares.run_s, folder, Path(scratch), screen)
        screen.say("Meters beside those of other tools")
        Table(folder, "meters.csv").replace(meter_rows(read_pairs(data[PAIRED.dataset, PAIRED.batch])))
    return {f"{name}_s": round(part.seconds, 2) for name, part in passes.items()}


def _make_runs(seconds: float, folder: Path, scratch: Path, screen: Screen) -> None:
    """Two whole runs of one sweep; one that fails is told of, and the check that needs it is skipped."""
    sweep = scratch / "two_runs.toml"
    sweep.write_text(plan.RUN_SWEEP)
    for run in plan.RUNS:
        screen.say(f"A whole run, {run}: {seconds:.0f} s")
        if why := whole_run(sweep, folder / run, seconds, run == plan.BUSY):
            screen.warn(f"the {run} run failed: {why}")


class _EndlessProgress(Progress):
    """Progress that never ends before the time does: all that it knows is which contenders have failed."""

    def open_comparisons(self, cell: Cell, under_way: int = 0) -> list[Comparison]:
        return self.compared


@dataclass
class Passes:
    """Passes over some cells, recorded visit by visit, and the seconds that they have taken."""

    schedule: Schedule
    workers: PassTimer
    recorder: VisitRecorder
    at_once: int
    pace: Pace = field(default_factory=Pace)
    seconds: float = 0.0

    def measure_for(self, seconds: float) -> None:
        """Make passes until so many seconds have gone by."""
        start = time.monotonic()
        for finished in run_passes(self.schedule, self.workers, self.pace, seconds, time.monotonic, self.at_once):
            self.recorder.add(finished)
        self.seconds += time.monotonic() - start


def _passes(
    folder: Path, data: dict[tuple[str, int], Path], shape: tuple[int, int], machine_name: str, scratch: Path, noting: Noting
) -> dict[str, Passes]:
    """The passes over every part, which share a time.csv: as many at once as in a run, but for those that other tools are beside."""
    run_id, table, most = new_run_id(), Table(folder, "time.csv"), passes_at_once_here()
    files = [known_work.__file__, str(write_renamed(iterative, scratch))]
    alone = must_be_alone(last_cache_bytes(caveats.read_text), lambda cell: shape)

    def over(name: str, part: plan.Part) -> Passes:
        recorder = VisitRecorder(run_id, machine_name, table, _EndlessProgress(part.contenders, part.baseline, (), plan.FINE))
        timer = PassTimer(data, part.baseline, files, blas_threads=BLAS_THREADS, on_hello=noting.note_start, visit_s=part.visit_s)
        at_once = most if name in ALONE else 1
        if at_once > 1:
            timer = replace(timer, company=str(scratch), alone=alone)
        return Passes(Schedule(part.cells, recorder.progress, 0), timer, recorder, at_once)

    return {name: over(name, part) for name, part in plan.PARTS.items()}


Tools = dict[str, Callable[[], Session]]


def _tools(data: Path) -> Tools:
    return {
        "pytest-benchmark": lambda: sessions.pytest_benchmark(data, plan.PYTEST_BENCHMARK_S),
        "pyperf": lambda: sessions.pyperf(data, plan.PYPERF_PROCESSES),
        "timeit": lambda: sessions.timeit(data, plan.TIMEIT_REPEATS),
    }


def _take_turns(shares: plan.Shares, trio: Passes, tools: Tools, others: Table, screen: Screen) -> None:
    """Time the same work with Unwind and then with each tool, turn by turn; a tool that fails has no more turns."""
    for turn in range(1, shares.turns + 1):
        screen.say(f"Turn {turn} of {shares.turns}: Unwind for {shares.trio_s:.0f} s{''.join(f', {tool}' for tool in tools)}")
        trio.measure_for(shares.trio_s)
        for tool, session in list(tools.items()):
            try:
                others.append(session_rows(turn, session()))
            except ToolFailed as error:
                remedy = "; `pip install '.[selfcheck]'` installs it" if isinstance(error, ToolMissing) else ""
                screen.warn(f"{tool} is left out: {error}{remedy}")
                del tools[tool]
