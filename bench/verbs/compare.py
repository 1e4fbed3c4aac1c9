"""`compare`: two results folders, cell by cell, and a gate."""

from __future__ import annotations

import argparse
from typing import Any

from bench.analyse.changes import changes, passes_needed
from bench.errors import BadInput, GateFailed, NothingMeasured
from bench.record.folder import baseline_of
from bench.record.results import read_measurements
from bench.show.terminal.changes import changes_table, markdown, sum_up
from bench.show.terminal.screen import Screen


def compare(options: argparse.Namespace, screen: Screen) -> None:
    """Say what changed from one folder to the other.

    Raises:
        BadInput: a folder cannot be read, or their baselines differ.
        NothingMeasured: they have nothing in common, or too few passes to judge anything.
        GateFailed: something is slower by more than --fail-above for certain.

    """
    above = options.fail_above
    if above is not None and not 0 <= above < float("inf"):
        raise BadInput(f"--fail-above is {above:g}; give a fraction, such as 0.03")
    (old, before), (new, after) = (read_measurements(folder, screen.warn) for folder in (options.base, options.new))
    baseline, other = baseline_of(old), baseline_of(new)
    if baseline != other:
        differ = f"{options.base} is measured against {baseline!r} and {options.new} against {other!r}"
        raise BadInput(f"{differ}; measure both against one --baseline")
    changed = changes(before, after, baseline, _floors_alike(old, new))
    if not changed:
        raise NothingMeasured(f"{options.base} and {options.new} have no comparison in common; measure the same sweep in both")
    sentence = sum_up(changed, above)
    if options.markdown:
        screen.verbatim(markdown(changed, sentence))
    else:
        screen.table(changes_table(changed))
    if not any(change.closed for change in changed):
        raise NothingMeasured(
            f"too few passes to judge {len(changed)} comparisons at once: both folders need {passes_needed(changed)}; "
            f"run both again with --passes {passes_needed(changed)}"
        )
    if above is not None and any(change.certainly_above(above) for change in changed):
        raise GateFailed(sentence)
    if not options.markdown:
        screen.say(sentence)


def _floors_alike(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Were both floors measured on one machine, by the same code?"""
    methods = {record.get("settings", {}).get("method") for record in (old, new)}
    return old.get("machine", "") == new.get("machine") and len(methods) == 1
