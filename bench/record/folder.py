"""The results folder: how it is made and locked against a second run, and the record of the machine in it."""

from __future__ import annotations

import json
import os
import platform
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from filelock import FileLock, Timeout
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from bench.errors import BadInput
from bench.plan.cells import BACKPROPAGATION
from bench.record.files.disk import remove_drafts, write_whole
from bench.record.schemas import SCHEMAS

OWN_FILES = (*SCHEMAS, "machine.json", "trace.json", "report.html")  # whatever else lies in a results folder is not ours to move
OWN_FOLDERS = {"time": "part-*.parquet"}  # of the parts of time.csv: what a folder of ours has in it
PAGES = "report-"  # begins the name of the page of each problem, where a folder has several
SET_ASIDE = "set_aside"
HOLDER = ".holder"  # beside the lock and not in it, since a process that tries for a lock may empty its file


@contextmanager
def results_folder(path: Path, fresh: bool = False, parts: Sequence[str] = ()) -> Iterator[Path]:
    """The folder, made if needed and held by this process alone; with `fresh`, emptied of earlier results.

    `parts` are folders inside it that belong to these results.

    Raises:
        BadInput: it cannot be made or written, or another run holds it.

    """
    make_folder(path, "--results")
    lock = FileLock(path / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise BadInput(f"{path}: another run{_holder(path)} is writing there; wait for it, or give another --results") from None
    try:
        for place in (path, *(path / name for name in OWN_FOLDERS)):
            remove_drafts(place)
        write_whole(path / HOLDER, f"process {os.getpid()} on {platform.node()}, since {datetime.now():%d %B %H:%M:%S}".encode())
        if fresh:
            _set_aside(path, parts)
        yield path
    finally:
        (path / HOLDER).unlink(missing_ok=True)
        lock.release()


def _holder(path: Path) -> str:
    """The process that has the lock, in brackets; nothing if its name is not there yet."""
    with suppress(OSError, UnicodeDecodeError):
        return f" ({(path / HOLDER).read_text('utf-8')})"
    return ""


def make_folder(path: Path, option: str) -> None:
    """Make a folder, and check that a file can be written there; `option` is the one that names the folder, for the message.

    Raises:
        BadInput: it cannot.

    """
    if path.exists() and not path.is_dir():
        raise BadInput(f"{path}: is a file and no folder; give another {option}")
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        raise BadInput(f"{path}: cannot be written ({error.strerror}); give another {option}") from None


def read_machine(folder: Path) -> dict[str, Any]:
    """What machine.json says; nothing if it is not there.

    Raises:
        BadInput: it is not JSON, or not such a record.

    """
    path = folder / "machine.json"
    if folder.exists() and not folder.is_dir():
        raise BadInput(f"{folder}: is a file and no folder; give a results folder")
    if path.exists() and not path.is_file():
        raise BadInput(f"{path}: is no regular file; move it away or give another --results")
    try:
        record = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else getattr(error, "strerror", None) or error
        raise BadInput(f"{path}: cannot be read ({reason}); move it away or give another --results") from None
    try:
        TypeAdapter(_Machine).validate_python(record)
    except ValidationError as error:
        key = ".".join(map(str, error.errors()[0]["loc"])) or "the whole"
        raise BadInput(f"{path}: is not a record of a machine (look at {key}); move it away or give another --results") from None
    return record


def baseline_of(record: dict[str, Any]) -> str:
    """The implementation that ratios are taken against, as machine.json has it; `iterative` where it has none."""
    return record.get("settings", {}).get("baseline", "iterative")


Finite = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Settings(BaseModel):
    """The settings that code reads."""

    baseline: str = ""
    implementations: dict[str, str] = {}
    data: dict[str, str] = {}
    libraries: dict[str, str] = {}
    conditions: dict[str, str] = {}
    environment: dict[str, str] = {}


class _Told(BaseModel):
    """What is told of an implementation (`bench.plan.described.Description`)."""

    title: str
    control_flow: Literal["loop", "recursion", "other"] = "other"
    cache: str = ""
    cache_kind: str = ""
    recomputes: bool = False
    library: str = ""
    source: str = ""


class _Problem(BaseModel):
    """What is told of a problem (`bench.record.problems`)."""

    title: str = ""
    level: str = "level"
    call: str = "call"
    input: str = "input"
    baseline: str = ""
    implementations: dict[str, _Told] = {}
    refused: dict[str, str] = {}


class _Facts(BaseModel):
    """What identifies a machine, and the settings that it measured under."""

    memory_bytes: float = 0
    settings: _Settings = _Settings()


class _OpenComparison(BaseModel):
    cell: str
    problem: str = BACKPROPAGATION
    impl: str
    baseline: str
    half_width: Finite | None


class _Ended(BaseModel):
    """How the run ended (`bench.analyse.stopping.RunEnd`)."""

    by: Literal["precision", "budget", "interruption"]
    comparisons: int
    settled: int
    open: list[_OpenComparison]


class _Sweep(BaseModel):
    name: str = ""
    precision: Finite | None = None
    budget_s: Finite | None = None


class _Cluster(BaseModel):
    """The machines that made passes of a cluster run."""

    machines: list[str] = []


class _Warning(BaseModel):
    what: str
    remedy: str


class _Machine(BaseModel):
    """The parts of machine.json that code reads; the others are shown as they are."""

    machine: str = ""
    blas: str = ""
    memory_bytes: Finite | None = None
    machines: dict[str, _Facts] = {}
    cluster: _Cluster = _Cluster()
    passes: dict[str, Finite | None] = {}
    sweep: _Sweep = _Sweep()
    settings: _Settings = _Settings()
    problems: dict[str, _Problem] = {}
    refused: dict[str, str] = {}
    warnings: list[_Warning] = []
    ended: _Ended | None = None


def write_machine(folder: Path, record: dict[str, Any]) -> None:
    """Replace machine.json; a reader sees the old record or the new one."""
    write_whole(folder / "machine.json", (json.dumps(record, indent=2) + "\n").encode())


def _set_aside(folder: Path, parts: Sequence[str]) -> None:
    """Move earlier results into a folder beside the new ones, so that --fresh by mistake loses nothing."""
    names = [path for path in (*(folder / name for name in OWN_FILES), *folder.glob(f"{PAGES}*.html")) if path.is_file()]
    folders = [folder / name for name, has in OWN_FOLDERS.items() if any((folder / name).glob(has))]
    ours = names + folders + [path for name in parts if (path := folder / name).is_dir()]
    if not ours:
        return
    aside = folder / f"{SET_ASIDE}_{datetime.now():%Y%m%d_%H%M%S_%f}"
    aside.mkdir()
    for path in ours:
        path.replace(aside / path.name)
