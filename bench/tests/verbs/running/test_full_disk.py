"""A disk that is full, small or read-only is one sentence, and tears nothing: real limits, real file systems."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from bench.errors import BadInput
from bench.record.files.disk import append
from bench.record.results import read_measurements
from bench.tests.children import interruptible
from bench.tests.places import ROOT
from bench.tests.rows import write_results
from bench.tests.runs import FULL, command, finish, finished_rows, run_here, write_sweep

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")

SIZE = 400_000  # bytes; a visit has 480 rows of 150 to 200
FEWEST = 5_000  # bytes; less than the 40 rows that any visit has


@pytest.fixture
def home(tmp_path):
    write_sweep(tmp_path)
    return tmp_path


def limit_files(size):
    return f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, resource.RLIM_INFINITY))"


def test_a_full_disk_is_one_sentence_and_tears_nothing(home):
    """A limit on the size of files, which time.csv reaches after some visits of 60 rounds; with room again the same command goes on."""
    code, _, err = finish(home, first=limit_files(SIZE))
    assert code == 2
    assert err.splitlines()[-1] == (
        "unwind: results/time.csv: cannot be written (File too large); make room or give another folder; what was there before is kept"
    )
    kept = (home / "results" / "time.csv").read_bytes()
    assert kept.endswith(b"\n")
    assert 0 < len(kept) <= SIZE
    assert len(finished_rows(home / "results" / "time.csv")) == kept.count(b"\n") - 1
    json.loads((home / "results" / "machine.json").read_text())
    assert run_here(home, "--budget", "0.1") == 0
    assert (home / "results" / "time.csv").read_bytes().startswith(kept)


def test_a_full_disk_keeps_the_file_that_was_there(tmp_path):
    write_results(tmp_path / "results", lambda cell: 1.1)
    (tmp_path / "times").write_text("earlier")
    options = [sys.executable, "-m", "bench", "export", "--format", "parquet", "times"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = interruptible(options, limit_files(1_000), cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    _, err = done.communicate(timeout=120)
    assert done.returncode == 2
    assert "times: cannot be written (File too large); make room" in err
    assert (tmp_path / "times").read_text() == "earlier"
    assert not (tmp_path / "times.tmp").exists()


SMALL_DISK = """
mount -t tmpfs -o size=256k none results || exit 77
{command}
code=$?
cp -r results/. kept
exit $code
"""


@pytest.mark.skipif(not FULL, reason="the limit on the size of files stands for it")
def test_a_small_disk_that_fills_up_is_one_sentence_and_tears_nothing(home):
    """A real file system of 256 KiB, of which the trace takes some 100, where the system has namespaces to mount it in."""
    for name in ("results", "kept"):
        (home / name).mkdir()
    script = SMALL_DISK.format(command=" ".join(command("--precision", "0.0001")))
    unshare = shutil.which("unshare") or pytest.skip("no unshare")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([unshare, "-rm", "sh", "-c", script], cwd=home, capture_output=True, text=True, env=environment, timeout=120)
    if done.returncode in (1, 77):
        pytest.skip("may not mount")
    assert done.returncode == 2
    assert "results/time.csv: cannot be written (No space left on device); make room" in done.stderr
    assert "Traceback" not in done.stderr
    _, rows = read_measurements(home / "kept", pytest.fail)
    assert len(rows) == len(finished_rows(home / "kept" / "time.csv")) == (home / "kept" / "time.csv").read_bytes().count(b"\n") - 1


READ_ONLY = "mount -t tmpfs none results && mount -o remount,ro results || exit 77; {command}"


def test_a_read_only_folder_is_one_sentence(home):
    (home / "results").mkdir()
    unshare = shutil.which("unshare") or pytest.skip("no unshare")
    script = READ_ONLY.format(command=" ".join(command()))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([unshare, "-rm", "sh", "-c", script], cwd=home, capture_output=True, text=True, env=environment, timeout=60)
    if done.returncode in (1, 77):
        pytest.skip("may not mount")
    assert (done.returncode, done.stderr) == (2, "unwind: results: cannot be written (Read-only file system); give another --results\n")


def test_a_disk_that_holds_no_row_leaves_no_empty_file(home):
    """The first write does not fit; that is what is said, and with room again the same command goes on.

    A trace is larger than a visit, so it is there already.
    """
    assert run_here(home, "--budget", "0.1") == 0
    (home / "results" / "time.csv").unlink()
    code, _, err = finish(home, first=limit_files(FEWEST))
    assert code == 2
    assert "cannot be written (File too large); make room" in err.splitlines()[-1]
    assert not (home / "results" / "time.csv").exists()
    assert run_here(home, "--budget", "0.1") == 0


def test_what_is_no_file_is_not_read_without_end(home):
    """/dev/full gives zeros for ever."""
    (home / "results").mkdir()
    (home / "results" / "time.csv").symlink_to("/dev/full")
    code, _, err = finish(home)
    assert code == 2
    assert err.splitlines()[-1] == "unwind: results/time.csv: is no regular file; move it away or give another --results"


def test_a_device_that_takes_nothing_says_so(tmp_path):
    """Neither cutting back what was written nor anything that follows hides the first complaint."""
    (tmp_path / "rows").symlink_to("/dev/full")
    with pytest.raises(BadInput, match=r"rows: cannot be written \(No space left on device\)"):
        append(tmp_path / "rows", b"some")
