"""The report's sections to look around in: a chart of every figure, and what is measured nearest to a reader's own network."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from bench.analyse.depth import Reach, reaches, shown_python, under_the_limit
from bench.analyse.exploring.points import COLUMNS, FIGURES, points
from bench.lazy import lazily
from bench.plan.cells import AXES
from bench.plan.contenders import REFERENCES, asked_of, in_order, title
from bench.plan.depth import AS_IT_COMES, LIMIT_RAISED
from bench.plan.described import DescribedProblem, plural
from bench.record.results import Results
from bench.show.answers.words import ALLOCATOR_TITLES
from bench.show.report.fill import as_json
from bench.show.report.time import timed

# metric -> what the page calls it, the kind of its figures, their unit, and what one of the unit is in the unit of the files
METRICS = {
    "cpu": ("CPU time of a {call}", "size", "ms", 1e6),
    "wall": ("wall time of a {call}", "size", "ms", 1e6),
    "heap": ("peak of the heap", "size", "MiB", 2**20),
    "resident": ("peak of resident memory", "size", "MiB", 2**20),
    "frames": ("most of frames", "size", "KiB", 2**10),
    "faults": ("page faults", "count", "a {call}", 1),
    "layers": ("depth that is reached", "size", "{levels}", 1),
}
# where all figures are below one of the unit: a smaller unit, and what one of that is
SMALLER = {"ms": ("µs", 1e3), "MiB": ("KiB", 2**10)}
# axis -> what the page calls it; those of a cell first
NAMES = {axis.name: axis.title for axis in AXES} | {"setting": "recursion limit and stack", "python": "Python"}
# the values that are shown until others are chosen, where there are rows of them: what a user has who changes nothing
USUAL = {"dtype": "float64", "update": "deferred", "allocator": "default"} | {axis.name: axis.default for axis in AXES if axis.default}


@dataclass(frozen=True)
class Explored:
    """What there is to look around in.

    Attributes:
        points: a row a figure (`bench.analyse.exploring.points`), those of the study of depth among them.
        reaches: of the newest interpreter, or the one that measured: how deep each came.
        python: that interpreter.
        baseline: the implementation that ratios are taken against.
        problem: what was computed.

    """

    points: pd.DataFrame
    reaches: list[Reach]
    python: str
    baseline: str
    problem: DescribedProblem


def explored(results: Results) -> Explored | None:
    """What the results have; None where nothing was timed."""
    facts = timed(results)
    if facts is None:
        return None
    found = points(facts.times, facts.summary, results.memory, facts.baseline)
    every = [reach for reach in reaches(results.limits) if not reach.is_call]
    python = shown_python(every, results.machine.get("python")) or ""
    here = [reach for reach in every if reach.python == python]
    deepest = pd.DataFrame([_layers(reach) for reach in every], columns=["metric", "impl", "setting", "python", "value", "passes"])
    whole = pd.concat([found, deepest], ignore_index=True) if every else found
    return Explored(whole, here, python, facts.baseline, results.problem)


def _layers(reach: Reach) -> dict[str, Any]:
    return {
        "metric": "layers",
        "impl": reach.impl,
        "setting": reach.setting.words,
        "python": reach.python,
        "value": reach.deepest,
        "passes": 1,
    }


def explore_section(facts: Explored) -> dict[str, Any]:
    """The data and the scripts of the chart."""
    names = in_order(facts.points["impl"].unique())
    asked = {name for pair in asked_of(facts.problem).values() for name in pair.names}
    shown = [name for name in names if name in asked] or [name for name in names if name not in REFERENCES][:3]
    return {
        "data": as_json(
            {
                "points": _packed(facts.points),
                "metrics": {key: metric for key in METRICS if (metric := _metric(key, facts))},
                "axes": NAMES,
                "titles": {name: title(name) for name in names},
                "words": {"allocator": ALLOCATOR_TITLES},
                "shown": shown,
                "baseline": facts.baseline,
                "prefer": USUAL | {"python": facts.python},
                "specs": lazily("bench.show.figures.chart:chart_specs")(names),
            }
        ),
        "implementations": [(name, title(name)) for name in names],
        "library": Markup(lazily("bench.show.figures.chart:chart_library")()),
    }


def _metric(key: str, facts: Explored) -> tuple[str, str, str, float] | None:
    """What the page calls a metric, and the unit of its figures; None if there are none."""
    values = facts.points.loc[facts.points["metric"] == key, "value"]
    if values.empty:
        return None
    name, kind, unit, one = METRICS[key]
    if unit in SMALLER and values.max() < one:
        unit, one = SMALLER[unit]
    return facts.problem.words.fill(name), kind, facts.problem.words.fill(unit), one


def network_section(facts: Explored) -> dict[str, Any]:
    """The data of the look-up; it uses those of the chart, too."""
    compared = [name for name in in_order(facts.points["impl"].unique()) if name not in REFERENCES]
    raised = {reach.impl: reach for reach in facts.reaches if reach.setting == LIMIT_RAISED}
    limits = {reach.impl: [_depth(reach), _depth(raised[reach.impl]) if reach.impl in raised else None] for reach in _plain(facts)}
    words = facts.problem.words
    data = {"limits": limits, "implementations": compared, "levels": words.levels, "tried": words.thin}
    return {"python": facts.python, "words": words, "across": plural(words.across) if words.across else "", "data": as_json(data)}


def _plain(facts: Explored) -> list[Reach]:
    return [reach for reach in under_the_limit(facts.reaches) if reach.setting == AS_IT_COMES]


def _depth(reach: Reach) -> dict[str, Any]:
    return {"deepest": reach.deepest, "ended": reach.status}


def _packed(rows: pd.DataFrame) -> dict[str, Any]:
    """A table as a page can hold it: each word once, and numbers with the digits that count."""
    packed: dict[str, Any] = {}
    for column in dict.fromkeys([*COLUMNS, *rows.columns]):
        if column in FIGURES:
            packed[column] = [_short(value) for value in rows[column]]
        else:
            words = [None if pd.isna(value) else value for value in rows[column]]
            known = [*dict.fromkeys(word for word in words if word is not None)]
            numbers = {word: number for number, word in enumerate(known)}
            packed[column] = {"words": known, "of": [numbers.get(word, -1) for word in words]}
    return packed


def _short(value: Any) -> float | int | None:
    """Six digits; None for what is unknown or open."""
    if pd.isna(value) or math.isinf(value):
        return None
    short = float(f"{float(value):.6g}")
    return int(short) if short.is_integer() else short
