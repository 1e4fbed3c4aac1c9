"""A run survives what happens to runs: real processes, real signals, real limits, through the whole command."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pandas as pd
import psutil
import pytest

from bench.cli import main
from bench.measure.machine.side_by_side import passes_at_once_here
from bench.tests.groups import memory_group
from bench.tests.places import MISCHIEF, ROOT
from bench.tests.rows import write_results
from bench.tests.runs import FULL, KEY, finish, finished_rows, run_here, start, write_sweep

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals and limits of Linux")

KILLS = 50 if FULL else 3
SIGNALS = ["SIGTERM", "SIGSEGV", *(["SIGINT", "SIGHUP", "SIGKILL"] if FULL else [])]


@pytest.fixture
def home(tmp_path):
    write_sweep(tmp_path)
    return tmp_path


def wait_for(what, timeout_s=30):
    end = time.monotonic() + timeout_s
    while not (found := what()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
    return found


def _size(path):
    return path.stat().st_size if path.exists() else 0


def test_killed_again_and_again_it_loses_nothing_and_repeats_nothing(home):
    """kill -9 at random moments, from before the first row on; what was finished then is there at the end, as it was."""
    write_sweep(home, width=[*range(2, 40)])  # so many cells that it never gets to its end
    rng = random.Random(KILLS)
    time_csv = home / "results" / "time.csv"
    known = finished_rows(time_csv)
    for number in range(KILLS):
        size = _size(time_csv)
        process = start(home, "--precision", "0.0001")
        try:
            if number % 5:  # most while it records; every fifth while it gets ready
                wait_for(lambda: _size(time_csv) > size or process.poll() is not None, 300)  # noqa: B023
            time.sleep(rng.uniform(0, 1.5))
            ended = process.poll()
        finally:
            process.kill()
            _, err = process.communicate()
        assert ended is None, err
        now = finished_rows(time_csv)
        pd.testing.assert_frame_equal(now.iloc[: len(known)], known, check_dtype=False)
        known = now
        if (home / "results" / "machine.json").exists():
            json.loads((home / "results" / "machine.json").read_text())
    assert run_here(home, "--budget", "1") == 0
    rows = pd.read_csv(time_csv)
    assert not rows.duplicated(KEY).any()
    pd.testing.assert_frame_equal(rows.iloc[: len(known)], known, check_dtype=False)
    assert len(finished_rows(time_csv)) == len(rows)
    for _, numbers in rows.groupby("cell")["pass"]:  # a pass that was cut short is completed first, so no more lack than were under way
        assert len({*range(1, numbers.max() + 1)} - {*numbers}) <= passes_at_once_here()
    assert not list((home / "results").glob("*.tmp"))


def test_every_bad_end_is_a_row_with_its_reason_and_the_sweep_goes_on(home, capsys, monkeypatch):
    monkeypatch.setattr("bench.analyse.stopping.settled", lambda *figures: True)  # after so many passes as are asked for
    write_sweep(home, width=2)
    sys.modules.pop("unwind_user_mischief", None)
    folder = ["--results", str(home / "r"), "--plots", str(home / "p")]
    options = ["--sweep", str(home / "tiny.toml"), "--with", str(MISCHIEF), "--patience", "3", "--passes", "2"]
    assert main(["run", "--only", "time", *folder, *options, *everybody()]) == 0
    captured = capsys.readouterr()
    rows = pd.read_csv(home / "r" / "time.csv")
    failed = rows[rows["status"] != "ok"].set_index("impl")
    expected = {
        "crashes": ("segfault", "segmentation fault"),
        "is_killed": ("out_of_memory", "killed by the system, most likely for memory"),
        "eats": ("out_of_memory", "MemoryError:"),
        "raises": ("error", "IndexError: list index out of range"),
        "hangs": ("timeout", "no answer for 3 s"),
        "ends": ("error", "SystemExit: 0"),
        "vanishes": ("error", "exit code 0"),
        "garbles": ("error", "answered b'[1, \"two\"]\\n', which is no answer"),
        "forges": ("error", "which it was not asked"),
        TAUNTS: ("error", 'ValueError: <script>alert(1)</script>, "[/] [2J $\\frac{'),
    }
    assert set(failed.index) == set(expected)
    for name, (status, detail) in expected.items():
        assert failed.loc[name, "status"] == status
        assert detail in failed.loc[name, "detail"]
    measured = rows[rows["status"] == "ok"].groupby("impl")["pass"].nunique()
    assert set(measured.index) == {"iterative", "recursive", "control", "floor", "floods"}
    assert f"{TAUNTS}: error" in " ".join(captured.err.split())
    assert not any(character in captured.err + captured.out for character in "\x1b\x00")

    for verb in ("report", "plot"):
        assert main([verb, *folder]) == 0
    report = (home / "r" / "report.html").read_text()
    assert "<script>alert" not in report
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in report
    for status, detail in expected.values():
        assert f"<td>{status}</td>" in report
        assert detail.split("'")[0].split("<")[0] in report


TAUNTS = 'taunts, "<b>[red]$\\frac{ [31m'


def everybody():
    names = ["recursive", "crashes", "is_killed", "eats", "raises", "hangs", "ends", "vanishes", "garbles", "forges", "floods", TAUNTS]
    return [word for name in names for word in ("--impl", name)]


def test_whoever_the_kernel_kills_for_memory_is_a_row_and_the_sweep_goes_on(home):
    """The real thing: the whole run lives in a control group of 700 MiB, and one implementation takes more."""
    write_sweep(home, width=2)
    options = ["--with", str(MISCHIEF), "--impl", "hogs", "--impl", "recursive"]
    with memory_group(700 * 2**20) as group:
        code, _, err = finish(home, *options, first=f"open({str(group / 'cgroup.procs')!r}, 'w').write(str(os.getpid()))")
    assert code == 0
    assert "hogs: out_of_memory: killed by the system, most likely for memory" in err
    rows = pd.read_csv(home / "results" / "time.csv")
    assert set(rows.loc[rows["status"] != "ok", "impl"]) == {"hogs"}
    assert rows.loc[rows["impl"] == "recursive", "pass"].nunique() >= 8


UNTRIED = """
import ctypes, os, time
from impls import Implementation
crash = Implementation("crash", "crash", "", "other", lambda *_: ctypes.string_at(0))
leave = Implementation("leave", "leave", "", "other", lambda *_: os._exit(0))
fail = Implementation("[/fail]", "[/fail]", "", "other", lambda *_: 1 / 0)
"""


def test_whoever_crashes_on_trial_is_left_out_with_the_reason(home, capsys):
    (home / "untried.py").write_text(UNTRIED)
    write_sweep(home, budget_s=0.1)
    for verb in (["run", "--only", "time"], ["train", "--budget", "0.1"]):
        options = ["--sweep", str(home / "tiny.toml"), "--results", str(home / "r"), "--with", str(home / "untried.py")]
        names = ("crash", "leave", "[/fail]", "recursive")
        assert main([*verb, *options, *(word for name in names for word in ("--impl", name))]) == 0
        said = " ".join(capsys.readouterr().err.split())
        assert "crash is left out: it fails its check: segmentation fault" in said
        assert "leave is left out: it fails its check: ended before it had answered" in said
        assert "[/fail] is left out: it raises ZeroDivisionError: division by zero" in said


@pytest.mark.parametrize("name", SIGNALS)
def test_no_worker_outlives_the_run(home, name):
    end = signal.Signals[name]
    process = start(home)
    family = wait_for(lambda: (children := psutil.Process(process.pid).children(recursive=True))[1:] and children)
    process.send_signal(end)
    _, err = process.communicate(timeout=30)
    _, alive = psutil.wait_procs(family, timeout=10)
    assert not alive
    polite = name in ("SIGINT", "SIGTERM", "SIGHUP")
    assert process.returncode == (130 if polite else -end)
    assert not polite or "Traceback" not in err


def test_the_second_of_two_runs_is_told_who_has_the_folder_until_a_kill_lets_go_of_it(home, capsys):
    """And the one after that is told whose rows are there, though the first was killed before its end."""
    first = start(home)
    wait_for((home / "results" / "time.csv").exists)
    code = run_here(home)
    first.kill()
    first.communicate()
    assert code == 2
    err = capsys.readouterr().err
    assert err.startswith(f"unwind: results: another run (process {first.pid} on ")
    assert "since " in err
    assert run_here(home, "--baseline", "recursive") == 2
    assert "its figures were measured with another baseline, iterative" in capsys.readouterr().err


def test_nothing_in_a_results_folder_is_executed(home, monkeypatch):
    """Code and pickles of every name that something might load lie in the folder, and nothing does."""
    write_results(home / "results", lambda cell: 1.1)
    payload = b"cos\nsystem\n(S'touch executed'\ntR."
    for name in ("conftest.py", "sitecustomize.py", "numpy.py", "mischief.py"):
        (home / "results" / name).write_text("open('executed', 'w')")
    for name in ("time.pkl", "time.npz", "batch.npz", "cache.pickle"):
        (home / "results" / name).write_bytes(payload)
    verbs = [["compare", "results", "results"], ["export", "--format", "pyperf", "out"], ["report"], ["plot"]]
    code = f"from bench.cli import main; print([main(verb) for verb in {verbs}])"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], cwd=home, capture_output=True, text=True, env=environment)
    assert done.stdout.endswith("[0, 0, 0, 0]\n"), done.stderr
    assert not (home / "executed").exists()
