"""`compare`: two results folders, cell by cell, and a gate."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.analyse.between.changes import Change, changes, floor_changes, one_sided, passes_needed
from bench.errors import BadInput, GateFailed, NothingMeasured
from bench.measure.machine.fingerprint import machine_differences, same_machine
from bench.measure.machine.measured_under import changed_settings, recorded_settings
from bench.plan.contenders import key, tell
from bench.plan.described import DescribedProblem
from bench.record.problems import described_problems, keyed, names_there
from bench.record.results import read_measurements
from bench.record.time_parts.rows import TimeRows
from bench.record.times import only
from bench.show.terminal.changes import changes_table, floor_advice, left_out_words, markdown, sum_up
from bench.show.terminal.screen import Screen


@dataclass(frozen=True)
class Side:
    """One of the two folders: its machine.json, its rows of time.csv and its parts with contenders by their keys, and its problems."""

    folder: Path
    record: dict[str, Any]
    rows: TimeRows
    problems: list[DescribedProblem]

    def without(self, datasets: set[str]) -> Side:
        """The same without the cells of some datasets."""
        return replace(self, rows=self.rows.through(lambda rows: only(rows, ~rows["dataset"].isin(datasets)), "dataset"))


def compare(options: argparse.Namespace, screen: Screen) -> None:
    """Say what changed from one folder to the other.

    Raises:
        BadInput: a folder cannot be read, or their baselines or settings differ.
        NothingMeasured: they have nothing in common, or too few passes to judge anything.
        GateFailed: something is slower by more than --fail-above for certain.

    """
    above = options.fail_above
    if above is not None and not 0 <= above < float("inf"):
        raise BadInput(f"--fail-above is {above:g}; give a fraction, such as 0.03")
    base, new = (_side(folder, screen) for folder in (options.base, options.new))
    tell({problem.name: problem for problem in (*base.problems, *new.problems)}.values())
    baselines = _same_baselines(base, new)
    notes = [*_settings_notes(base, new, options.across_settings)]
    other_data = _other_data(base, new)
    notes += [f"{name}: its data are not the same in both folders, so its cells are left out" for name in sorted(other_data)]
    base, new = base.without(other_data), new.without(other_data)
    for one, other in ((base, new), (new, base)):
        notes += left_out_words(str(one.folder), one_sided(one.rows, other.rows))
    changed = changes(base.rows, new.rows, *baselines)
    if not changed:
        _warn(notes, screen)
        raise NothingMeasured(f"{base.folder} and {new.folder} have no comparison in common; measure the same sweep in both")
    notes += [advice] if _floors_alike(base, new) and (advice := floor_advice(floor_changes(base.rows, new.rows, *baselines))) else []
    _tell(changed, notes, sum_up(changed, above), options.markdown, screen)
    _judge(changed, above, screen, options.markdown)


def _side(folder: Path, screen: Screen) -> Side:
    record, rows = read_measurements(folder, screen.warn)
    problems = described_problems(record, names_there(rows.visits))
    return Side(folder, record, rows.through(keyed, "problem", "impl"), problems)


def _same_baselines(base: Side, new: Side) -> list[str]:
    """What ratios are taken against in each problem that both folders have, by its key."""
    others = {problem.name: problem.baseline for problem in new.problems}
    for problem in base.problems:
        other = others.get(problem.name, problem.baseline)
        if problem.baseline != other:
            differ = f"{base.folder} is measured against {problem.baseline!r} and {new.folder} against {other!r}"
            raise BadInput(f"{differ}; measure both against one --baseline")
    return [key(problem.name, problem.baseline) for problem in base.problems]


def _settings_notes(base: Side, new: Side, across: bool) -> Iterator[str]:
    """What differs between the machines, and between settings if they are to be compared all the same.

    Raises:
        BadInput: settings differ that somebody has chosen, or any on one machine.

    """
    alike = same_machine(base.record, new.record)
    then, now = recorded_settings(base.record), recorded_settings(new.record)
    differ = changed_settings(now, then, of_machine=None if alike else False)
    if differ and not across:
        raise BadInput(
            f"{base.folder} and {new.folder} were measured under other settings: {', '.join(differ)}; these can move ratios: "
            "measure both under the same, or give --across-settings to compare the ratios all the same"
        )
    if differ:
        yield f"compared are ratios alone, across settings that can move them: {', '.join(differ)}"
    if not alike:
        of_machines = [*machine_differences(base.record, new.record), *changed_settings(now, then, of_machine=True)]
        yield f"the machines are not the same, so ratios alone are compared{': ' * bool(of_machines)}{', '.join(of_machines)}"


def _other_data(base: Side, new: Side) -> set[str]:
    """The datasets that have one name and other contents."""
    before, after = (side.record.get("settings", {}).get("data", {}) for side in (base, new))
    return {name for name in before if name in after and before[name] != after[name]}


def _floors_alike(base: Side, new: Side) -> bool:
    """Were both floors measured on one machine, by the same code?"""
    methods = {side.record.get("settings", {}).get("method") for side in (base, new)}
    return same_machine(base.record, new.record) and len(methods) == 1


def _tell(changed: list[Change], notes: list[str], sentence: str, as_markdown: bool, screen: Screen) -> None:
    if as_markdown:
        screen.verbatim(markdown(changed, sentence, notes))
        return
    screen.table(changes_table(changed))
    _warn(notes, screen)


def _warn(notes: list[str], screen: Screen) -> None:
    for note in notes:
        screen.warn(note)


def _judge(changed: list[Change], above: float | None, screen: Screen, as_markdown: bool) -> None:
    if not any(change.closed for change in changed):
        raise NothingMeasured(
            f"too few passes to judge {len(changed)} comparisons at once: both folders need {passes_needed(changed)}; "
            f"run both again with --passes {passes_needed(changed)}"
        )
    if above is not None and any(change.certainly_above(above) for change in changed):
        raise GateFailed(sum_up(changed, above))
    if not as_markdown:
        screen.say(sum_up(changed, above))
