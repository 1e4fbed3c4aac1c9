"""Resuming: whether new figures can be joined to those that a results folder has already."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import Any

from bench.errors import BadInput
from bench.measure.machine.measured_under import changed_settings, recorded_settings
from bench.record.folder import read_machine

UNDER = "under other settings: "
# a key of the settings -> how a sentence names its change
CHANGES = {
    "baseline": "another baseline, ",
    "blas_threads": "another number of BLAS threads, ",
    "implementations": "an earlier version of ",
    "data": "other data under the name of ",
    "libraries": "another version of ",
    "method": "another way of measuring, ",
}


def record_to_resume(machine: dict[str, Any], settings: dict[str, Any], folder: Path) -> dict[str, Any]:
    """machine.json of an earlier run on this machine, if its figures can be joined to new ones; its settings alone if
    another machine has measured since.

    Raises:
        BadInput: code, data or settings have changed since.

    """
    earlier = read_machine(folder)
    start_anew = "give --fresh to start anew, or another --results folder"
    if earlier.get("machine") != machine["machine"]:
        known = machine["machines"].get(machine["machine"], {})
        earlier = {"settings": known["settings"]} if "settings" in known else {}
    if changed := changed_since(earlier, settings):
        remedy = f"set them as they were, {start_anew}" if changed.startswith(UNDER) else start_anew
        raise BadInput(f"{folder}: its figures were measured {changed}; {remedy}")
    return earlier


def changed_since(earlier: dict[str, Any], settings: dict[str, Any]) -> str:
    """What is not as it was when a machine measured before, in words that follow "measured"; empty if new figures can be joined."""
    for key, words in CHANGES.items():
        now, then = settings[key], earlier.get("settings", {}).get(key)
        changed = _changed(*map(_by_stem, (now, then))) if key == "data" else _changed(now, then)
        if changed:
            return f"with {words}{changed}"
    changed_words = changed_settings(settings, recorded_settings(earlier))
    return f"{UNDER}{', '.join(changed_words)}" if changed_words else ""


def _by_stem(digests: dict[str, str] | None) -> dict[str, str] | None:
    """Data sets by the name that they have in a cell's id: data/a.csv and other/a.csv have the same cells."""
    return digests and {PurePath(name).stem: digest for name, digest in digests.items()}


def _changed(now: Any, then: Any) -> str:
    """What was different in an earlier run, if anything was; what it did not have is no change."""
    if then is None or now == then:
        return ""
    if isinstance(now, dict):
        return ", ".join(name for name in now if then.get(name, now[name]) != now[name])
    return str(then)
