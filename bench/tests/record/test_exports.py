"""Exports are read back by the tools that they are for."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from bench.cli import main
from bench.record.exports import FORMATS
from bench.record.exports.series import series
from bench.record.tables import Table
from bench.tests.places import ROOT
from bench.tests.rows import time_rows, visit_rows, write_results


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A results folder and one in which recursion became 10 % slower, each exported to every format."""
    folders = tmp_path_factory.mktemp("exports")
    for name, ratio in (("before", 1.0), ("after", 1.1)):
        write_results(folders / name, lambda cell, ratio=ratio: ratio, cells=2)
        for kind in FORMATS:
            assert main(["export", "--results", str(folders / name), "--format", kind, str(folders / f"{name}.{kind}")]) == 0
    return folders


def tool(*command, cwd):
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True, env={**os.environ, "COLUMNS": "200"}).stdout


def test_a_series_has_one_median_a_pass():
    first = visit_rows({"iterative": (10e9, 20e9)}, **{"pass": 2})
    second = [*visit_rows({"iterative": (1e9, 3e9)}), *visit_rows({"iterative": (2e9, 9e9)}, round=1)]
    failed = {"impl": "recursive", "status": "segfault"}
    [one] = series(time_rows(*first, *second, failed))
    assert (one.name, one.seconds, one.iterations) == ("c/iterative", (2.5, 15.0), 1)


def test_pytest_benchmark_compares_them(folders):
    script = Path(sys.executable).with_name("pytest-benchmark")
    out = tool(script, "compare", "before.pytest-benchmark", "after.pytest-benchmark", "--columns=median,rounds,ops", cwd=folders)
    assert out.count("recursive") == 4
    assert "1,100." in out or "1.1" in out
    from pytest_benchmark.stats import Stats

    for benchmark in json.loads((folders / "after.pytest-benchmark").read_text())["benchmarks"]:
        theirs = Stats()
        for value in benchmark["stats"]["data"]:
            theirs.update(value)
        assert set(Stats.fields) <= set(benchmark["stats"])
        for name in ("min", "max", "mean", "stddev", "median", "rounds", "total", "ops", "stddev_outliers"):
            assert benchmark["stats"][name] == pytest.approx(getattr(theirs, name), rel=1e-12)


def test_pyperf_reads_and_compares_them(folders):
    out = tool(sys.executable, "-m", "pyperf", "stats", "after.pyperf", cwd=folders)
    assert out.count("Total number of run: 20") == out.count("Number of value per run: 1") == 4
    out = tool(sys.executable, "-m", "pyperf", "compare_to", "before.pyperf", "after.pyperf", "--table", cwd=folders)
    assert out.count("1.10x slower") == 2


def test_parquet_holds_every_row_with_its_type(folders):
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(folders / "after.parquet")
    rows = Table(folders / "after", "time.csv").read()
    pd.testing.assert_frame_equal(table.to_pandas().astype(rows.dtypes.to_dict()), rows)
    assert str(table.schema.field("depth").type) == "int64"
    assert json.loads(table.schema.metadata[b"machine"])["machine"] == "m"


def test_no_measurements_and_no_room_are_named(tmp_path, folders, capsys):
    assert main(["export", "--results", str(tmp_path), "--format", "pyperf", str(tmp_path / "x")]) == 3
    assert main(["export", "--results", str(folders / "after"), "--format", "pyperf", str(tmp_path / "nowhere" / "x")]) == 2
    assert "cannot be written (No such file or directory)" in " ".join(capsys.readouterr().err.split())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name")
def test_a_pipe_is_written_to_and_stays_a_pipe_and_a_link_is_followed(folders, tmp_path):
    results = folders / "before"
    pipe, told, link = tmp_path / "pipe", tmp_path / "told.json", tmp_path / "link.json"
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE)
    assert main(["export", "--results", str(results), "--format", "pyperf", str(pipe)]) == 0
    assert json.loads(reader.communicate(timeout=20)[0])["version"] == "1.0"
    assert pipe.is_fifo()
    told.write_text("old")
    link.symlink_to(told)
    assert main(["export", "--results", str(results), "--format", "pyperf", str(link)]) == 0
    assert link.is_symlink()
    assert json.loads(told.read_text())["version"] == "1.0"


def test_an_export_never_replaces_the_results(folders, capsys):
    results = folders / "before"
    before = (results / "time.csv").read_bytes()
    assert main(["export", "--results", str(results), "--format", "pyperf", str(results / "time.csv")]) == 2
    assert "holds results" in capsys.readouterr().err
    assert (results / "time.csv").read_bytes() == before
    assert main(["export", "--results", str(results), "--format", "pyperf", ""]) == 2


def shell(line, cwd):
    """A line of bash, with `export` writing `before` in pyperf's format to what follows."""
    script = f'export_to() {{ {sys.executable} -m bench export --results before --format pyperf "$@"; }}\n{line}'
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(["bash", "-c", script], cwd=cwd, env=environment, capture_output=True, text=True, timeout=60)


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="the names of open files")
@pytest.mark.parametrize("line", ["export_to -", "export_to - | cat", "export_to /dev/stdout | cat", "export_to /dev/fd/1 | cat"])
def test_standard_output_gets_the_file_and_nothing_else(folders, line):
    done = shell(f"set -o pipefail; {line}", folders)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["version"] == "1.0"
    assert not (folders / "-").exists()


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="the names of open files")
def test_the_pipe_of_another_command_is_written_to(folders):
    done = shell("set -o pipefail; { export_to >(cat >&2) >told; } 2>&1 | cat", folders)
    assert json.loads(done.stdout)["version"] == "1.0"
    assert (folders / "told").read_text().startswith("Wrote 160 measurements to /dev/fd/")


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="the names of open files")
@pytest.mark.parametrize("name", ["-", "/dev/stdout", "both.json", "/proc/self/fd/1"])
def test_a_file_that_standard_output_goes_to_is_written_to_and_not_replaced(folders, name):
    done = shell(f"{{ echo before; export_to {name}; echo after; }} >both.json", folders)
    assert (done.returncode, done.stderr) == (0, "")
    first, *lines, last = (folders / "both.json").read_text().splitlines()
    assert (first, last[-5:]) == ("before", "after")
    assert json.loads("\n".join([*lines, last[:-5]]))["version"] == "1.0"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="devices of Linux")
def test_devices_are_written_to(folders):
    assert shell("export_to /dev/null", folders).returncode == 0
    assert Path("/dev/null").is_char_device()
    done = shell("export_to /dev/full", folders)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "/dev/full: cannot be written (No space left on device)" in done.stderr
    assert Path("/dev/full").is_char_device()


def test_a_reader_that_has_gone_is_no_bad_input(folders):
    assert shell("export_to - | true; exit ${PIPESTATUS[0]}", folders).returncode == 141
    done = shell("mkfifo gone; true <gone & export_to gone", folders)
    assert done.returncode in (0, 141)  # as quick as the reader was
    assert (folders / "gone").is_fifo()
    assert done.stderr == ""
