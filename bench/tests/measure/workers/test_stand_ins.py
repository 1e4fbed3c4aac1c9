"""A user's file is run by workers alone: whatever it does, the process that keeps the records goes on, and says what it did."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.analyse.clarity import clarity
from bench.cli import main
from bench.errors import BadInput
from bench.measure.memory.predictions import leak, predicted_bytes
from bench.measure.workers.stand_ins import known_implementations
from bench.plan import sweeps
from bench.plan.cells import Cell
from bench.plan.contenders import available
from bench.plan.experiment import prepare
from bench.plan.problems import backpropagation
from bench.tests.places import ROOT
from impls import IMPLEMENTATIONS
from impls.peaks import StepShape

MINE = """
import os
from pathlib import Path
from impls import Implementation
from impls.iterative import backprop as rightly

with open(Path(__file__).with_suffix(".pids"), "a") as file:
    print(os.getpid(), file=file)

def backprop(network, X, Y, emit):
    kept = [X.copy()]
    kept.append(kept)
    return rightly(network, X, Y, emit)

mine = Implementation("mine", "My own", "a list\\nof mine", "loop", backprop, PEAK, False, cache_kind="list", recomputes=True)
"""
CELL = Cell("breast_cancer", 32, 4, 8, "float64", "deferred", "default")


def write(folder, text, name="mine.py"):
    (folder / name).write_text(text)
    return str(folder / name)


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    """The path of a sound file, which notes the processes that run it."""
    return write(tmp_path_factory.mktemp("mine"), MINE.replace("PEAK", "lambda shape: 7 * shape.depth"))


def test_it_is_known_as_if_it_had_been_run_here_and_has_not(mine):
    known = known_implementations([mine])
    assert list(known) == [*IMPLEMENTATIONS, "mine"]
    stand_in, itself = known["mine"], available([mine])["mine"]
    plain = {"backprop": None, "peak": None, "files": ()}
    assert all(getattr(stand_in, field) == getattr(itself, field) for field in itself.__dataclass_fields__ if field not in plain)
    *elsewhere, here = Path(mine).with_suffix(".pids").read_text().split()
    assert here == str(os.getpid())
    assert elsewhere
    assert here not in elsewhere
    with pytest.raises(RuntimeError, match="is run by workers alone"):
        stand_in.backprop(None, None, None, None)


def test_its_source_is_read_and_what_must_be_run_is_run_elsewhere(mine):
    stand_in, itself = known_implementations([mine])["mine"], available([mine])["mine"]
    assert clarity(stand_in) == clarity(itself)
    assert stand_in.peak(StepShape((3, 4, 4, 1), 2, 8, "fused")) == 7 * 3
    assert leak(stand_in) == leak(itself) > 64 * 16 * 8  # a batch of X a step
    for meter in ("heap", "resident"):
        assert predicted_bytes(stand_in, meter, CELL, 30, 1) == predicted_bytes(itself, meter, CELL, 30, 1) == 28


def test_its_digest_is_that_of_its_code(mine):
    sweep = sweeps.parse("depth = 1\nwidth = 2\nimpls = ['iterative']", "small", "small.toml")
    digests = [
        prepare(sweep, [], [mine], "iterative", lambda source, files, known=known: backpropagation(known(files)), lambda *_: {}).settings()[
            "implementations"
        ]
        for known in (known_implementations, available)
    ]
    assert digests[0] == digests[1]
    assert len({*digests[0].values()}) == 2


def test_two_files_of_one_name_are_told_apart(tmp_path):
    (tmp_path / "other").mkdir()
    files = [
        write(tmp_path, MINE.replace("PEAK", "None")),
        write(tmp_path / "other", MINE.replace("PEAK", "None").replace('"mine"', '"yours"').replace("    kept.append(kept)\n", "")),
    ]
    known = known_implementations(files)
    assert [clarity(known[name]).lines for name in ("mine", "yours")] == [4, 3]
    assert leak(known["mine"]) > 0 == leak(known["yours"])


AND = "a file should define implementations and"
ENDS = {
    "import os; os._exit(3)": f"ends the process when it is run (exit code 3); {AND} do nothing more",
    "import os; os._exit(0)": f"ends the process when it is run (exit code 0); {AND} do nothing more",
    "import ctypes; ctypes.string_at(0)": f"ends the process when it is run (segmentation fault); {AND} do nothing more",
    "import sys; sys.exit(3)": f"ends the process when it is run; {AND} not exit",
    "raise KeyboardInterrupt": "raises KeyboardInterrupt, in line 1; correct the file and try again",
    "class Odd(BaseException): ...\nraise Odd('so')": "raises Odd: so, in line 2; correct the file and try again",
    "raise GeneratorExit": "raises GeneratorExit, in line 1; correct the file and try again",
    "x = 1": "defines no Implementation; see 'Bring your own' in the README",
    "from impls import Implementation\nx = Implementation('x', 'x', 'x', 'loop', len)": (
        "the function of 'x' is in no file that can be read; define it by `def` in a Python file"
    ),
}


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("text", ENDS)
def test_what_a_file_does_when_it_is_run_is_one_sentence(tmp_path, mine, text):
    file = write(tmp_path, text, "odd.py")
    with pytest.raises(BadInput) as caught:
        known_implementations([mine, file])
    assert str(caught.value) == f"--with {file}: {ENDS[text]}"


def test_a_file_that_hangs_is_one_sentence(tmp_path):
    file = write(tmp_path, "import time; time.sleep(60)")
    with pytest.raises(BadInput, match=r"mine\.py: hangs when it is run \(no answer for 1 s\)"):
        known_implementations([file], silence_s=1)


def test_a_formula_that_fails_is_one_sentence(tmp_path):
    file = write(tmp_path, MINE.replace("PEAK", "lambda shape: 1 // 0"))
    with pytest.raises(BadInput, match=r"the peak formula of mine fails .*ZeroDivisionError"):
        known_implementations([file])["mine"].peak(StepShape((3, 1), 2, 8, "fused"))


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("verb", [["run"], ["list"], ["limits", "--python"], ["train"]])
def test_no_verb_ends_with_the_file(tmp_path, verb):
    write(tmp_path, "import os; os._exit(0)")
    command = [sys.executable, "-m", "bench", *verb, "--with", "mine.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=60)
    assert done.returncode == 2
    assert done.stderr == f"unwind: --with mine.py: {ENDS['import os; os._exit(0)']}\n"


def test_list_shows_what_a_file_defines(mine, capsys):
    assert main(["list", "--with", mine]) == 0
    assert "a list of mine" in capsys.readouterr().out
