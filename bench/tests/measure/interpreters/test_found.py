"""Interpreters that work are identified, and those that do not have a status and a reason."""

import json
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench.measure.interpreters import found as interpreters
from bench.measure.interpreters.found import Interpreter, Unusable, candidates, identify, running
from bench.measure.interpreters.measuring import _is_of
from bench.measure.interpreters.venvs import cache_folder, python_with_numpy

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the impostors are shell scripts")

PYPY = {"implementation": "PyPy", "version": "3.11.9", "numbers": [3, 11, 9]}
GRAAL = {**PYPY, "implementation": "GraalVM"}
OLD = {"version": "3.8.2", "numbers": [3, 8, 2]}
FREE = {"version": "3.13.0", "numbers": [3, 13, 0], "free_threaded": True}


def claims(**what):
    """A script that answers as an interpreter would."""
    usual = {"path": "/x", "implementation": "CPython", "free_threaded": False, "recursion_limit": 1_000}
    return f"echo '{json.dumps({**usual, **what})}'"


@pytest.fixture
def impostor(tmp_path):
    """A shell script that passes for an interpreter."""

    def write(body, name="python3"):
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
        return str(path)

    return write


def test_the_running_interpreter_knows_itself():
    me = running()
    assert me.path == sys.executable
    assert me.name.rstrip("t") == platform.python_version()
    assert me.recursion_limit == 1_000


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        ("exec sleep 60", "timeout", "within 0.5 s"),
        ("sleep 60", "timeout", "within 0.5 s"),
        ("echo no such thing >&2; exit 1", "error", "no such thing"),
        ("echo '{\"surprise\": 1}'", "error", "as a Python would"),
        ("exit 0", "error", "no output"),
        (claims(**GRAAL), "skipped", "GraalVM 3.11.9"),
        (claims(**OLD), "skipped", "CPython 3.8.2"),
    ],
)
def test_what_is_not_a_python_to_study(impostor, body, status, detail):
    with pytest.raises(Unusable, match=detail) as caught:
        identify(impostor(body), timeout_s=0.5)
    assert caught.value.status == status


def test_what_cannot_be_run(tmp_path):
    with pytest.raises(Unusable, match="No such file"):
        identify(str(tmp_path / "python3"))


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (FREE, "3.13.0t"),
        ({**FREE, "jit": True}, "3.13.0tj"),
        ({**FREE, "free_threaded": False, "jit": True}, "3.13.0j"),
        (PYPY, "pypy3.11.9"),
    ],
)
def test_every_kind_of_build_has_a_name_of_its_own(impostor, answer, name):
    assert identify(impostor(claims(**answer))).name == name


@pytest.mark.skipif(not shutil.which("pypy3"), reason="there is no pypy3 here")
def test_a_real_pypy_is_found_and_named():
    said = subprocess.run(["pypy3", "-c", "import platform; print(platform.python_version())"], capture_output=True, text=True, check=True)
    there = [identify(path).name for path in candidates() if Path(path).name.startswith("pypy")]
    assert f"pypy{said.stdout.strip()}" in there


NAMES = ("3.12.1", "3.13.0", "3.13.0t", "3.14.0j", "pypy3.9.16")


@pytest.mark.parametrize(
    ("asked", "fitting"),
    [
        ("3", ["3.12.1", "3.13.0"]),
        ("3.1", []),
        ("3.13", ["3.13.0"]),
        ("3.13t", ["3.13.0t"]),
        ("3.14", []),
        ("3.14j", ["3.14.0j"]),
        ("pypy", ["pypy3.9.16"]),
        ("pypy3.9", ["pypy3.9.16"]),
        ("pypy3.1", []),
    ],
)
def test_a_version_stands_for_those_of_its_kind_alone(asked, fitting):
    assert [name for name in NAMES if _is_of(Interpreter("/x", name, (3,), 1_000), asked)] == fitting


@pytest.fixture
def nothing_here(tmp_path, monkeypatch):
    """A machine without any interpreter in the usual folders."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", "")
    for name in ("PYENV_ROOT", "ASDF_DATA_DIR", "RYE_PY_ROOT", "UV_PYTHON_INSTALL_DIR", "XDG_DATA_HOME", "CONDA_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(interpreters, "FOLDERS", tuple(name for name in interpreters.FOLDERS if name.startswith(("~", "$"))))


def executable(path):
    path.parent.mkdir(parents=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.usefixtures("nothing_here")
def test_path_is_searched_and_shims_and_twins_are_not(impostor, tmp_path, monkeypatch):
    real = impostor("exit 0", "python3.12")
    impostor("exit 0", "python3-config")
    (tmp_path / "python3").symlink_to(real)
    shims = tmp_path / "shims"
    shims.mkdir()
    (shims / "python3.13").symlink_to(impostor("exit 1", "elsewhere"))
    monkeypatch.setenv("PATH", f"{shims}:{tmp_path}:/no/such/folder")
    assert [Path(path).name for path in candidates()] == ["python3"]


@pytest.mark.usefixtures("nothing_here")
@pytest.mark.parametrize(
    ("variable", "folder"),
    [
        ("PYENV_ROOT", "pyenv/versions/3.12.1/bin"),
        ("ASDF_DATA_DIR", "asdf/installs/python/3.12.1/bin"),
        ("UV_PYTHON_INSTALL_DIR", "uv/cpython-3.12.1/bin"),
        ("CONDA_PREFIX", "conda/envs/mine/bin"),
        ("", "home/.pyenv/versions/3.12.1/bin"),
        ("", "home/.local/share/uv/python/cpython-3.12.1/bin"),
        ("", "home/.local/share/mise/installs/python/3.12.1/bin"),
        ("", "home/miniconda3/bin"),
    ],
)
def test_folders_of_version_managers_are_searched(tmp_path, monkeypatch, variable, folder):
    if variable:
        monkeypatch.setenv(variable, str(tmp_path / folder.split("/")[0]))
    path = executable(tmp_path / folder / "python3")
    assert list(candidates()) == [path]


@pytest.mark.usefixtures("nothing_here")
def test_the_free_threaded_twin_is_another_interpreter(tmp_path, monkeypatch):
    folder = tmp_path / "home" / ".pyenv" / "versions" / "3.13.0" / "bin"
    path = executable(folder / "python3.13")
    (folder / "python3.13t").write_text("#!/bin/sh\n# t\n")
    (folder / "python3.13t").chmod(0o755)
    assert list(candidates()) == [path, f"{path}t"]


@pytest.mark.usefixtures("nothing_here")
def test_nothing_is_run_to_be_found(tmp_path, monkeypatch):
    path = tmp_path / "bin" / "python3"
    executable(path)
    path.write_text(f"#!/bin/sh\ntouch {tmp_path}/run\n")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert list(candidates()) == [str(path)]
    assert not (tmp_path / "run").exists()


def test_the_cache_folder_is_where_the_user_wants_it(monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    if sys.platform == "linux":
        assert cache_folder() == Path("/somewhere/unwind/environments")


def test_without_venv_there_is_no_environment_and_nothing_is_left(impostor, tmp_path):
    cripple = Interpreter(impostor("echo No module named venv >&2; exit 1"), "3.12.0", (3, 12, 0), 1_000)
    with pytest.raises(Unusable, match="cannot make a virtual environment: No module named venv"):
        python_with_numpy(cripple, tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_without_any_pip_both_causes_are_given(monkeypatch, impostor, tmp_path):
    venv = 'mkdir -p "$4/bin"; printf "#!/bin/sh\\necho No module named ensurepip >&2; exit 1" > "$4/bin/python"; chmod +x "$4/bin/python"'
    monkeypatch.setattr(sys, "executable", impostor("echo No module named pip >&2; exit 1", "mine"))
    with pytest.raises(Unusable, match="cannot install NumPy: No module named pip; its own pip: has no pip: No module named ensurepip"):
        python_with_numpy(Interpreter(impostor(venv), "3.12.0", (3, 12, 0), 1_000), tmp_path / "cache")


def test_an_environment_is_made_once(monkeypatch, impostor, tmp_path):
    log = tmp_path / "log"
    venv = f'echo made >> {log}; mkdir -p "$4/bin"; printf "#!/bin/sh\\nexit 0" > "$4/bin/python"; chmod +x "$4/bin/python"'
    monkeypatch.setattr(sys, "executable", impostor("exit 0", "mine"))
    interpreter = Interpreter(impostor(venv), "3.12.0", (3, 12, 0), 1_000)
    first, second = (python_with_numpy(interpreter, tmp_path / "cache") for _ in range(2))
    assert first == second
    assert log.read_text() == "made\n"
