"""Machine code cached on disk, in a folder named for the text of all the files that it is compiled from."""

from __future__ import annotations

import os
from functools import cache
from hashlib import sha256
from pathlib import Path

from numba import config, njit


def cached_njit(function):
    """Compile a function at its first call with each kind of arguments, or load what an earlier process has compiled.

    Numba looks for changes in a function's own file and not in those of the functions that it calls. Hence the folder.
    Where no folder can be written into, every process compiles for itself.
    """
    usual = config.CACHE_DIR
    config.CACHE_DIR = _folder(usual)
    try:
        return njit(function, cache=bool(config.CACHE_DIR))
    finally:
        config.CACHE_DIR = usual


@cache
def _folder(usual: str) -> str:
    """NUMBA_CACHE_DIR, the folder beside this file, or the user's cache: the first that can be written into, or ""."""
    here = Path(__file__).parent
    for parent in (usual, here / "__pycache__", os.environ.get("XDG_CACHE_HOME"), Path("~/.cache").expanduser()):
        if parent and (folder := _writable(Path(parent) / f"unwind-compiled-{_digest(here)}")):
            return folder
    return ""


def _writable(folder: Path) -> str:
    """The folder, made where it is not there yet; or "" if it cannot be written into."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return ""
    return str(folder) if os.access(folder, os.W_OK | os.X_OK) else ""


def _digest(here: Path) -> str:
    """Twelve digits that change with any of the compiled files."""
    return sha256(b"".join(file.read_bytes() for file in sorted(here.glob("*.py")))).hexdigest()[:12]
