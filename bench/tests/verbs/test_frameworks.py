"""The harness with implementations over other libraries: timed, weighed and trained as the others are, or told to be missing."""

import shutil
import subprocess
from dataclasses import replace

import numpy as np
import pytest

from bench.analyse.slices import slices
from bench.analyse.summary import summarise
from bench.cli import main
from bench.measure.memory.readings import MemoryReader, MemoryTask
from bench.measure.subjects.network import Workbench
from bench.measure.timing.pass_timer import PassTimer
from bench.measure.timing.passes import Assignment
from bench.measure.training.epochs import train
from bench.measure.training.recipes import Recipe
from bench.measure.training.split import split
from bench.plan import sweeps
from bench.plan.cells import Cell
from bench.plan.contenders import load_file
from bench.plan.data.datasets import Dataset
from bench.show.answers.time import LIBRARIES, time_answers
from bench.tests.measure.memory.test_memory_processes import linux
from bench.tests.places import ROOT
from bench.tests.rows import time_rows, visit_rows
from impls import IMPLEMENTATIONS
from impls.contract import check, example
from impls.tests.present import COMPILED, FRAMEWORKS, over_a_library

EXAMPLES = ROOT / "impls" / "examples"
FAR = """
from impls import Implementation
from impls.interface import Library
from impls.lazy import lazily

far = Implementation("far", "far", "afar", "other", lazily("no_such_library", "backprop"), library=Library("no_such_library", "distance"))
"""
TINY = "depth = 1\nwidth = 4\nbatch = 8\nimpls = 'recursive'\nprecision = 0.5\nbudget_s = 1\n"
MISSING = "needs no_such_library, which is not installed; `pip install '.[distance]'` brings it"
present = pytest.mark.parametrize("framework", over_a_library(*FRAMEWORKS))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    path = tmp_path_factory.mktemp("frameworks") / "batch.npz"
    rng = np.random.default_rng(0)
    np.savez(path, X=rng.standard_normal((5, 32)), Y=rng.integers(0, 2, (1, 32)).astype(float), loss="binary_cross_entropy")
    return {("breast_cancer", 32): path}


@present
def test_a_pass_times_it_on_one_thread(framework, data):
    cell = Cell("breast_cancer", 32, 3, 512, "float64", "deferred", "default")
    [done] = PassTimer(data, "iterative", visit_s=1e-9)([Assignment(cell, 1, ("iterative", framework.name), "seed")])
    rows = [row for row in done.rows if row.impl == framework.name]
    assert [row.status for row in rows] == ["ok"] * 10
    assert min(row.cpu_ns / row.wall_ns for row in rows) < 1.1


def test_who_moves_the_parameters_has_warm_arrays_when_the_clock_starts(data):
    taken = []
    mover = replace(IMPLEMENTATIONS["iterative"], name="mover", steps={"deferred": lambda *_: taken.append(1)}, moves=True)
    stayer = replace(mover, name="stayer", moves=False)
    with np.load(data["breast_cancer", 32]) as batch:
        bench = Workbench(Cell("breast_cancer", 32, 2, 4, "float64", "deferred", "default"), batch["X"], batch["Y"], str(batch["loss"]))
    ready = bench.contenders(["mover", "stayer"], {"mover": mover, "stayer": stayer}, "mover")
    for name, steps in (("stayer", 0), ("mover", 1)):
        ready[name]()
        assert len(taken) == steps


@present
@linux
def test_its_resident_memory_is_that_of_a_step(framework, data):
    cell = Cell("breast_cancer", 32, 8, 512, "float64", "deferred", "default")
    resident, profile = MemoryReader(data)(MemoryTask(cell, framework.name, ("resident", "profile")))
    assert 6 * 2 < resident.peak_bytes / 2**20 < 6 * 2 * 3, "the gradients of six layers, and no more than twice that beside them"
    assert (profile.status, list(profile.series)) == ("ok", [])


@pytest.mark.parametrize("framework", over_a_library("jax"))
def test_the_heap_is_measured_where_python_sees_it(framework, data):
    cell = Cell("breast_cancer", 32, 2, 4, "float64", "deferred", "default")
    [heap] = MemoryReader(data)(MemoryTask(cell, framework.name, ("heap",)))
    assert (heap.status, heap.detail) == ("skipped", "jax allocates memory that tracemalloc does not see")


@pytest.mark.parametrize("framework", over_a_library("autograd"))
def test_autograds_heap_is_numpys(framework, data):
    cell = Cell("breast_cancer", 32, 8, 256, "float64", "fused", "default")
    [heap] = MemoryReader(data)(MemoryTask(cell, framework.name, ("heap",)))
    assert 0.5 < heap.peak_bytes / 2**20 < 3, "one gradient, a few activations a layer"


@present
def test_it_learns_what_iterative_learns(framework):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((4, 50))
    dataset = Dataset("sums", X, (X.sum(axis=0, keepdims=True) > 0).astype(float), "binary_cross_entropy")
    parts, recipe = split(dataset, 0), Recipe(4, 32, 0.1, 3, 0)
    mine, theirs = ([epoch.loss for epoch in train(parts, one, "fused", recipe)] for one in (framework, IMPLEMENTATIONS["iterative"]))
    assert mine == pytest.approx(theirs, rel=1e-9)
    assert mine[-1] < mine[0]


def test_each_library_is_set_beside_the_baseline():
    ns = {"recursive": 1e6, "torch": 3e6, "autograd": 8e6}
    times = time_rows(*(row for number in range(20) for row in visit_rows({name: (t, t) for name, t in ns.items()}, **{"pass": number})))
    [part] = slices(summarise(times, [("torch", "recursive"), ("autograd", "recursive")]), times)
    answers = [answer for answer in time_answers([part], "recursive") if answer.question == LIBRARIES]
    assert [answer.text.split(". ")[0] for answer in answers] == [
        "No, PyTorch is faster in none of 1 cell",
        "No, HIPS autograd is faster in none of 1 cell",
    ]
    assert answers[1].items == (
        "slower: 1 cell",
        "lowest ratio: 8.000 [8.000, 8.000] at depth 4, width 8",
        "highest ratio: 8.000 [8.000, 8.000] at depth 4, width 8",
    )


@pytest.mark.parametrize("framework", over_a_library("jax"))
def test_the_example_is_jax_unrolled(framework):
    [unrolled] = load_file(str(EXAMPLES / "jax_unrolled.py"))
    check(unrolled)
    network, *_ = unrolled.prepared(*example((4, 4, 4, 4)))
    assert network.runs == [[0], [1], [2]]
    assert unrolled.library == framework.library


@pytest.mark.parametrize("name", ["frameworks.toml", "frameworks_wide.toml"])
def test_the_examples_sweeps_compare_those_that_are_registered(name):
    sweep = sweeps.load(str(EXAMPLES / name))
    assert {*FRAMEWORKS, *COMPILED, "recursive", "workspace_loop", "workspace_recursion"} == {*sweep.impls} <= {*IMPLEMENTATIONS}


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_sweep_to_copy_has_cells(path):
    assert sweeps.load(str(path)).cells()


@pytest.mark.skipif(not shutil.which("make"), reason="needs make")
def test_make_sets_the_extras_up_for_the_full_sweep_alone(tmp_path):
    for sweep, extras in (("full", 1), ("quick", 0), ("standard", 0)):
        dry = subprocess.run(
            ["make", "-n", "bench", f"SWEEP={sweep}", f"VENV={tmp_path}"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert dry.stdout.count("'.[test,compiled,frameworks]'") == extras


def test_one_that_is_missing_is_left_out_with_a_notice(tmp_path, capsys):
    assert run(tmp_path) == 0
    said = capsys.readouterr()
    assert " ".join(said.err.split()).count(f"far is left out: it {MISSING}") == 1
    assert main(["list", "--with", str(tmp_path / "far.py")]) == 0
    assert f"far {MISSING}" in " ".join(capsys.readouterr().out.split())


def test_a_baseline_that_is_missing_is_bad_input(tmp_path, capsys):
    assert run(tmp_path, "--baseline", "far") == 2
    assert f"the baseline 'far' {MISSING}" in " ".join(capsys.readouterr().err.split())


def run(folder, *options):
    (folder / "far.py").write_text(FAR)
    (folder / "tiny.toml").write_text(TINY)
    sweep, mine = str(folder / "tiny.toml"), str(folder / "far.py")
    return main(["run", "--only", "time", "--sweep", sweep, "--with", mine, "--results", str(folder / "results"), *options])
