"""Virtual environments: for each interpreter a venv with what a worker imports, made once and kept in a cache folder."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import platformdirs

from bench.measure.interpreters.found import Interpreter, Unusable
from bench.measure.workers.command import run_command
from bench.measure.workers.environment import outside_environment

INSTALL_S = 300.0
CHECK_S = 60.0
NEEDED = ("numpy", "threadpoolctl")  # what a worker that measures imports; the depth study needs NumPy alone
INSTALL = ("install", "--quiet", "--disable-pip-version-check", "--only-binary", "numpy", *NEEDED)


def cache_folder() -> Path:
    """Where virtual environments are kept: `$XDG_CACHE_HOME/unwind/environments`, or what the system has for it."""
    return platformdirs.user_cache_path("unwind", appauthor=False) / "environments"


def python_with_numpy(interpreter: Interpreter, cache: Path) -> str:
    """The path of the running interpreter as the user has it, or of another's in a virtual environment; the first call makes that.

    Raises:
        Unusable: it cannot be made; the detail is the last line of pip or venv.

    """
    if interpreter.path == sys.executable:
        return interpreter.path
    folder = cache / f"{interpreter.name}-{hashlib.sha256(interpreter.path.encode()).hexdigest()[:8]}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not _has_numpy(python):
        shutil.rmtree(folder, ignore_errors=True)
        try:
            cache.mkdir(parents=True, exist_ok=True)
            _make(interpreter, folder, python)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)  # after Ctrl-C too, half an environment is not kept
            raise
    return str(python)


def _make(interpreter: Interpreter, folder: Path, python: Path) -> None:
    """Make it with our own pip first: some interpreters have none (Debian's), and unpacking another takes time."""
    _run([interpreter.path, "-Im", "venv", "--without-pip", str(folder)], "cannot make a virtual environment")
    try:
        _run([sys.executable, "-Im", "pip", "--python", str(python), *INSTALL], "cannot install NumPy")
    except Unusable as ours:
        try:
            _run([str(python), "-Im", "ensurepip"], "has no pip")
            _run([str(python), "-Im", "pip", *INSTALL], "cannot install NumPy")
        except Unusable as its_own:
            raise Unusable(its_own.status, f"{ours.detail}; its own pip: {its_own.detail}") from None
    if not _has_numpy(python):
        raise Unusable("error", "NumPy was installed, but cannot be imported")


def _has_numpy(python: Path) -> bool:
    return python.exists() and run_command([str(python), "-I", "-c", f"import {', '.join(NEEDED)}"], CHECK_S).exit_code == 0


def _run(command: Sequence[str], failure: str) -> None:
    try:
        ended = run_command(command, INSTALL_S, outside_environment())
    except OSError as error:
        raise Unusable("error", f"{failure}: {error.strerror}") from None
    if ended.exit_code is None:
        raise Unusable("timeout", f"{failure}: not done after {INSTALL_S:g} s")
    if ended.exit_code != 0:
        raise Unusable("error", f"{failure}: {ended.last_line or f'exit code {ended.exit_code}'}")
