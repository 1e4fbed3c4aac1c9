"""The self-check's verdicts: what was promised, what came out, and whether that could be chance."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from math import exp, isfinite, log

import pandas as pd

from bench.analyse.intervals import fewest_samples, median_interval
from bench.analyse.observations import observe
from bench.analyse.selfcheck.coverage import blocks, chance_of, ever_misses, first_above, resampled
from bench.analyse.selfcheck.tools import Judgement, Row, Unit, by_bests, by_pyperf, by_unwind, by_z_test, judgements, seconds_to
from bench.analyse.words import listed, percent
from bench.measure.other_tools.trio import AGAIN, FIRST, SUBJECTS
from bench.measure.other_tools.trio import MORE as SLOWER
from bench.plan import selfcheck as plan
from bench.plan.contenders import CONTROL
from bench.record.selfcheck import Evidence

BLOCK = 12  # passes; some more than the 8 that close an interval
RULES = {"pyperf": by_pyperf, "pytest-benchmark": by_z_test, "timeit": by_bests}


@dataclass(frozen=True)
class Check:
    """One promise: is it kept ("ok", "failed"), can that not be told yet ("undecided"), or was it not tried ("skipped")?"""

    check: str
    status: str
    answer: str


@dataclass(frozen=True)
class Known:
    """A known difference: the truth, what came out of so many passes, and after how many of them it was called slower."""

    impl: str
    truth: float
    passes: int
    ratio: float
    low: float
    high: float
    slower_after: int | None
    pass_s: float
    missed: bool


def checks(evidence: Evidence) -> list[Check]:
    """Every promise."""
    rivals = rows(evidence)
    return [
        *a_against_a(evidence.times),
        *(_known_check(one) for one in known_differences(evidence)),
        *_against_others(rivals),
        _fine(evidence),
        *(_meter(one) for one in evidence.weighings.itertuples()),
    ]


def a_against_a(times: pd.DataFrame) -> list[Check]:
    """How often the control's interval leaves 1 out: in what was recorded, whole and in blocks, and in what is drawn again from it."""
    series = [one for one in _controls(times).values() if len(one) >= fewest_samples()]
    rng = random.Random(0)
    each = -(-plan.FEWEST_INTERVALS // max(1, len(series)))
    again = [resampled(one, BLOCK, rng) for one in series for _ in range(each)]
    lengths = f"{min(map(len, series))} to {max(map(len, series))}" if series else "no"
    drawn = f"{BLOCK} passes each, drawn again from the {sum(map(len, series))} that were recorded"
    return [
        _coverage("A against A, cell by cell", series, f"{lengths} passes each"),
        _coverage("A against A, in blocks", [block for one in series for block in blocks(one, BLOCK)], f"{BLOCK} passes each"),
        _coverage("A against A, resampled", again, drawn),
    ]


def _coverage(name: str, sequences: Sequence[Sequence[float]], what: str) -> Check:
    if not sequences:
        return Check(name, "undecided", "Too few passes were recorded to tell.")
    misses = sum(map(ever_misses, sequences))
    chance = chance_of(misses, len(sequences), plan.ALPHA)
    answer = (
        f"{misses} of {len(sequences)} intervals ({percent(misses / len(sequences), 1)}) left 1 out at any time, watched after every pass "
        f"({what}); 5 % may. {_by_chance(chance)}"
    )
    return Check(name, "failed" if chance < plan.CERTAIN else "ok", answer)


def _by_chance(chance: float) -> str:
    return f"If it were 5 %, so many or more would come up with a probability of {chance:.2g} (binomial test)."


def _controls(times: pd.DataFrame) -> dict[str, list[float]]:
    """Cell -> the control's log-ratio, pass by pass."""
    found = {}
    for baseline in (plan.GRID_BASELINE, plan.WORK):
        for cell, group in observe(times, [(CONTROL, baseline)]).groupby("cell", sort=False):
            found[str(cell)] = group["log_ratio"].tolist()
    return found


def known_differences(evidence: Evidence) -> list[Known]:
    """The work against 1, 2, 5 and 10 % more of it."""
    found = []
    for impl, truth in plan.TRUTH.items():
        cell, seconds = (plan.TRIO, evidence.trio_s) if impl == plan.MORE else (plan.KNOWN, evidence.known_s)
        log_ratios = _log_ratios(evidence.times, cell.id, impl)
        if log_ratios:
            found.append(_known(impl, truth, log_ratios, seconds / len(log_ratios)))
    return found


def _known(impl: str, truth: float, log_ratios: Sequence[float], pass_s: float) -> Known:
    ratio, low, high = map(exp, median_interval(log_ratios))
    missed = ever_misses(log_ratios, log(truth), plan.CERTAIN / len(plan.TRUTH))
    return Known(impl, truth, len(log_ratios), ratio, low, high, first_above(log_ratios), pass_s, missed)


def _known_check(one: Known) -> Check:
    name = f"a difference of {percent(one.truth - 1)}"
    if not isfinite(one.high):
        return Check(name, "undecided", f"{one.passes} passes are too few for an interval.")
    seen = "It was not told from 1 yet"
    if one.slower_after:
        seen = f"It was called slower after {one.slower_after} passes, or {one.slower_after * one.pass_s:.1f} s"
    level = percent(1 - plan.CERTAIN / len(plan.TRUTH), 2)
    answer = (
        f"{seen}; after {one.passes} passes the ratio is {one.ratio:.4f} [{one.low:.4f}, {one.high:.4f}], where the truth is "
        f"{one.truth:.2f}. An interval of {level} {'left' if one.missed else 'never left'} the truth out."
    )
    return Check(name, "failed" if one.missed else "ok" if one.slower_after else "undecided", answer)


def rows(evidence: Evidence) -> list[Row]:
    """Every tool's units, Unwind's first; none of a tool that was not there."""
    again, more = (_log_ratios(evidence.times, plan.TRIO.id, impl) for impl in (CONTROL, plan.MORE))
    ours = [(0.0,)] * len(again)
    found = []
    if again and evidence.trio_s:
        unit_s = evidence.trio_s / len(again)
        found.append(Row("Unwind", ours, [(one,) for one in again], [(one,) for one in more], unit_s, by_unwind))
    for tool, readings in evidence.others.groupby("tool", sort=False):
        if _has_rule(tool) and set(SUBJECTS) <= set(readings["subject"]):  # whoever was interrupted may have left a part
            found.append(_row(str(tool), readings))
    return found


def _has_rule(tool: str) -> bool:
    """Can the tool be judged here? pyperf's rule is pyperf's own."""
    return tool in RULES and (tool != "pyperf" or find_spec("pyperf") is not None)


def _row(tool: str, readings: pd.DataFrame) -> Row:
    """Units in the order that they were taken, those of one session beside one another and as many for each function."""
    found: dict[str, list[Unit]] = {subject: [] for subject in SUBJECTS}
    for _, session in readings.groupby("session", sort=False):
        units = {subject: _units(tool, session[session["subject"] == subject]) for subject in SUBJECTS}
        count = min(map(len, units.values()))
        for subject in SUBJECTS:
            found[subject] += units[subject][:count]
    wall_s = readings.groupby("session")["session_s"].first().sum()
    first, again, more = (found[subject] for subject in (FIRST, AGAIN, SLOWER))
    return Row(tool, first, again, more, wall_s / max(1, len(first)), RULES[tool])


def _units(tool: str, readings: pd.DataFrame) -> list[Unit]:
    """What the tool takes in one go: a process, a round, or the best of five."""
    if tool == "pyperf":
        return [tuple(group["seconds"]) for _, group in readings.groupby("process", sort=False)]
    if tool == "timeit":
        return [tuple(readings["seconds"])] if len(readings) else []
    return [(one,) for one in readings["seconds"]]


def _against_others(rivals: Sequence[Row]) -> list[Check]:
    found = {row.tool: judgements(row) for row in rivals}
    ours = found.get("Unwind", [])
    return [_false_alarms(ours), _sooner(rivals, found)]


def _false_alarms(ours: Sequence[Judgement]) -> Check:
    name = "false alarms beside other tools"
    if not ours:
        return Check(name, "undecided", "Too few passes were recorded to tell.")
    worst = min(ours, key=lambda one: one.chance)
    answer = f"At worst {worst.false_alarms} of {worst.blocks} comparisons of {worst.seconds:g} s. {_by_chance(worst.chance)}"
    return Check(name, "ok" if valid(ours) else "failed", answer)


def _sooner(rivals: Sequence[Row], found: dict[str, list[Judgement]]) -> Check:
    """How long a ±1 % interval takes, against the next tool whose false alarms are in order."""
    name = f"an interval of ±{percent(plan.COARSE)}"
    seconds = {row.tool: seconds_to(row, plan.COARSE) for row in rivals}
    ours = seconds.pop("Unwind", None)
    if ours is None:
        return Check(name, "undecided", "It was not reached in the time that there was.")
    wrong = [tool for tool in seconds if not valid(found[tool])]
    others = {tool: took for tool, took in seconds.items() if took is not None and tool not in wrong}
    words = f"Unwind has it after {ours:.1f} s. {_not_counted(wrong)}"
    if not others:
        return Check(name, "undecided", words + "No other tool has a valid one to set beside it.")
    tool, took = min(others.items(), key=lambda item: item[1])
    words += f"The next valid one is {tool}'s, after {took:.1f} s: {took / ours:.1f} times as long, "
    answer = f"{words}where {plan.TIMES_FASTER:g} times are promised."
    return Check(name, "ok" if took >= plan.TIMES_FASTER * ours else "failed", answer)


def _not_counted(wrong: Sequence[str]) -> str:
    if not wrong:
        return ""
    return f"{listed(wrong)} raised more false alarms than chance allows, and so {'do' if len(wrong) > 1 else 'does'} not count. "


def valid(found: Sequence[Judgement]) -> bool:
    """Are false alarms nowhere more than 5 %, as far as can be told for certain?"""
    return all(one.chance >= plan.CERTAIN / len(found) for one in found)  # any of them may be off by chance


def _fine(evidence: Evidence) -> Check:
    """The half-width that two minutes give on a step of some milliseconds."""
    name = f"an interval of ±{percent(plan.FINE, 1)}"
    series = [_log_ratios(evidence.times, plan.TRIO.id, impl) for impl in (CONTROL, plan.MORE)]
    count = min(map(len, series))
    reached = next((n for n in range(1, count + 1) if all(_half_width(one[:n]) <= plan.FINE for one in series)), None)
    steps = evidence.times[(evidence.times["cell"] == plan.TRIO.id) & (evidence.times["impl"] == plan.WORK)]
    where = f"on a step of {steps['cpu_ns'].median() / 1e6:.1f} ms"
    if reached:
        seconds = reached * evidence.trio_s / count
        status = "ok" if seconds <= plan.FINE_S else "failed"
        return Check(name, status, f"Reached after {reached} passes, or {seconds:.0f} s, {where}.")
    widest = max(map(_half_width, series))
    status = "failed" if evidence.trio_s >= plan.FINE_S else "undecided"
    return Check(name, status, f"Not reached: ±{percent(widest, 2)} after {count} passes, or {evidence.trio_s:.0f} s, {where}.")


def _half_width(log_ratios: Sequence[float]) -> float:
    if not log_ratios:
        return float("inf")
    _, low, high = median_interval(log_ratios)
    return (exp(high) - exp(low)) / 2 if isfinite(high) else float("inf")


def _log_ratios(times: pd.DataFrame, cell: str, impl: str) -> list[float]:
    return observe(times[times["cell"] == cell], [(impl, plan.WORK)])["log_ratio"].tolist()


def _meter(one: object) -> Check:
    name = f"the {one.meter} meter beside {one.other}"  # type: ignore[attr-defined]
    if one.status == "skipped":  # type: ignore[attr-defined]
        return Check(name, "skipped", str(one.detail))  # type: ignore[attr-defined]
    ours, theirs, allowed = (_amount(value, one.unit) for value in (one.ours, one.theirs, one.allowed))  # type: ignore[attr-defined]
    return Check(name, one.status, f"{one.subject}: {ours} here, {theirs} there; {allowed} may lie between.")  # type: ignore[attr-defined]


def _amount(value: float, unit: str) -> str:
    return f"{value / 2**20:.2f} MiB" if unit == "bytes" else f"{value:.4f} s"
