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
