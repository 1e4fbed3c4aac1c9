"""`compare`: two results folders, cell by cell, and a gate."""

from __future__ import annotations

import argparse
from pathlib import Path
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
        BadInput: a folder cannot be read, or the two have other baselines.
        NothingMeasured: they have nothing in common, or too few passes to judge anything.
        GateFailed: something is slower by more than --fail-above for certain.

    """
    above = options.fail_above
    if above is not None and not 0 <= above < float("inf"):
        raise BadInput(f"--fail-above is {above:g}; give a fraction, such as 0.03")
    (old, before), (new, after) = (read_measurements(folder, screen.warn) for folder in (options.base, options.new))
    found = changes(before, after, _baseline(options.base, old, options.new, new), _floors_alike(old, new))
    if not found:
        raise NothingMeasured(f"{options.base} and {options.new} have no comparison in common; measure the same sweep in both")
    sentence = sum_up(found, above)
    if options.markdown:
        screen.verbatim(markdown(found, sentence))
    else:
        screen.table(changes_table(found))
    if not any(one.closed for one in found):
        raise NothingMeasured(
            f"too few passes to judge {len(found)} comparisons at once: both folders need {passes_needed(found)}; "
            "run on with a smaller --precision"
        )
    if above is not None and any(one.certainly_above(above) for one in found):
        raise GateFailed(sentence)
    if not options.markdown:
        screen.say(sentence)


def _floors_alike(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Were both floors measured on one machine, by the same code?"""
    method, other = (one.get("settings", {}).get("method") for one in (old, new))
    return old.get("machine", "") == new.get("machine") and method == other


def _baseline(base: Path, old: dict[str, Any], new: Path, fresh: dict[str, Any]) -> str:
    """The baseline of both folders; a folder that was cut off before it said so has the usual one."""
    ours, theirs = map(baseline_of, (old, fresh))
    if ours != theirs:
        raise BadInput(f"{base} is measured against {ours!r} and {new} against {theirs!r}; measure both against one --baseline")
    return ours
