"""Conditions: what a run's figures hang on, kept in machine.json and compared when another run goes on with it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.errors import BadInput
from bench.measure.machine import caveats
from bench.measure.machine.caveats import Caveat, Moment
from bench.measure.timing.method import method
from bench.plan.experiment import Experiment
from bench.record.folder import read_machine


@dataclass
class Account:
    """What a run learns of itself: seconds inside measured code, the BLAS that its workers have, and what speaks against it."""

    measured_s: float = 0.0
    blas: dict[str, Any] = field(default_factory=dict)
    caveats: list[Caveat] = field(default_factory=list)


def record_to_go_on_with(experiment: Experiment, known: dict[str, Any], folder: Path) -> dict[str, Any]:
    """machine.json of an earlier run on this machine, if its figures can be joined to new ones.

    Raises:
        BadInput: code, data or settings have changed since.

    """
    before = read_machine(folder)
    if before.get("machine") != known["machine"]:
        return {}
    for key, words in CHANGES.items():
        changed = _changed(_settings(experiment)[key], before.get("settings", {}).get(key))
        if changed:
            raise BadInput(f"{folder}: its figures are of {words}{changed}; give --fresh to start anew, or another --results")
    return before


CHANGES = {
    "baseline": "another baseline, ",
    "blas_threads": "another number of BLAS threads, ",
    "implementations": "an earlier version of ",
    "data": "other data under the name of ",
    "libraries": "another version of ",
    "method": "another way of measuring, ",
}


def _settings(experiment: Experiment) -> dict[str, Any]:
    return {**experiment.settings(), "method": method()}


def _changed(now: Any, then: Any) -> str:
    """What was otherwise in an earlier run, if anything was; what it did not have is no change."""
    if then is None or now == then:
        return ""
    if isinstance(now, dict):
        return ", ".join(name for name in now if then.get(name, now[name]) != now[name])
    return str(then)


def machine_record(
    experiment: Experiment, known: dict[str, Any], before: dict[str, Any], account: Account, start: Moment, end: Moment
) -> dict[str, Any]:
    """What machine.json is to say: what was there before, and what this run adds to it."""
    spent = before.get("passes", {})
    wall = spent.get("wall_s", 0.0) + end.monotonic_s - start.monotonic_s
    measured = spent.get("measured_s", 0.0) + account.measured_s
    now = [asdict(one) for one in [*account.caveats, *caveats.during(start, end)]]
    warnings = {one["remedy"]: one for one in [*before.get("warnings", []), *now]}  # the last of a kind
    return {
        **known,
        "warnings": list(warnings.values()),
        **(account.blas or {key: before[key] for key in ("blas", "blas_threads") if key in before}),
        "passes": {"wall_s": round(wall, 1), "measured_s": round(measured, 1), "share": round(measured / wall, 3) if wall else None},
        "sweep": {"name": experiment.sweep.name, "precision": experiment.sweep.precision, "budget_s": experiment.sweep.budget_s},
        **conditions(experiment, before),
    }


def conditions(experiment: Experiment, before: dict[str, Any]) -> dict[str, Any]:
    """What was compared, this time and earlier."""
    settings = _settings(experiment)
    for key in ("implementations", "data", "libraries"):
        settings[key] = {**before.get("settings", {}).get(key, {}), **settings[key]}
    return {"refused": experiment.refused, "settings": settings}
