"""A process starts with pinned threads, and its exit code has a status."""

import signal

import pytest

from bench.measure.workers.ask import WorkerFailed, answers
from bench.measure.workers.environment import BLAS_VARIABLES, worker_environment
from bench.measure.workers.process import ending


def test_silence_is_a_timeout(tmp_path):
    (tmp_path / "silent.py").write_text("import time; time.sleep(60)")
    with pytest.raises(WorkerFailed) as caught:
        list(answers("silent", {}, {**worker_environment(), "PYTHONPATH": str(tmp_path)}, silence_s=0.5))
    assert caught.value.status == "timeout"


def test_the_environment_pins_blas_and_sets_or_clears_the_allocator(monkeypatch):
    monkeypatch.setenv("MALLOC_TRIM_THRESHOLD_", "1")
    default, steady = worker_environment("default"), worker_environment("steady", blas_threads=3)
    assert all(default[name] == "1" and steady[name] == "3" for name in BLAS_VARIABLES)
    assert "MALLOC_TRIM_THRESHOLD_" not in default
    assert int(steady["MALLOC_MMAP_THRESHOLD_"]) == 4 * 2**30


def test_exit_codes_have_a_status():
    assert ending(-signal.SIGSEGV)[0] == "segfault"
    assert ending(-signal.SIGKILL)[0] == "out_of_memory"
    assert ending(-signal.SIGTERM) == ("error", "killed by SIGTERM")
    assert ending(1, "ValueError: no") == ("error", "ValueError: no")
