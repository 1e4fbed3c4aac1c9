"""Answers of the self-check: a sentence for each promise, on what came out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.analyse.selfcheck.checks import (
    BLOCK,
    CheckResult,
    Coverage,
    FalseAlarms,
    FineInterval,
    KnownDifference,
    MeterCheck,
    TimeToInterval,
)
from bench.plan import selfcheck as plan
from bench.show.answers.words import counted, listed, percent

METHOD_TITLES = {"cells": "cell by cell", "blocks": "in blocks", "resampled": "resampled"}
TOO_LITTLE = "Too few passes were recorded to tell."


@dataclass(frozen=True)
class Check:
    """A row of checks.csv: a promise, whether it is kept, and what came out."""

    check: str
    status: str
    answer: str


def check_row(result: CheckResult) -> Check:
    """The row of checks.csv for one result."""
    title, words = WORDS[type(result)]
    return Check(title(result), result.status, words(result))


def check_rows(results: Sequence[CheckResult]) -> list[Check]:
    """The rows of checks.csv."""
    return [check_row(result) for result in results]


def _coverage(result: Coverage) -> str:
    if not result.count:
        return TOO_LITTLE
    passes = f"{result.fewest_passes} to {result.most_passes} passes each" if result.method == "cells" else f"{BLOCK} passes each"
    drawn = f", drawn again from the {result.recorded} that were recorded" if result.method == "resampled" else ""
    return (
        f"{result.misses} of {counted(result.count, 'interval')} ({percent(result.misses / result.count, 1)}) left 1 out at any time, "
        f"watched after every pass ({passes}{drawn}); 5 % may. {_by_chance(result.chance)}"
    )


def _by_chance(chance: float) -> str:
    return f"If it were 5 %, so many or more would come up with a probability of {chance:.2g} (binomial test)."


def _known(result: KnownDifference) -> str:
    if not result.closed:
        return f"{result.passes} passes are too few for an interval."
    seen = "It was not told from 1 yet."
    if result.slower_after:
        seen = f"It was called slower after {result.slower_after} passes, or {result.slower_after * result.pass_s:.1f} s."
    level = percent(1 - plan.CERTAIN / len(plan.TRUTH), 2)
    return (
        f"{seen} After {result.passes} passes the ratio is {result.ratio:.4f} [{result.low:.4f}, {result.high:.4f}], and the truth is "
        f"{result.truth:.2f}. An interval of {level} {'left' if result.missed else 'never left'} the truth out."
    )


def _false_alarms(result: FalseAlarms) -> str:
    if not result.worst:
        return TOO_LITTLE
    worst = result.worst
    return f"At worst {worst.false_alarms} of {worst.blocks} comparisons of {worst.seconds:g} s. {_by_chance(worst.chance)}"


def _time_to_interval(result: TimeToInterval) -> str:
    if result.seconds is None:
        return "It was not reached in the time that there was."
    words = f"Unwind has it after {result.seconds:.1f} s."
    if result.invalid:
        verb = "do" if len(result.invalid) > 1 else "does"
        words += f" {listed(result.invalid)} raised more false alarms than chance allows, and so {verb} not count."
    if result.next_seconds is None:
        return f"{words} No other tool has a valid one to compare it with."
    return (
        f"{words} The next valid one is {result.next_tool}'s, after {result.next_seconds:.1f} s: "
        f"{result.next_seconds / result.seconds:.1f} times as long, where {plan.TIMES_FASTER:g} times are promised."
    )


def _fine(result: FineInterval) -> str:
    where = f"on a step of {result.step_ns / 1e6:.1f} ms"
    if result.reached:
        return f"Reached after {result.passes} passes, or {result.seconds:.0f} s, {where}."
    return f"Not reached: ±{percent(result.widest, 2)} after {result.passes} passes, or {result.seconds:.0f} s, {where}."


def _meter_check(result: MeterCheck) -> str:
    if result.status == "skipped":
        return result.detail
    ours, theirs, allowed = (_amount(value, result.unit) for value in (result.ours, result.theirs, result.allowed))
    return f"{result.subject}: {ours} here, {theirs} there; they may differ by {allowed}."


def _amount(value: float, unit: str) -> str:
    return f"{value / 2**20:.2f} MiB" if unit == "bytes" else f"{value:.4f} s"


# kind of result -> what it is called, and what came out
WORDS: dict[type, tuple[Callable[[Any], str], Callable[[Any], str]]] = {
    Coverage: (lambda result: f"A against A, {METHOD_TITLES[result.method]}", _coverage),
    KnownDifference: (lambda result: f"a difference of {percent(result.truth - 1)}", _known),
    FalseAlarms: (lambda result: "false alarms beside other tools", _false_alarms),
    TimeToInterval: (lambda result: f"an interval of ±{percent(plan.COARSE)}", _time_to_interval),
    FineInterval: (lambda result: f"an interval of ±{percent(plan.FINE, 1)}", _fine),
    MeterCheck: (lambda result: f"the {result.meter} meter beside {result.other}", _meter_check),
}
