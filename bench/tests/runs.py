"""A tiny run as a real process, for tests of what happens to runs."""

import os
import subprocess
import sys

import pandas as pd

from bench.record.schemas import SCHEMAS
from bench.tests.children import interruptible
from bench.tests.places import ROOT

FULL = "UNWIND_SURVIVAL" in os.environ  # before a release: fifty kills, every signal, a file system that fills up
TINY = "depth = 2\nwidth = [2, 3]\nbatch = 4\nimpls = ['recursive']\nprecision = 0.9\nbudget_s = 60\n"
KEY = ["machine", "cell", "pass", "impl", "round", "order"]


def command(*options):
    return [sys.executable, "-m", "bench", "run", "--only", "time", "--sweep", "tiny.toml", *options]


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
    rows = pd.read_csv(pd.io.common.StringIO(text[: text.rfind("\n") + 1]))
    return rows.groupby(KEY[:3]).filter(lambda visit: ((visit["round"] == 0) & (visit["order"] == 0)).any())
