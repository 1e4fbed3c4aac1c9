"""Conditions: what a run's figures depend on and what speaks against them, kept in machine.json while it runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from bench.analyse.progress import RunEnd
from bench.errors import BadInput
from bench.measure.machine import caveats
from bench.measure.machine.caveats import Caveat, Moment
from bench.record.folder import write_machine
from bench.verbs.running.run_record import Run


@dataclass
class Account:
    """What a run learns of itself: seconds inside measured code, the BLAS of its workers, caveats, and how it ended."""

    measured_s: float = 0.0
    blas: dict[str, Any] = field(default_factory=dict)
    caveats: list[Caveat] = field(default_factory=list)
    end: RunEnd | None = None


@contextmanager
def kept_record(run: Run) -> Iterator[Account]:
    """Keep machine.json while something is measured: written first, since a kill would leave rows that nothing explains,
    and again at the end, however it ends.
    """
    account, start = Account(), caveats.this_moment()
    tell(run, account, caveats.before(caveats.read_text, run.machine["load_1_min"], caveats.on_battery()))
    _write(run, account, start)
    try:
        yield account
    except BaseException:
        with suppress(BadInput):  # on a full disk the first complaint is the one to hear
            _write(run, account, start)
        raise
    _write(run, account, start)
    run.screen.caveats(caveats.during(start, caveats.this_moment()))


def tell(run: Run, account: Account, new: Sequence[Caveat]) -> None:
    """Note caveats, and tell them."""
    account.caveats += new
    run.screen.caveats(new)


def write_conditions(run: Run) -> None:
    """Write machine.json where no time is measured."""
    write_machine(run.folder, {**run.earlier, **run.machine, **_conditions(run)})


def _write(run: Run, account: Account, start: Moment) -> None:
    """What was in machine.json before, and what this run adds to it."""
    now, spent, sweep = caveats.this_moment(), run.earlier.get("passes", {}), run.experiment.sweep
    wall_s = spent.get("wall_s", 0.0) + now.monotonic_s - start.monotonic_s
    measured_s = spent.get("measured_s", 0.0) + account.measured_s
    told = [*run.earlier.get("warnings", []), *map(asdict, [*account.caveats, *caveats.during(start, now)])]
    blas = account.blas or {key: run.earlier[key] for key in ("blas", "blas_threads") if key in run.earlier}
    write_machine(
        run.folder,
        {
            **run.machine,
            "warnings": list({warning["remedy"]: warning for warning in told}.values()),  # the last of a kind
            **blas,
            "passes": {
                "wall_s": round(wall_s, 1),
                "measured_s": round(measured_s, 1),
                "share": round(measured_s / wall_s, 3) if wall_s else None,
            },
            "ended": asdict(account.end) if account.end else None,
            "seed": run.seed,
            "sweep": {"name": sweep.name, "precision": sweep.precision, "budget_s": sweep.budget_s},
            **_conditions(run),
        },
    )


def _conditions(run: Run) -> dict[str, Any]:
    """What was compared, in this run and in those before."""
    earlier = run.earlier.get("settings", {})
    joined = {key: {**earlier.get(key, {}), **run.settings[key]} for key in ("implementations", "data", "libraries")}
    return {"refused": run.experiment.refused, "settings": {**run.settings, **joined}}
