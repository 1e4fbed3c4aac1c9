"""Same code: what a worker must have in common with the client, so that passes of both can be joined."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bench.plan.code_text import code_digest

HOME = Path(__file__).resolve().parents[3]
MEASURING = ("impls", "bench/plan", "bench/measure")  # the folders whose code takes part in a pass
MOST_NAMED = 3
ABSENT = "none"

Here = Mapping[str, Any]


def what_is_here(libraries: Iterable[str]) -> dict[str, Any]:
    """The version, the Python, those libraries and the code of this process, as plain data that can travel."""
    return {
        "version": _version("unwind-bench"),
        "python": _python(),
        "libraries": {name: _version(name) for name in libraries},
        "code": {module: code_digest([module]) for module in _modules()},
    }


def differences(asked: Here, here: Here) -> list[str]:
    """What a worker has otherwise than the client asks for, in words; nothing if passes of both can be joined.

    >>> asked = {"version": "1.0", "python": "CPython 3.11.7", "libraries": {"numpy": "2.0"}, "code": {"impls.layers": "a"}}
    >>> differences(asked, {**asked, "version": "0.9", "libraries": {"numpy": "1.26"}, "code": {"impls.layers": "b"}})
    ['unwind-bench 0.9 in place of 1.0', 'numpy 1.26 in place of 2.0', 'other code in impls.layers']
    """
    pairs = [("unwind-bench", here["version"], asked["version"]), ("Python", here["python"], asked["python"])]
    pairs += [(name, here["libraries"].get(name, ABSENT), wanted) for name, wanted in asked["libraries"].items()]
    told = [f"{name} {found} in place of {wanted}" for name, found, wanted in pairs if found != wanted]
    ours, theirs = asked["code"], here["code"]
    other = sorted(module for module in ours.keys() | theirs.keys() if ours.get(module) != theirs.get(module))
    return [*told, f"other code in {_named(other)}"] if other else told


def _named(modules: list[str]) -> str:
    more = len(modules) - MOST_NAMED
    return ", ".join(modules[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ABSENT


def _python() -> str:
    threaded = "" if getattr(sys, "_is_gil_enabled", lambda: True)() else " without a global interpreter lock"
    return f"{platform.python_implementation()} {platform.python_version()}{threaded}"


def _modules() -> list[str]:
    files = (file for folder in MEASURING for file in sorted((HOME / folder).rglob("*.py")) if "tests" not in file.parts)
    return [".".join(file.relative_to(HOME).with_suffix("").parts).removesuffix(".__init__") for file in files]
