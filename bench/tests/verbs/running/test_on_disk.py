"""A cache on a disk that is too small is a row, and the run goes on: a real file system of 256 KiB, in a namespace of its own."""

import os
import shutil
import subprocess
import sys

import pytest

from bench.record.tables import Table
from bench.tests.places import ROOT
from bench.tests.runs import command, write_sweep

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
