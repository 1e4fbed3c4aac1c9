"""A tiny run, as a real process too, for tests of what happens to runs."""

import json
import os
import subprocess
import sys
from contextlib import chdir

import pandas as pd

from bench.cli import main
from bench.record.schemas import SCHEMAS
from bench.tests.children import interruptible
from bench.tests.places import ROOT

FULL = "UNWIND_SURVIVAL" in os.environ  # before a release: fifty kills, every signal, a file system that fills up
TINY = {"depth": 2, "width": [2, 3], "batch": 4, "impls": ["recursive"], "precision": 0.9, "budget_s": 60, "target": "kind"}
KEY = ["machine", "cell", "pass", "impl", "round", "order"]


def points_sweep(home, **changes):
    """A tiny sweep, over a file of points: to load the bundled data, scikit-learn takes longer than such a run takes."""
    (home / "points.csv").write_text("".join(["x,y,kind\n", *(f"{n},{n * n},{n % 2}\n" for n in range(20))]))
    sweep = TINY | {"dataset": str(home / "points.csv")} | changes
    return "".join(f"{name} = {json.dumps(value)}\n" for name, value in sweep.items())


def write_sweep(home, **changes):
    (home / "tiny.toml").write_text(points_sweep(home, **changes))


def command(*options):
    return [sys.executable, "-m", "bench", "run", "--only", "time", "--sweep", "tiny.toml", *options]


def run_here(home, *options):
    """Run in this process, which has loaded already what another one would load; return the exit code."""
    with chdir(home):
        return main(command(*options)[3:])


def start(home, *options, **settings):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return interruptible(command(*options), cwd=home, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **settings)


def finish(home, *options, **settings):
    process = start(home, *options, **settings)
    out, err = process.communicate(timeout=120)
    assert "Traceback" not in err
    return process.returncode, out, err


def finished_rows(path):
    """The rows of whole visits, read as anybody would who does not know this project."""
    if not path.exists():
        return pd.DataFrame(columns=list(SCHEMAS["time.csv"]))
    text = path.read_text()
    rows = pd.read_csv(pd.io.common.StringIO(text[: text.rfind("\n") + 1]), low_memory=False)
    return rows.groupby(KEY[:3]).filter(lambda visit: ((visit["round"] == 0) & (visit["order"] == 0)).any())
