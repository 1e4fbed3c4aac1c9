"""Interpreters: where a machine has CPythons and PyPys, and what each of them is."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from findpython.providers import ALL_PROVIDERS

from bench.measure.workers.command import run_command
from bench.measure.workers.environment import outside_environment

OLDEST = (3, 9)
LONGEST_ANSWER_S = 15.0
NAME = re.compile(r"(python|pypy)(3(\.\d+t?)?)?(\.exe)?")
KINDS = {"CPython": "", "PyPy": "pypy"}  # what can be studied -> what its name begins with
# Any Python from 2.7 on can answer this. It first takes the current folder off its path.
QUESTION = """
import sys
sys.path[:] = [folder for folder in sys.path if folder]
import json, os, platform, sysconfig
def has_jit():
    # CPython 3.14 and newer say it (sys._jit), 3.13 only how it was built; a build may leave it off unless PYTHON_JIT is set.
    if hasattr(sys, "_jit"):
        return bool(sys._jit.is_enabled())
    built = [word for word in (sysconfig.get_config_var("CONFIG_ARGS") or "").split() if "--enable-experimental-jit" in word]
    return bool(built) and not built[-1].strip("'").endswith(("=no", "=yes-off", "=interpreter"))
print(json.dumps({
    "path": os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable),
    "implementation": platform.python_implementation(),
    "version": platform.python_version(),
    "numbers": list(sys.version_info[:3]),
    "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    "jit": platform.python_implementation() == "CPython" and has_jit(),
    "recursion_limit": sys.getrecursionlimit(),
}))
"""
# What findpython does not know: folders that PATH lacks, the free-threaded twin of python.org's, uv on macOS, conda and
# its kin, mise.
FOLDERS = (
    "/usr/bin",
    "/usr/local/bin",
    "/opt/homebrew/bin",
    "/Library/Frameworks/PythonT.framework/Versions/*/bin",
    "~/.local/share/uv/python/*/bin",
    *(f"{root}{inner}" for root in ("$CONDA_PREFIX", "/opt/conda", "~/*conda3", "~/miniforge3", "~/mambaforge")
      for inner in ("/bin", "/envs/*/bin")),
    "~/.local/share/mise/installs/python/*/bin",
)  # fmt: skip


@dataclass(frozen=True)
class Interpreter:
    """A CPython or a PyPy: where it is, its name, and the limit it comes with.

    The name is its version: "3.13.0", "3.13.0t" if it is free-threaded, "3.14.0j" if it compiles as it runs, "pypy3.9.16" for PyPy.
    """

    path: str
    name: str
    numbers: tuple[int, ...]
    recursion_limit: int

    @property
    def age(self) -> tuple[bool, tuple[int, ...], str]:
        """A key that sorts CPythons from the oldest to the newest, and PyPys after them."""
        return self.name.startswith(KINDS["PyPy"]), self.numbers, self.name


class Unusable(Exception):
    """An interpreter that cannot be studied; `status` is the word of limits.csv for why, `detail` says more."""

    def __init__(self, status: str, detail: str) -> None:
        super().__init__(f"{status}: {detail}")
        self.status = status
        self.detail = detail


def running() -> Interpreter:
    """The interpreter that this runs on, as the user has it: with the NumPy and the libraries that are installed."""
    return replace(identify(sys.executable), path=sys.executable)


def identify(path: str, timeout_s: float = LONGEST_ANSWER_S) -> Interpreter:
    """Ask the program at a path what it is.

    Raises:
        Unusable: it does not answer as a Python would ("error") or at all ("timeout"), or it is neither a
            CPython nor a PyPy of 3.9 or newer ("skipped").

    """
    try:
        ended = run_command([path, "-c", QUESTION], timeout_s, outside_environment())
    except OSError as error:
        raise Unusable("error", f"cannot be run ({error.strerror})") from None
    if ended.exit_code is None:
        raise Unusable("timeout", f"does not answer within {timeout_s:g} s")
    try:
        answer = json.loads(ended.out)
        numbers = tuple(answer["numbers"])
    except (ValueError, TypeError, KeyError):
        raise Unusable("error", f"does not answer as a Python would: {ended.last_line or 'no output'}") from None
    if answer["implementation"] not in KINDS or numbers < OLDEST:
        raise Unusable("skipped", f"is {answer['implementation']} {answer['version']}, not a CPython or PyPy of 3.9 or newer")
    return Interpreter(answer["path"], _name(answer), numbers, answer["recursion_limit"])


def _name(answer: Mapping[str, Any]) -> str:
    """The name of an interpreter that has answered so."""
    build = ("t" if answer.get("free_threaded") else "") + ("j" if answer.get("jit") else "")
    return f"{KINDS[answer['implementation']]}{answer['version']}{build}"


def candidates() -> Iterator[str]:
    """Paths of what may be interpreters, each real file once: those that findpython, the folders above and a py launcher list.

    None of them is run: one that hangs would take all with it. `identify` runs each with a time limit.
    """
    seen = set()
    for path in (*_listed_by_findpython(), *_in_folders(), *_listed_by_launcher()):
        real = os.path.realpath(path)
        if real not in seen and os.access(real, os.X_OK):
            seen.add(real)
            yield path


def _listed_by_findpython() -> Iterator[str]:
    """On PATH, and of asdf, pyenv, rye, uv, python.org and the Windows registry.

    The shims of pyenv and asdf are left out: they stand for interpreters that are listed by their own paths.
    """
    for provider in ALL_PROVIDERS.values():
        with suppress(OSError):  # a folder that may not be read
            source = provider.create()
            paths = [python.executable for python in source.find_pythons()] if source else []
            for path in sorted(paths, key=lambda path: path.name):
                if path.parent.name != "shims" and NAME.fullmatch(path.name):
                    yield str(path)


def _in_folders() -> Iterator[str]:
    for pattern in FOLDERS:
        expanded = Path(os.path.expandvars(pattern)).expanduser()
        if expanded.is_absolute():  # else its variable is not set
            root = Path(expanded.anchor)
            for folder in sorted(root.glob(str(expanded.relative_to(root)))):
                with suppress(OSError):  # not a folder, or one that may not be read
                    yield from sorted(str(file) for file in folder.iterdir() if NAME.fullmatch(file.name))


def _listed_by_launcher() -> Iterator[str]:
    """By `py`, on Windows (-0p) and elsewhere (https://python-launcher.app): a path ends each line."""
    launcher = shutil.which("py")
    if launcher:
        try:
            listed = run_command([launcher, "-0p" if os.name == "nt" else "--list"], LONGEST_ANSWER_S).out
        except OSError:
            return
        yield from re.findall(r"(?m)(?:[A-Za-z]:\\|/).*python[^\\/\n]*$", listed)
