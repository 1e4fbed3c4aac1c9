"""A whole run makes as many passes at once as this machine can without harm, or as the command line says."""

import json

import pandas as pd
import pytest

from bench.cli import main
from bench.measure.machine.side_by_side import passes_at_once_here
from bench.tests.runs import write_sweep


@pytest.fixture
def go(tmp_path):
    write_sweep(tmp_path, depth=[1, 2], width=4, batch=8, precision=0.5, budget_s=120)

    def run(*options):
        return main(["run", "--only", "time", "--sweep", str(tmp_path / "tiny.toml"), "--results", str(tmp_path / "results"), *options])

    return run


@pytest.mark.parametrize(("options", "at_once"), [((), passes_at_once_here()), (("--at-once", "1"), 1)])
def test_it_makes_that_many_and_has_every_visit_once(go, tmp_path, fewest_rounds, options, at_once):
    assert go("--passes", "12", *options) == 0
    assert json.loads((tmp_path / "results" / "machine.json").read_text())["passes"]["at_once"] == at_once
    rows = pd.read_csv(tmp_path / "results" / "time.csv")
    assert not rows.duplicated(["cell", "pass", "round", "order"]).any()
    assert set(rows["status"]) == {"ok"}
    assert (rows.groupby("cell")["pass"].nunique() >= 12).all()
    for _, visit in rows.groupby(["cell", "pass"]):
        assert (visit.groupby(["round", "impl"]).size() == 2).all()


def test_with_more_threads_for_blas_it_makes_one(go, tmp_path, fewest_rounds):
    with (tmp_path / "tiny.toml").open("a") as sweep:
        sweep.write("blas_threads = 2\n")
    assert go("--budget", "0.01") == 0
    assert json.loads((tmp_path / "results" / "machine.json").read_text())["passes"]["at_once"] == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--at-once", "0"), "--at-once is 0, and"),
        (("--at-once", "99"), f"--at-once is 99, and {passes_at_once_here()} pass"),
        (("--at-once", "two"), "--at-once is 'two'; give a whole number"),
        (("--at-once", "1", "--scheduler", "tcp://127.0.0.1:1"), "leave it out with --scheduler or --workers"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(go, capsys, options, words):
    assert go(*options) == 2
    assert words in " ".join(capsys.readouterr().err.split())
