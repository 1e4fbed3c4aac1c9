"""Caveats, from the files of machines that are not this one."""

import json
import time
from collections import namedtuple

import psutil
import pytest

from bench.cli import main
from bench.measure.machine import caveats
from bench.measure.machine.caveats import Moment

NO_FILE = ""
CPU = "/sys/devices/system/cpu"


def seen(files, load=0.1, on_battery=False):
    return [caveat.what for caveat in caveats.before(lambda path: files.get(path, NO_FILE), load, on_battery)]


def test_a_machine_at_its_best_has_no_caveat():
    files = {
        f"{CPU}/cpu0/cpufreq/scaling_governor": "performance",
        f"{CPU}/intel_pstate/no_turbo": "1",
        "/proc/self/cgroup": "0::/user.slice",
        "/sys/fs/cgroup/user.slice/cpu.max": "max 100000",
        "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1",
        "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000",
    }
    assert seen(files) == seen({}) == []


@pytest.mark.parametrize(
    ("files", "what"),
    [
        ({f"{CPU}/cpu0/cpufreq/scaling_governor": "powersave"}, "the frequency governor is 'powersave'"),
        ({f"{CPU}/intel_pstate/no_turbo": "0"}, "turbo is on, so speed depends on heat"),
        ({f"{CPU}/cpufreq/boost": "1"}, "turbo is on, so speed depends on heat"),
        (
            {"/sys/fs/cgroup/cpu.max": "150000 100000"},
            "the container may use 1.5 cores' worth of time, and stops when it is used up",
        ),
        (
            {"/proc/self/cgroup": "0::/a/b", "/sys/fs/cgroup/a/cpu.max": "50000 100000", "/sys/fs/cgroup/a/b/cpu.max": "max 100000"},
            "the container may use 0.5 cores' worth of time, and stops when it is used up",
        ),
        (
            {"/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "200000", "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000"},
            "the container may use 2 cores' worth of time, and stops when it is used up",
        ),
    ],
)
def test_settings_are_caveats(files, what):
    assert seen(files) == [what]


V1 = "32 31 0:29 {root} {mount} rw,relatime - cgroup cgroup rw,{controllers}"
V2 = "41 31 0:38 {root} {mount} rw,relatime - cgroup2 cgroup2 rw"
GROUPS = "12:pids:/a\n4:cpu,cpuacct:/docker/c0ffee/job\n1:name=systemd:/a\n0::/a"
CPU_AND = "/sys/fs/cgroup/cpu,cpuacct"


def quota(folder, cores):
    return {f"{folder}/cpu.cfs_quota_us": str(int(cores * 100_000)) if cores else "-1", f"{folder}/cpu.cfs_period_us": "100000"}


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        # nested groups of version 1, seen from the host: the outer one is smaller, or the inner one, or there is none
        ({**quota(f"{CPU_AND}/docker", 2), **quota(f"{CPU_AND}/docker/c0ffee", 0.5), **quota(f"{CPU_AND}/docker/c0ffee/job", 1)}, 0.5),
        ({**quota(f"{CPU_AND}/docker/c0ffee", 4), **quota(f"{CPU_AND}/docker/c0ffee/job", 1.5)}, 1.5),
        ({**quota(f"{CPU_AND}/docker/c0ffee", None), **quota(f"{CPU_AND}/docker/c0ffee/job", None), **quota(CPU_AND, None)}, None),
        # another group's quota is not this one's
        (quota(f"{CPU_AND}/docker/another", 1), None),
    ],
)
def test_a_quota_in_a_nested_group_of_version_1_is_seen(files, cores):
    mounts = "\n".join(
        [
            V1.format(root="/", mount="/sys/fs/cgroup/pids", controllers="pids"),
            V1.format(root="/", mount=CPU_AND, controllers="cpu,cpuacct"),
            V2.format(root="/", mount="/sys/fs/cgroup/unified"),
        ]
    )
    what = seen({"/proc/self/cgroup": GROUPS, "/proc/self/mountinfo": mounts, **files})
    assert what == ([f"the container may use {cores} cores' worth of time, and stops when it is used up"] if cores else [])


def test_a_quota_is_seen_where_a_container_sees_its_own_group_alone():
    """The container's group is mounted as the root of what it sees, while the kernel tells the path from the host's."""
    mounts = V1.format(root="/docker/c0ffee", mount="/sys/fs/cgroup/cpu", controllers="cpu,cpuacct")
    files = quota("/sys/fs/cgroup/cpu", 2) | quota("/sys/fs/cgroup/cpu/job", 3)
    assert len(seen({"/proc/self/cgroup": GROUPS, "/proc/self/mountinfo": mounts, **files})) == 1
    v2 = V2.format(root="/", mount="/sys/fs/cgroup")
    files = {"/sys/fs/cgroup/a/cpu.max": "50000 100000", "/sys/fs/cgroup/a/b/cpu.max": "max 100000"}
    assert len(seen({"/proc/self/cgroup": "0::/a/b", "/proc/self/mountinfo": v2, **files})) == 1
    assert seen({"/proc/self/cgroup": "0::/b", "/proc/self/mountinfo": v2, **files}) == []


def test_load_and_battery_are_caveats():
    assert seen({}, load=0.51, on_battery=True) == ["the load was 0.51 before the run began", "the machine runs on its battery"]


START = Moment(wall_s=1e9, monotonic_s=50, boot_s=70, stolen_s=5, processor_s=1000)


@pytest.mark.parametrize(
    ("end", "what"),
    [
        (Moment(1e9 + 100, 150, 170, 6, 2000), []),
        (Moment(1e9 + 100.9, 150, 170, 15, 2000), []),
        (Moment(1e9 - 3500, 150, 170, 5, 2000), ["the clock was set back by 3600 s during the run"]),
        (Moment(1e9 + 130, 150, 170, 5, 2000), ["the clock was set forward by 30 s during the run"]),
        (Moment(1e9 + 900, 150, 970, 5, 2000), ["the machine slept for 800 s during the run"]),
        (Moment(1e9 + 100, 150, 170, 65, 2000), ["the host of this virtual machine took 6 % of its processor time"]),
    ],
)
def test_what_happens_during_a_run_is_a_caveat(end, what):
    assert [caveat.what for caveat in caveats.during(START, end)] == what


def test_another_number_of_blas_threads_is_a_caveat():
    assert caveats.of_blas(1, 1) == []
    assert [caveat.what for caveat in caveats.of_blas(8, 1)] == ["BLAS uses 8 threads where 1 was asked for"]
    assert len(caveats.of_blas(None, 1)) == 1


def test_guests_are_not_counted_twice_and_a_system_without_hosts_has_no_stolen_time(monkeypatch):
    linux = namedtuple("linux", "user nice system idle iowait irq softirq steal guest guest_nice")
    mac = namedtuple("mac", "user nice system idle")
    for times, expected in ((linux(101, 102, 3, 4, 5, 6, 7, 8, 100, 100), (8, 236)), (mac(1, 2, 3, 4), (0, 10))):
        monkeypatch.setattr(psutil, "cpu_times", lambda times=times: times)
        moment = caveats.this_moment()
        assert (moment.stolen_s, moment.processor_s) == expected


def test_a_clock_set_back_changes_no_duration_and_is_kept_with_its_remedy(tmp_path, monkeypatch, capsys):
    """The real command, with a wall clock that is set back by an hour when the first row is there."""
    (tmp_path / "tiny.toml").write_text("depth = 1\nwidth = 2\nbatch = 4\nimpls = ['recursive']\nprecision = 0.9\nbudget_s = 0.1\n")
    honest = time.time
    monkeypatch.setattr(time, "time", lambda: honest() - 3600 * (tmp_path / "results" / "time.csv").exists())
    for verb, *options in (["run", "--only", "time", "--sweep", str(tmp_path / "tiny.toml")], ["report"]):
        assert main([verb, "--results", str(tmp_path / "results"), *options]) == 0
    record = json.loads((tmp_path / "results" / "machine.json").read_text())
    assert 0 < record["passes"]["wall_s"] < 60
    remedies = {caveat["what"]: caveat["remedy"] for caveat in record["warnings"]}
    assert "let NTP keep it" in remedies["the clock was set back by 3600 s during the run"]
    assert "the clock was set back by 3600 s during the run; what to do: durations" in " ".join(capsys.readouterr().err.split())
    report = (tmp_path / "results" / "report.html").read_text()
    assert "<dt>the clock was set back by 3600 s during the run</dt><dd>durations do not" in report
