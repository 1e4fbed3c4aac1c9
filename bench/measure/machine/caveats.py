"""Caveats: what about this machine makes figures worse than they need be, each with its remedy.

A caveat is a function of what was read, so that it can be tested with the files of any machine. `before` reads
the machine before a run begins, `during` compares two moments of it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.measure.machine.cgroups import Read
from bench.measure.machine.quota import quota_cores

BUSY_LOAD = 0.5  # cores that other programs kept busy in the minute before
CLOCK_SLACK_S = 1.0  # how far two clocks may drift apart while NTP corrects one
NOTABLE_STEAL = 0.01  # of all time


@dataclass(frozen=True)
class Caveat:
    """Something that makes the figures worse, and what to do about it."""

    what: str
    remedy: str


@dataclass(frozen=True)
class Moment:
    """The clocks at one moment, and all the processors' time since the system started: what its host took, and in total."""

    wall_s: float
    monotonic_s: float
    boot_s: float
    stolen_s: float
    processor_s: float


def before(read: Read, load_1_min: float, on_battery: bool) -> list[Caveat]:
    """Caveats that can be seen before a run begins."""
    return [*_frequency(read), *_load(load_1_min), *_battery(on_battery), *_quota(read)]


def during(start: Moment, end: Moment) -> list[Caveat]:
    """Caveats about the time between two moments."""
    return [*_clock(start, end), *_steal(start, end)]


def of_blas(threads: int | None, wanted: int) -> list[Caveat]:
    """Caveats about the number of threads that BLAS uses; None if it is unknown."""
    if threads is None:
        return [Caveat("the number of threads that BLAS uses is unknown", "install a NumPy whose BLAS threadpoolctl knows, such as PyPI's")]
    if threads != wanted:
        return [
            Caveat(
                f"BLAS uses {threads} threads where {wanted} was asked for",
                "install a NumPy whose BLAS follows the environment variables, such as PyPI's; times with other threads are not comparable",
            )
        ]
    return []


def this_moment() -> Moment:
    """The present moment."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)  # goes on while the machine sleeps; only Linux has it
    since_boot_s = time.clock_gettime(boot) if boot is not None else time.monotonic()
    times = psutil.cpu_times()
    of_guests_s = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)  # which is in user time, too
    return Moment(time.time(), time.monotonic(), since_boot_s, getattr(times, "steal", 0.0), sum(times) - of_guests_s)


def on_battery() -> bool:
    """Does the machine run on its battery?"""
    state = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    return state is not None and state.power_plugged is False


def read_text(path: str) -> str:
    """A file's text, without the space around it; empty if it cannot be read."""
    try:
        return Path(path).read_text("utf-8", "replace").strip()
    except OSError:
        return ""


def _frequency(read: Read) -> Iterator[Caveat]:
    governor = read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
    if governor not in ("", "performance"):
        yield Caveat(f"the frequency governor is {governor!r}", "sudo cpupower frequency-set --governor performance")
    if read("/sys/devices/system/cpu/intel_pstate/no_turbo") == "0":
        yield Caveat("turbo is on, so speed depends on heat", "echo 1 | sudo tee /sys/devices/system/cpu/intel_pstate/no_turbo")
    elif read("/sys/devices/system/cpu/cpufreq/boost") == "1":
        yield Caveat("turbo is on, so speed depends on heat", "echo 0 | sudo tee /sys/devices/system/cpu/cpufreq/boost")


def _load(load_1_min: float) -> Iterator[Caveat]:
    if load_1_min > BUSY_LOAD:
        yield Caveat(f"the load was {load_1_min:.2f} before the run began", "close what else is running, and wait a minute")


def _battery(on_battery: bool) -> Iterator[Caveat]:
    if on_battery:
        yield Caveat("the machine runs on its battery", "plug it in")


def _quota(read: Read) -> Iterator[Caveat]:
    """A container's share of processor time; when it is spent, all processes inside stop until the next period."""
    cores = quota_cores(read)
    if cores:
        yield Caveat(
            f"the container may use {cores:.3g} cores' worth of time, and stops when it is used up",
            "start it without a CPU quota, and give it cores of its own (docker run --cpuset-cpus)",
        )


def _clock(start: Moment, end: Moment) -> Iterator[Caveat]:
    """Durations come from the monotonic clock, which neither sleep nor setting the clock can change."""
    running, since_boot = end.monotonic_s - start.monotonic_s, end.boot_s - start.boot_s
    asleep = since_boot - running
    if asleep > CLOCK_SLACK_S:
        yield Caveat(f"the machine slept for {asleep:.0f} s during the run", "keep it awake (systemd-inhibit, caffeinate)")
    jump = end.wall_s - start.wall_s - since_boot
    if abs(jump) > CLOCK_SLACK_S:
        direction = "back" if jump < 0 else "forward"
        yield Caveat(
            f"the clock was set {direction} by {abs(jump):.0f} s during the run",
            "durations do not depend on it, but times of day in the records do; let NTP keep it",
        )


def _steal(start: Moment, end: Moment) -> Iterator[Caveat]:
    processor_s = end.processor_s - start.processor_s
    share = (end.stolen_s - start.stolen_s) / processor_s if processor_s > 0 else 0.0
    if share > NOTABLE_STEAL:
        yield Caveat(
            f"the host of this virtual machine took {100 * share:.0f} % of its processor time",
            "use a machine of your own, or cores that are not shared",
        )
