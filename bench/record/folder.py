"""The results folder: made, locked against a second run, and the record of the machine in it."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from bench.errors import BadInput

SET_ASIDE = "set_aside"


@contextmanager
def results_folder(path: Path, fresh: bool = False) -> Iterator[Path]:
    """The folder, made if needed and held by this process alone; with `fresh`, emptied of earlier results.

    Raises:
        BadInput: it cannot be made or written, or another run holds it.

    """
    make_folder(path, "--results")
    lock = FileLock(path / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise BadInput(f"{path}: another run is writing there; wait for it, or give another --results") from None
    try:
        if fresh:
            _set_aside(path)
        yield path
    finally:
        lock.release()


def make_folder(path: Path, option: str) -> None:
    """Make a folder, and see that a file can be written there; `option` is how another one is given.

    Raises:
        BadInput: it cannot.

    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        raise BadInput(f"{path}: cannot be written ({error.strerror}); give another {option}") from None


def read_machine(folder: Path) -> dict[str, Any]:
    """What machine.json says; nothing if it is not there.

    Raises:
        BadInput: it is not JSON.

    """
    path = folder / "machine.json"
    try:
        record = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: cannot be read ({error}); move it away or give another --results") from None
    if not isinstance(record, dict):
        raise BadInput(f"{path}: is not a record of a machine; move it away or give another --results")
    return record


def write_machine(folder: Path, record: dict[str, Any]) -> None:
    """Put the record in machine.json; whoever reads sees the old one or the new one."""
    draft = folder / "machine.json.tmp"
    draft.write_text(json.dumps(record, indent=2) + "\n", "utf-8")
    draft.replace(folder / "machine.json")


def _set_aside(folder: Path) -> None:
    """Move earlier results into a folder beside the new ones: a slip of the finger loses no hour's work."""
    files = [file for pattern in ("*.csv", "*.json", "*.html") for file in folder.glob(pattern)]
    if not files:
        return
    aside = folder / SET_ASIDE
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    for file in files:
        file.replace(aside / file.name)
