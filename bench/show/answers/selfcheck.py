"""Answers of the self-check: a sentence for each promise, on what came out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, isnan, log

from bench.analyse.between.changes import Change
from bench.analyse.selfcheck.checks import CheckResult
from bench.analyse.selfcheck.order import OrderTest
from bench.analyse.selfcheck.tools import Judgement
from bench.plan import selfcheck as plan
from bench.plan.contenders import title
from bench.show.answers.words import bounds, counted, listed, percent

TOO_LITTLE = "Too few passes were recorded to tell."


@dataclass(frozen=True)
class Check:
    """A row of checks.csv: a promise, whether it is kept, and what came out."""

    check: str
    status: str
    answer: str


def check_rows(results: Sequence[CheckResult]) -> list[Check]:
    """The rows of checks.csv."""
    return [Check(result.name, result.status, WORDS[result.kind](**result.figures)) for result in results]


def _coverage(misses: int, count: int, chance: float, passes: Sequence[int], drawn_from: int | None) -> str:
    if not count:
        return TOO_LITTLE
    each = " to ".join(str(number) for number in dict.fromkeys((passes[0], passes[-1])))
    drawn = f", drawn again from the {drawn_from} that were recorded" if drawn_from else ""
    return (
        f"{misses} of {counted(count, 'interval')} ({percent(misses / count, 1)}) left 1 out at any time, "
        f"watched after every pass ({each} passes each{drawn}); 5 % may. {_by_chance(chance)}"
    )


def _by_chance(chance: float) -> str:
    return f"If it were 5 %, so many or more would come up with a probability of {chance:.2g} (binomial test)."


def _difference(
    truth: float, passes: int, interval: tuple[float, float, float], slower_after: int | None, pass_s: float, missed: bool
) -> str:
    ratio, low, high = interval
    if not isfinite(high):
        return f"{passes} passes are too few for an interval."
    seen = "It was not told from 1 yet."
    if slower_after:
        seen = f"It was called slower after {slower_after} passes, or {slower_after * pass_s:.1f} s."
    level = percent(1 - plan.CERTAIN / len(plan.TRUTH), 2)
    return (
        f"{seen} After {passes} passes the ratio is {ratio:.4f} [{low:.4f}, {high:.4f}], and the truth is "
        f"{truth:.2f}. An interval of {level} {'left' if missed else 'never left'} the truth out."
    )


def _alike(interval: tuple[float, float, float] | None, passes: int, misses: int, count: int, chance: float) -> str:
    if not interval:
        return TOO_LITTLE
    ratio, low, high = interval
    here = f"over {passes} passes in {counted(count, 'cell')}, an interval of {percent(1 - plan.CERTAIN / 2, 1)}"
    missed = f"Cell by cell, {misses} of {counted(count, 'interval')} left 1 out at any time"
    return f"{ratio:.4f} [{low:.4f}, {high:.4f}] is the ratio {here}. {missed}. {_by_chance(chance)}"


def _lag_1(tested: OrderTest | None) -> str:
    if not tested:
        return TOO_LITTLE
    return f"{tested.statistic:+.2f} is the autocorrelation at lag 1, {_over(tested)}. {_in_any_order(tested)}"


def _floor(tested: OrderTest | None, as_it_is: OrderTest | None) -> str:
    if not tested or not as_it_is:
        return TOO_LITTLE
    allowed_for = "where the machine's speed is allowed for, which the floor follows less than a step does"
    return (
        f"{as_it_is.statistic:+.2f} is the autocorrelation at lag 1, and {tested.statistic:+.2f} {allowed_for}, {_over(tested)}. "
        f"{_in_any_order(tested)}"
    )


def _halves(tested: OrderTest | None) -> str:
    if not tested:
        return TOO_LITTLE
    apart = f"{tested.statistic**0.5:.2f} standard deviations are between the ranks of the two halves"
    return f"{apart}, {_over(tested)}. {_in_any_order(tested)}"


def _over(tested: OrderTest) -> str:
    return f"on average over {tested.series} series of {tested.passes} passes"


def _in_any_order(tested: OrderTest) -> str:
    return f"If all orders of the passes were as likely, so much or more would come up with a probability of {tested.chance:.2g}."


def _whole_runs(changed: Sequence[Change] | None, passes: Mapping[str, int], certain: Sequence[Change] = ()) -> str:
    if not changed:
        return "One of the two runs is missing, or they have nothing to compare."
    made = " and ".join(f"{count} passes in the {run} one" for run, count in passes.items())
    if not any(change.closed for change in changed):
        return f"Too few passes to tell: {made}."
    widest = max(changed, key=lambda change: abs(log(change.after / change.before)))
    start = f"Yes, {len(certain)}" if certain else "No, none"
    return (
        f"{start} of {counted(len(changed), 'comparison')} changed for certain, after {made}. The largest change is that of the "
        f"{title(widest.impl)} in {widest.cell.id}: {widest.after / widest.before:.3f} times {bounds(*widest.together)}."
    )


def _false_alarms(worst: Judgement | None) -> str:
    if not worst:
        return TOO_LITTLE
    return f"At worst {worst.false_alarms} of {worst.blocks} comparisons of {worst.seconds:g} s. {_by_chance(worst.chance)}"


def _time_to_interval(ours_s: float | None, invalid: Sequence[str], next_tool: str | None, next_s: float | None) -> str:
    if ours_s is None:
        return "It was not reached in the time that there was."
    words = f"Unwind has it after {ours_s:.1f} s."
    if invalid:
        verb = "do" if len(invalid) > 1 else "does"
        words += f" {listed(invalid)} raised more false alarms than chance allows, and so {verb} not count."
    if next_s is None:
        return f"{words} No other tool has a valid one to compare it with."
    return (
        f"{words} The next valid one is {next_tool}'s, after {next_s:.1f} s: "
        f"{next_s / ours_s:.1f} times as long, where {plan.TIMES_FASTER:g} times are promised."
    )


def _fine_interval(reached: bool, passes: int, seconds: float, widest: float, step_ns: float) -> str:
    start = "Reached" if reached else f"Not reached: ±{percent(widest, 2)}"
    return f"{start} after {passes} passes, or {seconds:.0f} s, on a step of {step_ns / 1e6:.1f} ms."


def _meter(subject: str, unit: str, ours: float, theirs: float, allowed: float, detail: str) -> str:
    if isnan(ours):
        return detail
    here, there, apart = (f"{value / 2**20:.2f} MiB" if unit == "bytes" else f"{value:.4f} s" for value in (ours, theirs, allowed))
    return f"{subject}: {here} here, {there} there; they may differ by {apart}."


# kind of promise -> what to say of its figures
WORDS: dict[str, Callable[..., str]] = {
    "coverage": _coverage,
    "difference": _difference,
    "alike": _alike,
    "lag 1": _lag_1,
    "floor": _floor,
    "halves": _halves,
    "whole runs": _whole_runs,
    "false alarms": _false_alarms,
    "time to interval": _time_to_interval,
    "fine interval": _fine_interval,
    "meter": _meter,
}
