"""A world for tests of passes: a fake measuring function, and a clock that is moved by hand."""

from dataclasses import dataclass, field

import pandas as pd

from bench.analyse.stopping import Progress
from bench.measure.scheduling.at_once import run_passes
from bench.measure.scheduling.pace import Pace
from bench.measure.scheduling.schedule import Schedule
from bench.measure.timing.passes import Assignment, Finished
from bench.measure.timing.visit import Measurement
from bench.plan.cells import Cell
from bench.record.schemas import SCHEMAS
from bench.record.times import passes_of, time_rows

NARROW, MIDDLE, WIDE = (Cell("breast_cancer", 32, 4, width, "float64", "deferred", "default") for width in (8, 32, 128))
VISIT_S = 10.0
FIRST_VISIT = Assignment(NARROW, 1, (), "")


@dataclass
class World:
    """A measuring function whose visits take 10 s each, and in which `other` takes ratio(cell, pass) times as long as `base`.

    `more` has the same function for further contenders, and `faults(impl, pass)` says how many page faults a step has.
    """

    ratio: object
    more: dict = field(default_factory=dict)
    faults: object = lambda impl, number: 0.0
    now: float = 0.0
    visits: list = field(default_factory=list)
    timed: list = field(default_factory=list)

    def measure(self, assignments, cancelled):
        for one in assignments:
            self.now += VISIT_S
            self.visits.append((one.pass_number, one.cell))
            self.timed.append(one.contenders)
            yield Finished(one, tuple(self._rows(one)), VISIT_S, VISIT_S / 2)

    def _rows(self, one):
        ratios = {"base": lambda *_: 1.0, "other": self.ratio, **self.more}
        for name in one.contenders:
            ns = 1e6 * ratios[name](one.cell, one.pass_number)
            for order in (0, 1):
                yield Measurement(name, 0, order, 1, ns, ns, self.faults(name, one.pass_number))

    def clock(self):
        return self.now


def table(finished):
    return pd.DataFrame(time_rows("run", "machine", finished), columns=list(SCHEMAS["time.csv"])).astype(SCHEMAS["time.csv"])


def go(world, cells, progress=None, budget_s=1e9, stop_after=None, before=None, at_once=1):
    """Run passes as the command does; return what is known and the recorded rows. `before` are rows of an earlier run."""
    progress = progress or Progress(["base", "other"], "base", (), 0.01, len(cells))
    schedule = Schedule(cells, progress, 0, {} if before is None else passes_of(before))
    recorded = []
    for finished in run_passes(schedule, world.measure, Pace(), budget_s, world.clock, at_once):
        recorded.append(table(finished))
        progress.add(recorded[-1])
        if stop_after and len(recorded) == stop_after:
            break
    return progress, pd.concat(recorded)


def rising(cell, number):
    """A ratio that rises from pass to pass, and faster in wider networks."""
    return 1 + number * cell.width / 1e5
