"""Limits: what is recorded and replaced, and the verb from end to end."""

import functools
import json
import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

import bench.verbs.limits as verb
from bench.cli import main
from bench.measure.depth import study
from bench.measure.depth.study import Limit, without_searches
from bench.measure.interpreters import choice
from bench.measure.interpreters.found import identify
from bench.plan.depth import RAISED, SETTINGS, WAYS
from bench.record.limits import machines_limits, put_limit
from bench.record.schemas import SCHEMAS
from bench.record.tables import Table
from bench.tests.children import interruptible
from bench.tests.places import ROOT
from impls import IMPLEMENTATIONS

SCHEMA = SCHEMAS["limits.csv"]


def limit(python, impl, deepest, status="ok", limit=RAISED, stack=None):
    return Limit(python, impl, limit, stack, deepest, None if status == "ok" else deepest + 1, status, None, 0.1)


def test_a_search_takes_the_place_of_its_like_and_of_no_other(tmp_path):
    table = Table(tmp_path, "limits.csv")
    first = limit("3.9.18", "recursive", 100, "segfault")
    others = [
        limit("3.9.18", "recursive", 1, "segfault", stack=2**19),
        limit("3.9.18", "recursive", 2, limit=1_000),
        limit("3.9.18", "iterative", 3),
        limit("3.13.0", "recursive", 4),
        without_searches("3.12.0", "error", "no pip"),
    ]
    for one in (first, *others, limit("3.9.18", "recursive", 200, "segfault")):
        put_limit(table, "m", one)
    put_limit(table, "another", first)
    found = table.read()
    mine = found[found["machine"] == "m"]
    assert sorted(mine["deepest_ok"].dropna()) == [1, 2, 3, 4, 200]
    assert len(mine) == 6
    assert machines_limits(table, "another", print)["deepest_ok"].tolist() == [100]
    assert machines_limits(table, "unheard of", print)["deepest_ok"].tolist() == [100]


def test_an_interpreter_that_works_again_is_no_failure_any_more(tmp_path):
    table = Table(tmp_path, "limits.csv")
    put_limit(table, "m", without_searches("3.12.0", "error", "no pip"))
    put_limit(table, "m", limit("3.12.0", "call:plain", 10))
    assert table.read()["impl"].isna().any()  # it ran without NumPy, which says nothing of networks
    put_limit(table, "m", limit("3.12.0", "recursive", 10))
    assert table.read()["impl"].tolist() == ["call:plain", "recursive"]


def test_plot_draws_limits_where_nothing_else_was_measured(tmp_path):
    put_limit(Table(tmp_path, "limits.csv"), "m", limit("3.13.0", "recursive", 10**6))
    assert main(["plot", "--results", str(tmp_path), "--plots", str(tmp_path / "plots")]) == 0
    assert {path.name for path in (tmp_path / "plots").iterdir()} == {"depth_limits.svg", "depth_limits.png"}


def unwind(folder, *options):
    return main(["limits", "--results", str(folder), *options])


def test_the_verb_on_the_running_interpreter_alone(tmp_path, capsys):
    (tmp_path / "mine.py").write_text(
        "from impls import IMPLEMENTATIONS, Implementation\n"
        "mine = Implementation('mine', 'mine', '', 'other', IMPLEMENTATIONS['iterative'].backprop)\n"
        "wrong = Implementation('wrong', 'wrong', '', 'other', lambda *_: 1.0)\n"
    )
    options = ("--python", "--verbose", "--impl", "recursive", "--impl", "mine", "--impl", "wrong", "--with", str(tmp_path / "mine.py"))
    assert unwind(tmp_path, *options, "--max-depth", "400") == 0
    assert unwind(tmp_path, *options, "--max-depth", "300") == 0
    found = pd.read_csv(tmp_path / "limits.csv")
    assert list(found.columns) == list(SCHEMA)
    assert len(found) == 2 * len(SETTINGS) + len(WAYS)
    assert found["python"].nunique() == 1
    assert set(found.loc[found["impl"] == "recursive", "deepest_ok"]) == {300}
    assert set(found.loc[found["impl"] == "recursive", "stack_bytes"].dropna()) == {one.stack_bytes for one in SETTINGS[2:]}
    assert set(found["status"]) == {"ok"}
    said = capsys.readouterr()
    assert "Which ways of calling make recursion dangerous?" in said.out
    assert "Layers of the deepest network that trains" in said.out
    assert "400+" in said.out
    assert "300+" in said.out
    assert "wrong is left out: it emits layers" in said.err


def test_frameworks_are_tried_if_they_are_named(monkeypatch, tmp_path, capsys):
    tried = []
    monkeypatch.setattr(verb, "refused", lambda problem, names, *others: tried.append(names) or {})
    monkeypatch.setattr(verb, "all_limits", lambda interpreter, subjects, tell: tried.append(subjects.names) or [])
    own = [name for name, one in IMPLEMENTATIONS.items() if not (one.library and one.control_flow == "other") and not one.on_request]
    for options, expected in ((["--impl", "jax"], ["jax"]), ([], own)):
        assert unwind(tmp_path, "--python", "--verbose", *options) == 3
        assert tried.pop() == expected
    assert "torch, jax, autograd are not tried: their control flow is their library's" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            ["--python", "/no/such/python"],
            "--python /no/such/python: cannot be run (No such file or directory); give the path of a CPython",
        ),
        (["--python", "/bin/ls"], "--python /bin/ls: does not answer as a Python would"),
        (["--max-depth", "0"], "--max-depth is 0; give a number of layers from 1"),
        (["--impl", "recursiv"], "unknown implementation 'recursiv'; did you mean 'recursive'?"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="paths")
def test_bad_input_is_one_sentence_and_exit_code_2(tmp_path, capsys, options, sentence):
    assert unwind(tmp_path / "results", *options) == 2
    captured = capsys.readouterr()
    assert sentence in " ".join(captured.err.split())
    assert captured.out == ""
    assert not (tmp_path / "results").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script")
def test_interpreters_that_fail_are_rows_and_the_rest_goes_on(tmp_path, monkeypatch, capsys):
    hanging, crippled = tmp_path / "hanging", tmp_path / "crippled"
    hanging.write_text("#!/bin/sh\nexec sleep 60\n")
    claim = json.dumps(
        {"path": str(crippled), "implementation": "CPython", "version": "3.12.99", "numbers": [3, 12, 99], "free_threaded": False}
        | {"recursion_limit": 1_000}
    )
    crippled.write_text(f"#!/bin/sh\ncase $1 in -c) echo '{claim}';; *) echo no module venv >&2; exit 1;; esac\n")
    for script in (hanging, crippled):
        script.chmod(0o755)
    monkeypatch.setattr(choice, "identify", functools.partial(identify, timeout_s=0.5))
    monkeypatch.setattr(study, "cache_folder", lambda: tmp_path / "cache")
    named = ["--python", "--python", str(hanging), "--python", str(crippled)]
    assert unwind(tmp_path, *named, "--impl", "iterative", "--max-depth", "5") == 0
    found = pd.read_csv(tmp_path / "limits.csv")
    failed = found[found["impl"].isna()].set_index("python")["status"].to_dict()
    assert failed == {str(hanging): "timeout", "3.12.99": "error"}
    assert (found["impl"] == "iterative").sum() == len(SETTINGS)
    told = " ".join(capsys.readouterr().err.split())
    assert "does not answer within 0.5 s" in told
    assert "cannot make a virtual environment: no module venv" in told


@pytest.mark.skipif(not hasattr(os, "fork"), reason="signals")
def test_ctrl_c_keeps_what_is_finished(tmp_path):
    command = [sys.executable, "-m", "bench", "limits", "--python", "--max-depth", "300000"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = interruptible(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    file = tmp_path / "results" / "limits.csv"
    for _ in range(1200):
        if file.exists() and file.read_text().count("\n") > 1:
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Interrupted" in out
    assert "Traceback" not in err
    kept = pd.read_csv(file)
    assert kept["impl"].iloc[0] == next(iter(IMPLEMENTATIONS))
    assert len(kept) < len(SETTINGS) * len(IMPLEMENTATIONS)
