"""The runs of every tool over the trio, from what was recorded."""

from __future__ import annotations

from importlib.util import find_spec

import pandas as pd

from bench.analyse.observations import observe
from bench.analyse.selfcheck.tools import ToolRun, Unit, by_bests, by_pyperf, by_unwind, by_z_test
from bench.measure.other_tools.trio import AGAIN, FIRST, SUBJECTS
from bench.measure.other_tools.trio import MORE as SLOWER
from bench.plan import selfcheck as plan
from bench.plan.contenders import CONTROL
from bench.record.selfcheck import Evidence

OURS = "Unwind"
RULES = {"pyperf": by_pyperf, "pytest-benchmark": by_z_test, "timeit": by_bests}


def tool_runs(evidence: Evidence) -> list[ToolRun]:
    """Every tool's units, Unwind's first; none of a tool that was not there."""
    again, more = (log_ratios_of(evidence.times, plan.TRIO.id, impl) for impl in (CONTROL, plan.MORE))
    runs = []
    if again and evidence.trio_s:
        ours = [(0.0,)] * len(again)
        unit_s = evidence.trio_s / len(again)
        runs.append(ToolRun(OURS, ours, [(sample,) for sample in again], [(sample,) for sample in more], unit_s, by_unwind))
    for tool, readings in evidence.others.groupby("tool", sort=False):
        if _has_rule(tool) and set(SUBJECTS) <= set(readings["subject"]):  # a run that was interrupted may have left a part
            runs.append(_tool_run(str(tool), readings))
    return runs


def _has_rule(tool: str) -> bool:
    """Can the tool be judged here? pyperf's rule is pyperf's own."""
    return tool in RULES and (tool != "pyperf" or find_spec("pyperf") is not None)


def _tool_run(tool: str, readings: pd.DataFrame) -> ToolRun:
    """Units in the order that they were taken, those of one session beside one another and as many for each function."""
    by_subject: dict[str, list[Unit]] = {subject: [] for subject in SUBJECTS}
    for _, session in readings.groupby("session", sort=False):
        units = {subject: _units(tool, session[session["subject"] == subject]) for subject in SUBJECTS}
        count = min(map(len, units.values()))
        for subject in SUBJECTS:
            by_subject[subject] += units[subject][:count]
    wall_s = readings.groupby("session")["session_s"].first().sum()
    first, again, more = (by_subject[subject] for subject in (FIRST, AGAIN, SLOWER))
    return ToolRun(tool, first, again, more, wall_s / max(1, len(first)), RULES[tool])


def _units(tool: str, readings: pd.DataFrame) -> list[Unit]:
    """What the tool takes in one go: a process, a round, or the best of five."""
    if tool == "pyperf":
        return [tuple(group["seconds"]) for _, group in readings.groupby("process", sort=False)]
    if tool == "timeit":
        return [tuple(readings["seconds"])] if len(readings) else []
    return [(seconds,) for seconds in readings["seconds"]]


def log_ratios_of(times: pd.DataFrame, cell: str, impl: str) -> list[float]:
    """An implementation's log-ratio to the work, pass by pass."""
    return observe(times[times["cell"] == cell], [(impl, plan.WORK)])["log_ratio"].tolist()
