"""What a measuring process runs under, read in real ones that were started under it."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from bench.cli import main
from bench.errors import BadInput
from bench.measure.machine.conditions import CONDITIONS, conditions
from bench.measure.machine.measured_under import caveats_of, changed_settings, measured_under
from bench.measure.workers.environment import BLAS_VARIABLES, worker_environment
from bench.tests.children import python_that_starts_with
from bench.tests.places import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="most conditions are Linux's")

USUAL = {condition.name: condition for condition in CONDITIONS}
TOLD = "import json; from bench.measure.machine.measured_under import measured_under; print(json.dumps(measured_under()))"


def under(*prefix, **variables):
    """The settings of a measuring process whose parent was started by that command, with those variables."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    return json.loads(subprocess.check_output([*prefix, sys.executable, "-c", TOLD], env=environment, timeout=60))


@pytest.fixture(scope="module")
def plain():
    return under()


def test_every_condition_of_a_plain_process_is_known_here(plain):
    unknown = {name for name, value in plain["conditions"].items() if not value}
    assert unknown <= {"memory_policy", "speculation", "huge_pages"}  # what a kernel may be built without
    assert plain["conditions"].keys() == USUAL.keys()
    assert plain["conditions"]["malloc"].startswith("libc")


@pytest.mark.parametrize(
    ("prefix", "name", "value"),
    [
        (("nice", "-n", "5"), "niceness", str(os.nice(0) + 5)),
        (("setarch", "-R"), "addresses", "fixed"),
        (("chrt", "--batch", "0"), "scheduling", "batch"),
        (("taskset", "-c", str(min(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0)), "cores_allowed", "0"),
        (("prlimit", "--stack=33554432"), "stack", "33554432"),
        (("prlimit", "--as=34359738368"), "memory_limit", "34359738368"),
    ],
)
def test_what_is_inherited_is_seen_told_and_a_change(plain, prefix, name, value):
    if not shutil.which(prefix[0]):
        pytest.skip(f"{prefix[0]} is not here")
    if name == "cores_allowed":
        if os.cpu_count() == 1:
            pytest.skip("there is one core alone")
        value = prefix[-1]
    settings = under(*prefix)
    assert settings["conditions"][name] == value
    assert any(value in caveat.what and caveat.remedy for caveat in caveats_of(settings))
    changed = changed_settings(settings, plain)
    assert changed == [f"{USUAL[name].title} ({plain['conditions'][name]} then, {value} now)"]


@pytest.mark.parametrize(
    ("name", "value"), [("PYTHONMALLOC", "malloc"), ("OPENBLAS_CORETYPE", "Prescott"), ("NPY_DISABLE_CPU_FEATURES", "AVX2")]
)
def test_what_somebody_has_chosen_reaches_the_process_and_is_told(plain, name, value):
    settings = under(**{name: value})
    assert settings["environment"] == {name: value}
    assert [caveat.what for caveat in caveats_of(settings)][-1] == f"{name}={value} is set, which can change figures"
    changed = changed_settings(settings, plain)
    assert changed[0] == f"{name} (not set then, {value} now)"
    if name == "OPENBLAS_CORETYPE" and plain["conditions"]["blas"].startswith("openblas"):
        assert [words.split(" (")[0] for words in changed[1:]] == ["the BLAS and its kernel"]


CLEARED = {
    "PYTHONOPTIMIZE": "2", "PYTHONDEBUG": "1", "PYTHONDEVMODE": "1", "PYTHONTRACEMALLOC": "5", "PYTHONFAULTHANDLER": "1",
    "PYTHONHASHSEED": "0", "PYTHONINSPECT": "1", "PYTHONUNBUFFERED": "1", "PYTHONPROFILEIMPORTTIME": "1", "PYTHONMALLOCSTATS": "1",
    "PYTHONHOME": "/nowhere", "PYTHONSTARTUP": "/nowhere", "PYTHON_CPU_COUNT": "1",
    "COVERAGE_PROCESS_START": "/nowhere", "COVERAGE_PROCESS_CONFIG": "x", "COV_CORE_SOURCE": ".",
    "MALLOC_ARENA_MAX": "1", "MALLOC_PERTURB_": "7", "MALLOC_TOP_PAD_": "1", "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0",
    "OMP_PROC_BIND": "true", "GOMP_CPU_AFFINITY": "0", "KMP_AFFINITY": "compact", "MKL_DOMAIN_NUM_THREADS": "4", "MKL_DYNAMIC": "TRUE",
    "LD_AUDIT": "/nowhere", "LD_BIND_NOW": "1", "PYTEST_XDIST_WORKER": "gw0",
}  # fmt: skip
KEPT = {"TZ": "UTC", "LC_NUMERIC": "C", "LD_LIBRARY_PATH": "/nowhere", "NUMBA_CACHE_DIR": "/tmp", "CONDA_PREFIX": "/c", "TMPDIR": "/tmp"}


def test_the_environment_is_made_of_what_is_known(monkeypatch):
    for name, value in {**CLEARED, **KEPT, "PYTHONMALLOC": "malloc", "OMP_NUM_THREADS": "7", "LD_PRELOAD": ""}.items():
        monkeypatch.setenv(name, value)
    made = worker_environment()
    assert not CLEARED.keys() & made.keys()
    assert made.items() >= {**KEPT, "PYTHONMALLOC": "malloc"}.items()
    assert {made[name] for name in BLAS_VARIABLES} == {"1"}
    assert "LD_PRELOAD" not in made


def test_what_is_cleared_does_not_reach_a_process(plain, monkeypatch):
    for name, value in CLEARED.items():
        monkeypatch.setenv(name, value)
    assert measured_under() == plain


MALLOC = """
#include <stddef.h>
extern void *__libc_malloc(size_t);
void *malloc(size_t size) { return __libc_malloc(size); }
"""


@pytest.mark.skipif(not shutil.which("gcc"), reason="no compiler")
def test_another_malloc_is_seen_where_it_acts(plain, tmp_path, monkeypatch):
    (tmp_path / "other.c").write_text(MALLOC)
    library = tmp_path / "libother.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", str(library), str(tmp_path / "other.c")], check=True)
    monkeypatch.setenv("LD_PRELOAD", str(library))
    settings = measured_under()
    assert settings["conditions"]["malloc"] == "libother.so"
    what = [caveat.what for caveat in caveats_of(settings)]
    assert what[-2:] == [
        "in measuring processes the library that malloc is from is libother.so",
        f"LD_PRELOAD={library} is set, which can change figures",
    ]
    assert len(changed_settings(settings, plain)) == 2


TRACER = "import sys\ndef follow(*event): pass\nsys.settrace(follow)\nsys.setprofile(follow)\n"


def test_a_tracer_in_the_process_is_seen_whatever_has_started_it(tmp_path):
    settings = measured_under(python_that_starts_with(tmp_path / "venv", TRACER))
    assert settings["conditions"]["tracer"] == "sys.settrace follow_all.follow, sys.setprofile follow_all.follow"
    assert "end the coverage tool" in next(iter(caveats_of(settings))).remedy


def test_a_python_that_cannot_measure_is_one_sentence(tmp_path):
    script = tmp_path / "python"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')  # without site-packages there is no NumPy
    script.chmod(0o755)
    with pytest.raises(BadInput, match=r"cannot measure .*No module named .*PYTHONPATH nor the current folder: install there"):
        measured_under(str(script))


TINY = "depth = 1\nwidth = 2\nbatch = 4\nimpls = ['recursive']\nprecision = 0.9\nbudget_s = 0.1\n"


def test_a_resume_under_other_settings_is_refused_and_under_the_same_goes_on(tmp_path, monkeypatch, capsys):
    (tmp_path / "tiny.toml").write_text(TINY)
    command = ["run", "--only", "time", "--sweep", str(tmp_path / "tiny.toml"), "--results", str(tmp_path / "results")]
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Prescott")
    assert main(command) == 0
    assert "OPENBLAS_CORETYPE=Prescott is set" in capsys.readouterr().err
    record = json.loads((tmp_path / "results" / "machine.json").read_text())
    assert record["settings"]["environment"] == {"OPENBLAS_CORETYPE": "Prescott"}
    assert record["settings"]["conditions"]["blas"] == record["blas"]
    assert any("OPENBLAS_CORETYPE" in warning["what"] for warning in record["warnings"])
    rows = (tmp_path / "results" / "time.csv").read_bytes()
    monkeypatch.delenv("OPENBLAS_CORETYPE")
    for half in ("time", "memory"):
        assert main([*command[:2], half, *command[3:]]) == 2
        said = capsys.readouterr().err
        assert "measured under other settings: OPENBLAS_CORETYPE (Prescott then, not set now)" in said
        assert "set them as they were, give --fresh to start anew" in said
    assert (tmp_path / "results" / "time.csv").read_bytes() == rows
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Prescott")
    assert main(command) == 0


def test_a_record_without_settings_is_resumed(tmp_path):
    (tmp_path / "tiny.toml").write_text(TINY)
    command = ["run", "--only", "time", "--sweep", str(tmp_path / "tiny.toml"), "--results", str(tmp_path / "results")]
    assert main(command) == 0
    path = tmp_path / "results" / "machine.json"
    record = json.loads(path.read_text())
    for key in ("conditions", "environment"):
        del record["settings"][key]
    del record["machines"]
    path.write_text(json.dumps(record))
    assert main(command) == 0
    assert "conditions" in json.loads(path.read_text())["settings"]


TRACES = """
import sys
from impls import IMPLEMENTATIONS, Implementation
if "bench.measure.timing.worker" in " ".join(sys.orig_argv):
    sys.setprofile(lambda *event: None)
mine = Implementation("mine", "mine", "a list", "loop", IMPLEMENTATIONS["iterative"].backprop)
"""


def test_what_changes_once_a_worker_runs_is_told(tmp_path, capsys):
    (tmp_path / "tiny.toml").write_text(TINY)
    (tmp_path / "mine.py").write_text(TRACES)
    command = ["run", "--only", "time", "--sweep", str(tmp_path / "tiny.toml"), "--results", str(tmp_path / "results")]
    assert main([*command, "--with", str(tmp_path / "mine.py")]) == 0
    assert "during the run this changed: what follows Python step by step (none then, sys.setprofile" in capsys.readouterr().err


def test_conditions_read_themselves_without_raising():
    assert conditions().keys() == USUAL.keys()
