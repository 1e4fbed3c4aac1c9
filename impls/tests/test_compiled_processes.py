"""The compiled pair in processes of its own: where the hardware's stack ends, machine code that is kept on disk, and BLAS's threads."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from impls.tests.present import compiled_is_installed

ROOT = Path(__file__).parents[2]


def child(code, **environment):
    """A fresh interpreter that runs the code."""
    environment = {**os.environ, **environment}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env=environment, timeout=300)


DEEP = """
import resource, threading
import numpy as np
from impls import IMPLEMENTATIONS
from impls.network import make_network
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
implementation = IMPLEMENTATIONS["{name}"]
network, X, Y = implementation.prepared(make_network([2] * {depth} + [1]), np.ones((2, 1)), np.ones((1, 1)))
threading.stack_size({stack_bytes})
thread = threading.Thread(target=lambda: print(implementation.steps["fused"](network, X, Y, 0.1) > 0))
thread.start()
thread.join()
"""


@compiled_is_installed
@pytest.mark.skipif(sys.platform != "linux", reason="another system calls it something else")
def test_recursion_beyond_the_stack_is_a_segmentation_fault_and_a_larger_stack_is_the_remedy():
    small, large = 256 * 1024, 64 * 2**20
    ended = [
        child(DEEP.format(name=name, depth=depth, stack_bytes=stack))
        for name, depth, stack in (
            ("compiled_recursion", 20, small),
            ("compiled_recursion", 5_000, small),
            ("compiled_recursion", 5_000, large),
            ("compiled_loop", 5_000, small),
        )
    ]
    assert [(process.returncode, process.stdout) for process in ended] == [
        (0, "True\n"),
        (-signal.SIGSEGV, ""),
        (0, "True\n"),
        (0, "True\n"),
    ]


STEPS = """
from importlib import import_module
from impls import IMPLEMENTATIONS
from impls.contract import example
for name in ("compiled_loop", "compiled_recursion"):
    implementation = IMPLEMENTATIONS[name]
    print(implementation.steps["fused"](*implementation.prepared(*example((3, 4, 1))), 0.1))
    print(import_module(implementation.backprop.__module__).run.stats.cache_hits)
"""


@compiled_is_installed
def test_machine_code_is_cached_where_numba_cache_dir_says_and_loaded_again(tmp_path):
    first, second = (child(STEPS, NUMBA_CACHE_DIR=str(tmp_path)) for _ in range(2))
    assert first.stdout.count("Counter()") == 2, first.stderr
    assert second.stdout.count("1})") == 2, second.stderr
    assert [*tmp_path.rglob("*.nbc")]


@compiled_is_installed
def test_machine_code_of_another_text_is_not_loaded(tmp_path):
    """Numba would look at the text of the loop's file only, and not of the files that it calls."""
    shutil.copytree(ROOT / "impls", tmp_path / "impls", ignore=shutil.ignore_patterns("__pycache__", "tests"))
    parts = tmp_path / "impls" / "compiled" / "parts.py"
    losses = []
    for _ in range(2):
        environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
        code = STEPS.replace('("compiled_loop", "compiled_recursion")', '("compiled_loop",)')
        ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=300)
        losses.append(float(ended.stdout.split()[0]))
        parts.write_text(parts.read_text().replace("return loss / m\n", "return 2 * loss / m\n"))
    assert losses[1] == 2 * losses[0]


@compiled_is_installed
def test_a_folder_that_cannot_be_made_is_not_used(tmp_path):
    from impls.compiled.cache import _writable

    (tmp_path / "file").write_text("")
    assert _writable(tmp_path / "file" / "folder") == ""
    assert _writable(tmp_path / "folder") == str(tmp_path / "folder")


@compiled_is_installed
def test_without_a_folder_nothing_is_cached(monkeypatch):
    from numba import config

    from impls.compiled import cache as compiled_cache

    monkeypatch.setattr(compiled_cache, "_folder", lambda usual: "")
    monkeypatch.setattr(config, "CACHE_DIR", "as it was")
    double = compiled_cache.cached_njit(lambda number: 2 * number)
    assert double(4) == 8
    assert config.CACHE_DIR == "as it was"


@compiled_is_installed
def test_its_blas_has_as_many_threads_as_the_environment_says():
    count = "import threadpoolctl; print(*(pool['num_threads'] for pool in threadpoolctl.threadpool_info()))"
    assert {*child(STEPS + count, OPENBLAS_NUM_THREADS="1").stdout.splitlines()[-1].split()} == {"1"}


def test_the_registry_does_not_import_it():
    ended = child("import sys, impls, bench.plan.experiment; print('numba' in sys.modules)")
    assert ended.stdout == "False\n"
