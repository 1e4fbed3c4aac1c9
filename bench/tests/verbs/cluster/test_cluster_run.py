"""Runs on a cluster as users start them: workers that are killed, machines that differ, Ctrl-C, and what cannot be done."""

import itertools
import json
import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager

import distributed
import pandas as pd
import psutil
import pytest

from bench.cli import main
from bench.errors import BadInput
from bench.record.folder import read_machine
from bench.tests.children import wait_for_rows
from bench.tests.measure.cluster.processes import dask_processes
from bench.tests.places import ROOT
from bench.tests.runs import FULL, KEY, finish, finished_rows, run_here, start, write_sweep
from bench.tests.verbs.cluster.killing import faults, run_with_kills

KILLS = 50 if FULL else 2
PASSES = max(11, KILLS)


def single_runs(home):
    """The rows of two runs of this machine alone, one after the other in one folder."""
    write_sweep(home)
    for passes in (PASSES // 2, PASSES):
        assert run_here(home, "--passes", str(passes), "--seed", "1", "--results", "alone") == 0
    return finished_rows(home / "alone" / "time.csv")


def test_two_workers_give_the_rows_of_two_single_runs_whatever_is_killed(tmp_path, fewest_rounds):
    """Beside the runs themselves before a release; else beside what they must have: every contender in every cell of every pass."""
    write_sweep(tmp_path)
    code, told, killed = run_with_kills(tmp_path, KILLS, PASSES)
    assert code == 0, told
    assert "Traceback" not in told
    assert len(killed) == KILLS
    rows = finished_rows(tmp_path / "results" / "time.csv")
    assert faults(rows, PASSES) == {"missing": [], "twice": 0, "not whole": [], "too many": []}
    every = itertools.product(("w2", "w3"), range(1, PASSES + 1), ("iterative", "recursive", "control"))
    assert visits(rows) == (visits(single_runs(tmp_path)) if FULL else {*every})


def visits(rows):
    """(cell, pass, contender) of all that was timed; the floor leaves once its interval has bounds, whoever has which pass then."""
    timed = rows[rows["round"].notna() & (rows["impl"] != "floor")]
    return {*zip(timed["cell"].str.extract(r"-(w\d)-")[0], timed["pass"], timed["impl"], strict=True)}


def test_ctrl_c_keeps_what_is_finished_and_leaves_no_process(tmp_path):
    write_sweep(tmp_path)
    process = start(tmp_path, "--workers", "2", "--passes", "10000")
    wait_for_rows(tmp_path / "results" / "time.csv")
    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Interrupted" in out
    assert "Traceback" not in err
    assert family
    _, alive = psutil.wait_procs(family, timeout=10)
    assert not alive
    rows = finished_rows(tmp_path / "results" / "time.csv")
    assert not rows.duplicated(KEY).any()
    assert read_machine(tmp_path / "results")["ended"]["by"] == "interruption"


def test_machines_that_differ_have_a_line_each_and_one_over_all(tmp_path, monkeypatch):
    """On the host "slow" recursion takes 1.1 times as long as the loop, on the other just as long: no one ratio holds on both."""
    write_sweep(tmp_path, precision=0.02)
    with dask_processes(tmp_path) as dask:
        dask.worker("fast", 0.01)
        dask.worker("slow", 0.01)
        assert run_here(tmp_path, "--scheduler", dask.address) == 0
    results = tmp_path / "results"
    times, summary, record = pd.read_csv(results / "time.csv"), pd.read_csv(results / "summary.csv"), read_machine(results)
    names = {record["machines"][name]["cpu"]: name for name in record["cluster"]["machines"]}
    assert {*names} == {"fast", "slow"}
    timed = times[times["round"].notna()]
    assert {*timed["machine"]} == {*names.values()}
    assert timed.groupby("pass")["machine"].nunique().eq(1).all(), "a number is given once"
    recursion = summary[(summary["impl"] == "recursive") & (summary["metric"] == "cpu")]
    assert {*recursion["machine"]} == {*names.values(), "all"}
    for _, lines in recursion.groupby("cell"):
        by_machine = lines.set_index("machine")
        assert by_machine.loc["all", "passes"] == by_machine["passes"].drop("all").sum()
        assert by_machine.loc[names["fast"], "ratio"] == pytest.approx(1.0)
        assert by_machine.loc[names["slow"], "ratio"] == pytest.approx(1.1)
        assert by_machine.loc["all", ["low", "high"]].tolist() == pytest.approx([1.0, 1.1])
    [told] = [warning["what"] for warning in record["warnings"] if "machines differ" in warning["what"]]
    assert told.startswith("the machines differ in 2 of 2 comparisons")
    monkeypatch.chdir(tmp_path)
    assert main(["report"]) == 0
    page = (results / "report.html").read_text()
    assert "fast and slow" in page or "slow and fast" in page, "the machines that took the times"
    assert main(["export", "--format", "parquet", "times.parquet"]) == 0
    assert {*pd.read_parquet("times.parquet")["machine"]} == {*names.values()}
    assert main(["compare", "results", "results", "--across-settings"]) == 0


@contextmanager
def dask_workers(address, count):
    """Workers as users start them."""
    command = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--resources", "unwind=1", "--no-nanny"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    nothing = subprocess.DEVNULL
    processes = [subprocess.Popen([*command, "--no-dashboard"], env=environment, stdout=nothing, stderr=nothing) for _ in range(count)]
    try:
        yield processes
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(20)


def test_passes_are_made_by_dasks_own_workers_one_at_a_time_on_a_host(tmp_path):
    """Both workers are on this host, so one of them has nothing to do; memory is read here, and the report is of all."""
    write_sweep(tmp_path)
    with dask_processes(tmp_path) as dask, dask_workers(dask.address, 2):
        code, out, err = finish(tmp_path, "--scheduler", dask.address, "--seed", "1", "--budget", "15")
    assert code == 0, err
    assert "Passes go to the cluster" in out
    assert "1 machine," in out
    rows, record = pd.read_csv(tmp_path / "results" / "time.csv"), read_machine(tmp_path / "results")
    assert faults(rows, int(rows["pass"].max()))["missing"] == []
    assert record["cluster"]["machines"] == [record["machine"]], "it is this very machine"
    assert record["cluster"]["lost"] == 0
    assert {*rows["machine"]} == {record["machine"]}
    assert "all" not in {*pd.read_csv(tmp_path / "results" / "summary.csv")["machine"]}, "there is one machine"
    assert record["machines"][record["machine"]]["blas"]


def test_a_worker_with_other_code_is_refused_in_a_sentence_and_the_run_ends_if_there_is_no_other(tmp_path, capsys, monkeypatch):
    write_sweep(tmp_path)
    monkeypatch.setattr("bench.measure.cluster.coordinator.NO_WORKER_S", 2.0)
    with dask_processes(tmp_path) as dask:
        dask.worker("one", 0.01, other_code="bench.measure.timing.visit")
        with distributed.Client(dask.address) as client:
            client.wait_for_workers(1, timeout=60)
        assert run_here(tmp_path, "--scheduler", dask.address) == 2
    err = " ".join(capsys.readouterr().err.split())
    assert re.search(r"worker .* is left out: it has other code in bench.measure.timing.visit; install there what the client has", err)
    assert "no worker that can take passes" in err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--workers", "0"], "--workers is 0; give a number of workers from 1"),
        (["--workers", "-1"], "--workers is -1; give"),
        (["--workers", "two"], "--workers is 'two'; give a whole number"),
        (["--workers", "2", "--scheduler", "tcp://127.0.0.1:1"], "--scheduler and --workers are both given"),
        (["--scheduler", ""], "--scheduler is empty; give the address of a scheduler"),
        (["--scheduler", "tcp://127.0.0.1:1"], "--scheduler tcp://127.0.0.1:1: no scheduler answers there"),
        (["--workers", "2", "--only", "memory"], "--workers: memory is read on this machine"),
        (["--scheduler", "tcp://127.0.0.1:1", "--python", "3.11"], "leave out --python"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(tmp_path, capsys, monkeypatch, options, words):
    monkeypatch.setattr("bench.measure.cluster.connection.CONNECT_S", 0.5)
    write_sweep(tmp_path)
    assert run_here(tmp_path, *options) == 2
    assert words in " ".join(capsys.readouterr().err.split())


def test_without_dask_the_option_says_how_to_get_it(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("bench.measure.cluster.installed.importlib.util.find_spec", lambda name: None)
    write_sweep(tmp_path)
    assert run_here(tmp_path, "--workers", "2") == 2
    assert "--workers: needs dask.distributed, which is not installed; pip install" in " ".join(capsys.readouterr().err.split())


def test_machine_json_is_read_with_a_cluster_in_it_and_refused_with_nonsense(tmp_path):
    (tmp_path / "machine.json").write_text(json.dumps({"machine": "m", "cluster": {"machines": "m"}}))
    with pytest.raises(BadInput, match=r"look at cluster\.machines"):
        read_machine(tmp_path)
