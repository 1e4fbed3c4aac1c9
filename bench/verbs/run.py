"""`run`: measure a sweep, or resume one: plan, check, measure, record, sum up, answer."""

from __future__ import annotations

import argparse
import secrets
import sys
import time
from collections.abc import Sequence
from dataclasses import astuple, replace
from typing import Any

from bench.analyse.clarity import clarity
from bench.errors import BadInput, NothingMeasured
from bench.measure.interpreters.measuring import MeasuringPython, measuring_pythons
from bench.measure.machine.measured_under import measured_under
from bench.measure.workers.checking import refused
from bench.measure.workers.known_problems import known_problem
from bench.plan import sweeps
from bench.plan.experiment import Experiment, prepare
from bench.plan.sweeps import Sweep
from bench.record.folder import read_machine, results_folder
from bench.record.results import Results, read_results
from bench.record.tables import as_rows
from bench.show.answers.ending import ending_words
from bench.show.report.answer import answer_of
from bench.show.terminal.counting import doing
from bench.show.terminal.screen import Screen
from bench.show.topics import topic
from bench.verbs.cluster.where import at_once_of, where_of
from bench.verbs.running.depth import measure_depth, studied
from bench.verbs.running.machine_json import write_conditions
from bench.verbs.running.memory import measure_memory
from bench.verbs.running.run_context import Run, begin
from bench.verbs.running.studies.breakdown import SHARE, study_breakdown, study_breakdown_alone
from bench.verbs.running.timing import measure_time
from bench.verbs.running.tracing import trace_steps
from bench.verbs.seconds import positive_seconds


def run(options: argparse.Namespace, screen: Screen) -> None:
    """Measure time and then memory, or one of the two, and answer.

    Raises:
        BadInput: something on the command line or in the sweep cannot be done.
        NothingMeasured: no cell could be timed, or no memory be measured.

    """
    sweep = _sweep(options)
    patience_s = positive_seconds("--patience", options.patience)
    if options.passes < 0:
        raise BadInput(f"--passes is {options.passes}; give a number of passes from 0")
    where = where_of(options, options.python or sweep.python)
    at_once = at_once_of(options, where)
    under = measured_under()
    pythons = measuring_pythons(options.python or [name for name in sweep.python if name], _source_of_pythons(options, sweep))
    if pythons:
        sweep = sweep.model_copy(update={"python": [python.name for python in pythons]})
    with doing(screen) as tell:
        tell("Checking that implementations give the same answers")
        experiment = prepare(sweep, options.impl, options.files, options.baseline, known_problem, refused)
    experiment = _with_pythons(experiment, pythons)
    screen.left_out(experiment.refused)
    for note in experiment.notes:
        screen.say(note)
    for file in experiment.files:
        screen.say(f"Runs your own code: {file}")
    with results_folder(options.results, options.fresh) as folder:
        this_run = begin(experiment, _seed(options), options.passes, patience_s, folder, under, options.retry, screen, where, at_once)
        trace_steps(this_run)
        if options.only in ("memory", "breakdown"):
            write_conditions(this_run)
        else:
            _measure_clarity(this_run)
            _measure_time(this_run)
            _answer_time(this_run)
        if options.only == "breakdown":
            study_breakdown_alone(this_run, sweep.budget_s)
            _say_where_it_goes(this_run)
        if options.only in (None, "memory"):
            measure_memory(this_run)
        _measure_depth(this_run, options.only)
        _answer_both(this_run)


def _source_of_pythons(options: argparse.Namespace, sweep: Sweep) -> str:
    return "--python" if options.python else f"sweep {sweep.name!r}: python"


def _with_pythons(experiment: Experiment, pythons: Sequence[MeasuringPython]) -> Experiment:
    """The experiment with the programs of its interpreters; why, for those that cannot be used."""
    if not pythons:
        return experiment
    programs = {"": sys.executable, **{python.name: python.program for python in pythons if not python.why_not}}
    return replace(experiment, pythons=programs, unusable={python.name: python.why_not for python in pythons if python.why_not})


def _sweep(options: argparse.Namespace) -> Sweep:
    """The sweep, with what the command line says in place of what its file says."""
    changes: dict[str, Any] = {}
    if options.precision is not None:
        if not 0 < options.precision < 1:
            raise BadInput(f"--precision is {options.precision:g}; give a fraction above 0 and below 1, such as 0.01")
        changes["precision"] = options.precision
    if options.budget is not None:
        changes["budget_s"] = positive_seconds("--budget", options.budget)
    return sweeps.chosen(options.sweep, options.problem).model_copy(update=changes)


def _measure_clarity(run: Run) -> None:
    """Replace the figures of this run's problems; those of others stay."""
    problems, table = run.experiment.problems, run.table("clarity.csv")
    rows = [[*astuple(clarity(each)), problem.name] for problem in problems.values() for each in problem.implementations.values()]
    earlier = table.read(run.screen.warn)
    table.replace([*as_rows(earlier[~earlier["problem"].isin(problems)]), *rows])


def _seed(options: argparse.Namespace) -> int:
    return secrets.randbelow(10**9) if options.seed is None else int(options.seed)


def _measure_time(run: Run) -> None:
    """Measure time, and then where it goes; tell how that ended if it was interrupted, else that comes before the answers."""
    start = time.monotonic()
    try:
        measure_time(run)
    except KeyboardInterrupt:
        _tell_ending(run)
        raise
    study_breakdown(run, SHARE * (time.monotonic() - start))


def _tell_ending(run: Run) -> None:
    for sentence in ending_words(read_machine(run.folder), in_full=run.screen.verbose):
        run.screen.say(sentence)


def _answer_time(run: Run) -> None:
    """What the times say.

    Raises:
        NothingMeasured: there are none.

    """
    if not run.times().any_timed():
        raise NothingMeasured(f"{run.table('time.csv').path}: nothing could be measured; the columns status and detail say why")
    _tell_ending(run)
    if run.screen.verbose:
        for results in read_results(run.folder, lambda sentence: None):
            _answer(run.screen, results, "answers")
            _answer(run.screen, results, "breakdown")


def _measure_depth(run: Run, only: str | None) -> None:
    """How deep the implementations of problems go; networks have a verb for that."""
    if only is None:
        measure_depth(run)
    elif sources := [problem.source for problem in studied(run)]:
        run.screen.say(f"Depth is not studied with --only {only}; `unwind limits --problem {sources[0]}` does it")


def _answer_both(run: Run) -> None:
    """What time and memory say together, once both are there; and the answer, with all that the folder has by now."""
    every = read_results(run.folder, lambda sentence: None)
    for results in every:
        for anchor in ("frontier", "interpreters", "layouts"):
            _answer(run.screen, results, anchor)
    if table := answer_of(every):
        run.screen.answer(table)
    if not run.screen.verbose:
        _answer_layouts(run.screen, every)


def _answer_layouts(screen: Screen, every: Sequence[Results]) -> None:
    """What a sweep over layouts was run for, which the table does not say, in a line each."""
    entry = topic("layouts")
    for facts in filter(None, map(entry.facts, every)):
        for answer in entry.answers(facts):
            screen.say(f"{answer.question} {answer.text}")


def _say_where_it_goes(run: Run) -> None:
    """Since nothing else was asked: each answer in a sentence or two, and in full with -v."""
    entry = topic("breakdown")
    for results in read_results(run.folder, lambda sentence: None):
        for answer in entry.answers(entry.facts(results) or ()):
            if not run.screen.verbose:
                run.screen.say(answer.text)
        _answer(run.screen, results, "breakdown")


def _answer(screen: Screen, results: Results, anchor: str) -> None:
    """What a topic says of one problem, if it has anything to say."""
    entry = topic(anchor)
    if facts := entry.facts(results):
        screen.answers(entry.answers(facts), "" if results.alone else results.problem.title)
