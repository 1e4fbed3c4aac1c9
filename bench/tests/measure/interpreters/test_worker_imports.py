"""What a measuring process imports can be read by the oldest Python, and is in the environments of all."""

import ast
import importlib.util
import subprocess
import sys

import pytest

from bench.measure.interpreters.found import KINDS, Unusable, candidates
from bench.measure.interpreters.measuring import _identified
from bench.measure.interpreters.venvs import cache_folder, python_with_numpy
from bench.tests.places import ROOT

WORKERS = ("bench.measure.timing.worker", "bench.measure.memory.worker")
LOADED = """
import importlib, sys
for name in sys.argv[1:]: importlib.import_module(name)
print(*sorted(name for name in sys.modules if name.split(".")[0] in ("bench", "impls")))
"""


@pytest.fixture(scope="module")
def loaded():
    """The modules of ours that a worker imports."""
    done = subprocess.run([sys.executable, "-c", LOADED, *WORKERS], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_no_worker_needs_what_an_environment_of_another_python_lacks(loaded):
    """Of libraries it has NumPy and threadpoolctl alone."""
    foreign = set()
    for module in loaded:
        tree = ast.parse(source(module))
        for node in tree.body:
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in getattr(node, "names", [])]
            foreign |= {name.split(".")[0] for name in names if isinstance(node, ast.Import | ast.ImportFrom)}
    assert foreign - set(sys.stdlib_module_names) <= {"bench", "impls", "numpy", "threadpoolctl"}


@pytest.mark.parametrize("kind", ["CPython", "PyPy"])
def test_the_oldest_python_can_load_a_worker(kind):
    """As far as the machine has one below 3.11, and it can be given NumPy."""
    there = [each for each in _identified(candidates()) if each.name.startswith(KINDS[kind])]
    older = [each for each in there if each.numbers < (3, 11) and (kind == "PyPy") is each.name.startswith("pypy")]
    if not older:
        pytest.skip(f"there is no {kind} below 3.11 here")
    try:
        program = python_with_numpy(min(older, key=lambda interpreter: interpreter.numbers), cache_folder())
    except Unusable as error:
        pytest.skip(f"it cannot be given NumPy: {error.detail}")
    done = subprocess.run([program, "-c", LOADED, *WORKERS], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def source(module):
    spec = importlib.util.find_spec(module)
    with open(spec.origin, encoding="utf-8") as file:
        return file.read()
