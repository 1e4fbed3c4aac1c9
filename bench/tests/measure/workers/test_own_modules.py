"""Whatever lies where the user stands, and whatever other packages have our names, what runs are our own modules."""

import os
import subprocess
import sys

import pytest

from bench.measure.depth.trials import Guard, Trial
from bench.measure.interpreters.found import OLDEST, Unusable, candidates, identify
from bench.measure.other_tools import meter_pairs, sessions
from bench.measure.workers.checking import broken_contracts
from bench.plan import selfcheck
from bench.plan.data import datasets
from bench.plan.depth import AS_IT_COMES
from bench.tests.places import ROOT

GUARD = Guard(2**30)
SHADOWS = ("bench", "impls", "numpy", "json", "threadpoolctl", "runpy", "cpuinfo", "sitecustomize", "usercustomize", "venv", "pip")


@pytest.fixture
def shadowed(tmp_path, monkeypatch):
    """A current folder that is on PYTHONPATH too, full of modules with the names of others; returns those that were run."""
    for name in SHADOWS:
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'a').write('{name} ')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return lambda: (tmp_path / "ran").read_text() if (tmp_path / "ran").exists() else ""


def test_the_shadows_would_be_seen(shadowed):
    subprocess.run([sys.executable, "-c", "import threadpoolctl"], check=True)
    assert "threadpoolctl" in shadowed()


def test_workers_see_our_own_modules_alone(shadowed):
    assert broken_contracts(["iterative"], []) == {}
    assert shadowed() == ""


def interpreters():
    """The oldest and the newest CPython of this machine beside the running one."""
    found = {}
    for path in candidates():
        try:
            interpreter = identify(path)
            found.setdefault(interpreter.numbers, interpreter)
        except Unusable:
            continue
    return [found[min(found)], found[max(found)]]


def test_so_does_the_probe_on_the_oldest_and_the_newest_interpreter(shadowed):
    for interpreter in interpreters():
        assert interpreter.numbers >= OLDEST
        assert Trial(interpreter.path, "call:plain", AS_IT_COMES, GUARD)(100).status == "ok"
    assert Trial(sys.executable, "recursive", AS_IT_COMES, GUARD)(100).status == "ok"
    assert shadowed() == ""


def test_so_do_the_sessions_of_other_tools(shadowed, tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    dataset = {selfcheck.TRIO.dataset: datasets.load(selfcheck.TRIO.dataset)}
    data = datasets.write_batches(dataset, (selfcheck.TRIO.batch, meter_pairs.CELL.batch), folder)
    trio = data[selfcheck.TRIO.dataset, selfcheck.TRIO.batch]
    assert len(sessions.pytest_benchmark(trio, 0.01).samples) >= 3
    assert len(sessions.pyperf(trio, 1).samples) == 9
    assert len(sessions.timeit(trio, 1).samples) == 3
    assert meter_pairs._readings("CPU", "iterative", data[selfcheck.TRIO.dataset, meter_pairs.CELL.batch])["ours"] > 0
    assert shadowed() == ""


COMMAND = "import sys; sys.path.insert(0, {site!r}); sys.argv = ['unwind', 'list']; import unwind_bench; unwind_bench.entry()"


@pytest.fixture
def site(tmp_path):
    """A folder of installed distributions in which ours is, as pip would have noted it."""
    folder = tmp_path / "site"
    (folder / "unwind_bench-0.1.0.dist-info").mkdir(parents=True)
    (folder / "unwind_bench.py").write_bytes((ROOT / "unwind_bench.py").read_bytes())
    for name in ("bench", "impls"):
        (folder / name).symlink_to(ROOT / name)
    note(folder, "unwind_bench-0.1.0", ["bench/__init__.py", "bench/cli.py", "impls/__init__.py"])
    return folder


def note(site, distribution, files):
    rows = "".join(f"{file},sha256=x,{(site / file).stat().st_size}\n" for file in files)
    (site / f"{distribution}.dist-info").mkdir(exist_ok=True)
    (site / f"{distribution}.dist-info" / "RECORD").write_text(rows + f"{distribution}.dist-info/RECORD,,\n")


def unwind(site, **environment):
    command = [sys.executable, "-c", COMMAND.format(site=str(site))]
    outside = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env={**outside, **environment})


def test_the_command_takes_our_packages_where_others_come_first(site, tmp_path):
    for name in ("bench", "impls"):
        (tmp_path / "first" / name).mkdir(parents=True)
        (tmp_path / "first" / name / "__init__.py").write_text("raise SystemExit('theirs')")
    ended = unwind(site, PYTHONPATH=str(tmp_path / "first"))
    assert (ended.returncode, "recursive" in ended.stdout) == (0, True), ended.stderr


def own_copy(site, name):
    """In place of the link, a folder with a file of another's in it."""
    (site / name).unlink()
    (site / name).mkdir()
    (site / name / "__init__.py").write_text("theirs = 'and of another size'\n")
    return site / name / "__init__.py"


def test_a_distribution_that_has_written_over_ours_is_named(site):
    file = own_copy(site, "bench")
    note(site, "frappe_bench-5.22.6", ["bench/__init__.py"])
    ended = unwind(site)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"unwind: {file} is not ours: the distribution frappe_bench 5.22.6 has the same file")
    assert "uninstall frappe_bench and reinstall unwind-bench" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_what_another_distribution_took_with_it_is_named(site):
    own_copy(site, "impls").unlink()
    ended = unwind(site)
    assert (ended.returncode, len(ended.stderr.splitlines())) == (2, 1)
    assert f"{site / 'impls' / '__init__.py'} is missing; reinstall unwind-bench" in ended.stderr


def test_the_console_script_is_the_door():
    assert 'unwind = "unwind_bench:entry"' in (ROOT / "pyproject.toml").read_text()
