"""The Makefile, by the real make: what its variables hold arrives in the commands as it was written."""

import os
import shutil
import subprocess

import pytest

from bench.tests.places import ROOT
from bench.tests.rows import write_results

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="no make")

ODD = ["my results", "it's", 'a "b" c', "a$b", "$HOME", "$(HOME)", "$$", "a;b", "a&b|c", "`pwd`", "~", "*", "#1", "a\\b", "é ü", "%"]
VARIABLES = ("SWEEP", "RESULTS", "PLOTS", "BASE", "NEW", "FAIL_ABOVE", "MAKEFLAGS", "MAKELEVEL")
ECHO = """#!/bin/sh
printf '%s\\0' "$@"
echo
"""


def make(*arguments, **variables):
    """Run make, which takes everything for installed."""
    environment = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    command = ["make", "-s", "-C", str(ROOT), "--no-print-directory", "-o", ".venv/.ready", "-o", ".venv/.full", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={**environment, **variables, "PYTHONPATH": str(ROOT)}, timeout=60)


@pytest.fixture
def commands(tmp_path):
    """From make's arguments to those of each command that it gives to `unwind`."""
    (tmp_path / "echo").write_text(ECHO)
    (tmp_path / "echo").chmod(0o755)

    def given(*arguments, **variables):
        done = make(f"UNWIND={tmp_path / 'echo'}", *arguments, **variables)
        assert (done.returncode, done.stderr) == (0, "")
        return [line.split("\0")[:-1] for line in done.stdout.splitlines()]

    return given


@pytest.mark.parametrize("value", ODD)
def test_a_variable_arrives_as_it_was_written_on_the_command_line_or_in_the_environment(commands, value):
    variables = {"SWEEP": value, "RESULTS": value, "PLOTS": value}
    expected = [
        ["run", "--sweep", value, "--results", value, "--plots", value],
        ["limits", "--results", value, "--plots", value],
        ["train", "--sweep", value, "--results", value, "--plots", value],
        ["plot", "--results", value, "--plots", value],
        ["report", "--results", value, "--plots", value],
    ]
    assert commands("bench", *(f"{name}={text}" for name, text in variables.items())) == expected
    assert commands("bench", **variables) == expected
    compared = {"BASE": value, "NEW": value, "FAIL_ABOVE": value}
    assert commands("compare", **compared) == [["compare", value, value, "--fail-above", value]]


@pytest.mark.parametrize(("sweep", "narrow"), [("quick", True), ("smoke", True), ("standard", False), ("my quick sweep.toml", False)])
def test_a_sweeps_name_is_one_word(commands, sweep, narrow):
    _, limits, *_ = commands("bench", SWEEP=sweep)
    assert ("--max-depth" in limits) == narrow


def test_two_folders_are_needed_to_compare():
    done = make("compare", "BASE=a b")
    assert done.returncode == 2
    assert "name the folders: make compare BASE=DIR NEW=DIR" in done.stderr


@pytest.mark.skipif(not (ROOT / ".venv/bin/python").exists(), reason="the project is not set up here")
def test_a_folder_with_blanks_quotes_and_dollars_is_reported(tmp_path):
    folder = tmp_path / 'my $results of "today\'s"'
    write_results(folder, lambda cell: 1.1)
    done = make("report", f"RESULTS={folder}")
    assert (done.returncode, done.stderr) == (0, "")
    assert (folder / "report.html").exists()
