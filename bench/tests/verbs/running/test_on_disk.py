"""A cache on a disk that is too small is a row, and the run goes on: a real file system of 256 KiB, in a namespace of its own."""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict

import numpy as np
import pytest

from bench.measure.memory import worker
from bench.measure.memory.predictions import leak, predicted_bytes
from bench.plan.cells import Cell
from bench.plan.data.batches import Batch
from bench.record.tables import Table
from bench.tests.places import ROOT
from bench.tests.runs import command, write_sweep
from impls import IMPLEMENTATIONS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="namespaces of Linux")

SMALL_DISK = "mount -t tmpfs -o size=256k none {folder} || exit 77; export TMPDIR=$PWD/{folder}; {command}"
WIDE = 20_000  # units: with four examples of 8 bytes an activation takes 625 KiB


@pytest.fixture
def rows(tmp_path):
    """time.csv of a run whose temporary files go to the small disk, which is in memory."""
    write_sweep(tmp_path, width=[2, WIDE], impls=["iterative", "on_disk", "on_disk_cold"], budget_s=2)
    (tmp_path / "small").mkdir()
    unshare = shutil.which("unshare") or pytest.skip("no unshare")
    script = SMALL_DISK.format(folder="small", command=" ".join(command()))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([unshare, "-rm", "sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, env=environment, timeout=120)
    if done.returncode in (1, 77):
        pytest.skip("may not mount")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    return Table(tmp_path / "results", "time.csv").read()


def test_what_the_disk_has_no_room_for_is_a_row_and_what_is_in_memory_is_skipped(rows):
    ends = {key: {*its["status"]} for key, its in rows.groupby(["impl", "width"], observed=True)}
    assert ends["iterative", 2] == ends["iterative", WIDE] == ends["on_disk", 2] == {"ok"}
    assert ends["on_disk", WIDE] == {"error"}
    [detail, *_] = rows.loc[rows["status"] == "error", "detail"]
    assert detail.startswith("OSError: [Errno 28] No space left on device: the cache needs a file of 640")
    assert "set TMPDIR to a folder with more room" in detail
    assert ends["on_disk_cold", 2] == {"skipped"}
    [reason, *_] = rows.loc[rows["status"] == "skipped", "detail"]
    assert reason.startswith("the pages of a file in ")
    assert "a folder in memory (tmpfs) is none" in reason
    assert (rows["status"] == "skipped").sum() == 1, "later passes go on without it"


@pytest.mark.skipif(not os.path.ismount("/dev/shm"), reason="no folder in memory")
def test_its_memory_is_skipped_with_the_reason_and_what_is_known_beforehand_is_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", "/dev/shm")
    Batch(np.ones((5, 4)), np.ones((1, 4)), "binary_cross_entropy").write(tmp_path / "batch.npz")
    cell, cold = Cell("points", 4, 2, 3, "float64", "fused", "default"), IMPLEMENTATIONS["on_disk_cold"]
    task = {"cell": asdict(cell), "impl": cold.name, "meters": ["heap", "resident"], "files": [], "data": str(tmp_path / "batch.npz")}
    answers = []
    worker.main(task | {"problems": {"backpropagation": "backpropagation"}}, lambda **answer: answers.append(answer))
    assert [answer["status"] for answer in answers] == ["skipped"] * 2
    assert all(answer["detail"].startswith("the pages of a file in /dev/shm stay in memory") for answer in answers)
    assert predicted_bytes(cold, "resident", cell, 5, 1) is None
    assert leak(cold) == 0
