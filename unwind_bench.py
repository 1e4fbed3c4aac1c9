"""The door: `bench` and `impls` are those beside this file, whatever else Python would find by their names.

The command `unwind` comes in by `entry`. A process that measures comes in as `python unwind_bench.py MODULE ARGUMENT ...`:
then the current folder is not on Python's path, as it is with `-m` and `-c`, so a `bench.py` or `json.py` there is no part
of a measurement. (Python's own option for that, `-P`, is there from 3.11 on.) Runs on Python 3.9 and newer.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # as in typing, which is not to be imported before the path is in order
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from pathlib import Path
    from typing import Any

HOME = __file__.replace("\\", "/").rpartition("/")[0]
OURS = ("bench", "impls")
DISTRIBUTION = "unwind_bench"


def take_own_packages() -> None:
    """From now on, import our packages from beside this file: ask for them there before anything else that finds modules is asked."""
    from importlib.machinery import PathFinder

    class OwnPackages(PathFinder):
        @classmethod
        def find_spec(cls, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:  # noqa: ARG003
            return super().find_spec(name, [HOME], target) if name in OURS else None

    sys.meta_path.insert(0, OwnPackages)


def entry() -> None:
    """The command `unwind`; if the files of another distribution lie over ours, say so and end with exit code 2."""
    if problem := written_over(HOME):
        sys.stderr.write(f"unwind: {problem}\n")
        sys.exit(2)
    take_own_packages()
    from bench.__main__ import entry as command

    command()


def written_over(home: str) -> str:
    """What is wrong with our files in a folder of installed distributions, and what to do; empty if nothing is.

    pip lets one distribution write over the files of another without a word. The sizes that pip has noted of ours (RECORD,
    https://packaging.python.org/en/latest/specifications/recording-installed-packages/) tell which file that has happened to.
    """
    from pathlib import Path

    for record in Path(home).glob(f"{DISTRIBUTION}-*.dist-info/RECORD"):
        for name, size in _recorded(record):
            file = Path(home, name)
            if not name.startswith(OURS) or (file.is_file() and str(file.stat().st_size) == size):
                continue
            if other := _who_else_has(name, record):
                return (
                    f"{file} is not ours: the distribution {other} has the same file, and has written over it; "
                    f"install unwind-bench into an environment of its own, or uninstall {other.split()[0]} and reinstall unwind-bench"
                )
            if not file.exists():
                return f"{file} is missing; reinstall unwind-bench (pip install --force-reinstall --no-deps unwind-bench)"
    return ""  # a file that somebody has changed by hand is theirs to run


def _recorded(record: Path) -> list[tuple[str, str]]:
    """(path, size) of each file in a RECORD, whose rows are path, hash, size."""
    import csv

    with open(record, encoding="utf-8", newline="") as file:
        return [(row[0], row[2]) for row in csv.reader(file) if len(row) == 3 and row[2]]


def _who_else_has(name: str, ours: Path) -> str:
    """Name and version of another distribution beside ours that has a file of that path; empty if there is none."""
    for record in ours.parent.parent.glob("*.dist-info/RECORD"):
        if record != ours and any(path == name for path, _ in _recorded(record)):
            return " ".join(record.parent.name[: -len(".dist-info")].rsplit("-", 1))
    return ""


def _main(module: str) -> None:
    """Run a module as a program, with its arguments."""
    if sys.path and sys.path[0].replace("\\", "/") == HOME:  # the script's folder, which Python has put there
        del sys.path[0]
    take_own_packages()
    import runpy

    del sys.argv[0]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _main(sys.argv[1])
