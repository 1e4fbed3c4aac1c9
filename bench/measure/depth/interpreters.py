"""Interpreters: where CPythons lie on a machine, and the question that each is asked to learn what it is."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.measure.workers.command import run_command

OLDEST = (3, 9)
PATIENCE_S = 15.0
NAME = re.compile(r"python(3(\.\d+t?)?)?(\.exe)?")
# Any Python from 2.7 on can answer this.
QUESTION = """
import json, os, platform, sys, sysconfig
print(json.dumps({
    "path": os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable),
    "implementation": platform.python_implementation(),
    "version": platform.python_version(),
    "numbers": list(sys.version_info[:3]),
    "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    "recursion_limit": sys.getrecursionlimit(),
}))
"""
# Beside PATH: system, pyenv, uv, conda and its kin, mise, asdf; Homebrew and python.org on macOS. ~ is the home.
FOLDERS = (
    "/usr/bin",
    "/usr/local/bin",
    "/opt/homebrew/bin",
    "/Library/Frameworks/Python.framework/Versions/*/bin",
    "$PYENV_ROOT/versions/*/bin",
    "~/.pyenv/versions/*/bin",
    "~/.pyenv/pyenv-win/versions/*",
    "$UV_PYTHON_INSTALL_DIR/*/bin",
    "~/.local/share/uv/python/*/bin",
    "$APPDATA/uv/python/*",
    *(f"{root}{inner}" for root in ("$CONDA_PREFIX", "/opt/conda", "~/*conda3", "~/miniforge3", "~/mambaforge")
      for inner in ("/bin", "/envs/*/bin")),
    "~/.local/share/mise/installs/python/*/bin",
    "~/.asdf/installs/python/*/bin",
)  # fmt: skip


@dataclass(frozen=True)
class Interpreter:
    """A CPython: where it is, its version ("3.13.0", "3.13.0t" if free-threaded), and the limit it comes with."""

    path: str
    name: str
    numbers: tuple[int, ...]
    recursion_limit: int


class Unusable(Exception):
    """An interpreter that cannot be studied; `status` is the contract's word for why, `detail` says more."""

    def __init__(self, status: str, detail: str) -> None:
        super().__init__(f"{status}: {detail}")
        self.status = status
        self.detail = detail


def running() -> Interpreter:
    """The one that this runs on, as the user has it: with the NumPy and the libraries that are installed."""
    asked = identify(sys.executable)
    return Interpreter(sys.executable, asked.name, asked.numbers, asked.recursion_limit)


def identify(path: str, timeout_s: float = PATIENCE_S) -> Interpreter:
    """Ask the program at a path what it is.

    Raises:
        Unusable: it does not answer as a Python would ("error") or at all ("timeout"), or it is not a
            CPython of 3.9 or newer ("skipped").

    """
    try:
        ended = run_command([path, "-c", QUESTION], timeout_s)
    except OSError as error:
        raise Unusable("error", f"cannot be run ({error.strerror})") from None
    if ended.exit_code is None:
        raise Unusable("timeout", f"does not answer within {timeout_s:g} s")
    try:
        answer = json.loads(ended.out)
        numbers = tuple(answer["numbers"])
    except (ValueError, TypeError, KeyError):
        raise Unusable("error", f"does not answer as a Python would: {ended.last_line or 'says nothing'}") from None
    if answer["implementation"] != "CPython" or numbers < OLDEST:
        raise Unusable("skipped", f"is {answer['implementation']} {answer['version']}, not a CPython of 3.9 or newer")
    name = answer["version"] + ("t" if answer["free_threaded"] else "")
    return Interpreter(answer["path"], name, numbers, answer["recursion_limit"])


def candidates() -> Iterator[str]:
    """Paths of what may be interpreters, each real file once: on PATH, in the usual folders, known to a py launcher."""
    seen = set()
    for path in (*_on_path(), *_in_folders(), *_launched()):
        real = os.path.realpath(path)
        if real not in seen and os.access(real, os.X_OK):
            seen.add(real)
            yield path


def _on_path() -> Iterator[str]:
    """Pyenv's and asdf's shims are left out: they stand for interpreters that are found in their own folders."""
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if folder and Path(folder).name != "shims":
            yield from _in_folder(Path(folder))


def _in_folders() -> Iterator[str]:
    for pattern in FOLDERS:
        place = Path(os.path.expandvars(pattern)).expanduser()
        if place.is_absolute():  # else its variable is not set
            root = Path(place.anchor)
            for folder in sorted(root.glob(str(place.relative_to(root)))):
                yield from _in_folder(folder)


def _in_folder(folder: Path) -> Iterator[str]:
    try:
        yield from sorted(str(file) for file in folder.iterdir() if NAME.fullmatch(file.name))
    except OSError:
        return  # no such folder, or not ours to read


def _launched() -> Iterator[str]:
    """What `py` lists, on Windows (-0p) and elsewhere (https://python-launcher.app): a path ends each line."""
    launcher = shutil.which("py")
    if launcher:
        try:
            listed = run_command([launcher, "-0p" if os.name == "nt" else "--list"], PATIENCE_S).out
        except OSError:
            return
        yield from re.findall(r"(?m)(?:[A-Za-z]:\\|/).*python[^\\/\n]*$", listed)
