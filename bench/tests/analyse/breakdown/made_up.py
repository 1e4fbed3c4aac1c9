"""Steps that are made up of parts of known size, as rows of breakdown.csv."""

import random
from dataclasses import replace

import pandas as pd

from bench.analyse.breakdown.attribution import Parts, Remains
from bench.measure.breakdown.choice import BEFOREHAND
from bench.measure.breakdown.rounds import WorkTime
from bench.measure.breakdown.study import StudyVisit
from bench.record.schemas import SCHEMAS
from bench.record.studies.breakdown import breakdown_rows

# of 200, 230 and 160 microseconds; all have the same arithmetic and calls
KEPT = Parts(products=20, elementwise=20, numpy_calls=60, python_calls=30, allocation=10, page_faults=30, update=30)
RECURSION = replace(KEPT, page_faults=60)
PLAIN = replace(KEPT, allocation=0, page_faults=0)
FAULTS, PAGES = 10, 256  # of a step, and of the work that times them


def made_up_remains(made):
    """What is left of a step when its parts are left out one after the other."""
    arithmetic = made.numpy_calls + made.products + made.elementwise
    beforehand = arithmetic + made.python_calls
    backprop = beforehand + made.allocation
    step = backprop + made.update
    return Remains(made.numpy_calls, made.numpy_calls + made.products, arithmetic, beforehand, backprop, step, step + made.page_faults)


def table(cell, steps, passes, update=None, scatter=0.0, default_speed=1.0):
    """Rows in which the steps of implementations have these parts, in microseconds; where the arrays are made beforehand they lack
    allocation and faults. `update` is what the update reads by itself.
    """
    rng = random.Random(0)
    rows = []
    for number in range(1, passes + 1):
        off = 1 + scatter * rng.uniform(-1, 1)
        parts = {name: replace(made, products=made.products * off) for name, made in steps.items()}
        for allocator, speed in (("default", default_speed), ("steady", 1.0)):
            times = _default(parts) if allocator == "default" else _steady(parts, update)
            here = replace(cell, allocator=allocator)
            rows += breakdown_rows("r", "m", StudyVisit(here, number, tuple(_work_times(times, speed))))
    schema = SCHEMAS["breakdown.csv"]
    return pd.DataFrame(rows, columns=list(schema)).astype(schema)


def _work_times(times, speed):
    unit = times["arithmetic", ""][0]
    for (work, impl), (us, faults) in times.items():
        yield WorkTime(work, impl, 5, 1, us / unit, 1e3 * us / speed, faults)


def _plain(made):
    return made_up_remains(replace(made, allocation=0.0, page_faults=0.0))


def _default(parts):
    first = next(iter(parts.values()))
    times = {("arithmetic", ""): (made_up_remains(first).arithmetic, 0.0), ("page_fault", ""): (first.page_faults / FAULTS * PAGES, PAGES)}
    for name, made in parts.items():
        times["step", BEFOREHAND[name]] = _plain(made).whole, 0.0
    for name, made in parts.items():
        times["step", name] = made_up_remains(made).whole, FAULTS * made.page_faults / first.page_faults
    return times


def _steady(parts, update):
    first = next(iter(parts.values()))
    left = made_up_remains(first)
    times = {
        ("arithmetic", ""): left.arithmetic,
        ("products", ""): left.products,
        ("elementwise", ""): left.small + first.elementwise,
        ("small", ""): left.small,
        ("update", ""): first.update if update is None else update,
    }
    for name, made in parts.items():
        twin = BEFOREHAND[name]
        times |= {("small_backprop", twin): made.numpy_calls + made.python_calls, ("backprop", twin): _plain(made).backprop}
    for name, made in parts.items():
        times |= {("backprop", name): made_up_remains(made).backprop, ("step", name): made_up_remains(made).step}
        if BEFOREHAND[name] != name:
            times["allocation", name] = made.allocation
    return {work: (us, 0.0) for work, us in times.items()}
