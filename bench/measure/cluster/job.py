"""The job: all that the passes of a run share, packed so that it can travel, and unpacked into a folder of a worker.

It is plain data and no pickled objects of ours, so that a worker of another version can read it far enough to refuse it.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.measure.cluster.same_code import what_is_here
from bench.measure.timing.pass_timer import PassTimer
from bench.plan.cells import BACKPROPAGATION, Cell
from bench.plan.data.datasets import write_batches
from impls.problems import PROBLEMS

if TYPE_CHECKING:
    from bench.plan.experiment import Experiment

Job = dict[str, Any]
TASK = "job.json"  # in the folder of an unpacked job: what is left of it once its files are files again


def packed(experiment: Experiment, cells: Sequence[Cell], silence_s: float) -> Job:
    """All that passes over those cells need, the batches and the user's files among it."""
    files = [*experiment.files, *(source for source in experiment.sources.values() if _is_file(source))]
    settings = {
        "baseline": experiment.baseline,
        "problems": {name: _place(source, files) for name, source in experiment.sources.items()},
        "files": [_place(file, files) for file in experiment.files],
        "blas_threads": experiment.sweep.blas_threads,
        "silence_s": silence_s,
        "pythons": {name: program for name, program in experiment.pythons.items() if name},
    }
    travelling = {_place(file, files): Path(file).read_bytes() for file in files}
    batches = _batches(experiment, cells)
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for content in (*travelling.values(), *(content for _, _, content in batches)):
        digest.update(hashlib.sha256(content).digest())
    needs = what_is_here(["numpy", *(name for name in experiment.settings()["libraries"] if name != "numpy")])
    return {"id": digest.hexdigest()[:16], "needs": needs, "settings": settings, "files": travelling, "batches": batches}


def _batches(experiment: Experiment, cells: Sequence[Cell]) -> list[tuple[str, int, bytes]]:
    with tempfile.TemporaryDirectory() as scratch:
        sizes = {cell.batch for cell in cells if cell.dataset}
        paths = write_batches(experiment.data, sizes, Path(scratch))
        return [(dataset, batch, path.read_bytes()) for (dataset, batch), path in paths.items()]


def _is_file(source: str) -> bool:
    return source != BACKPROPAGATION and source not in PROBLEMS


def _place(source: str, files: Sequence[str]) -> str:
    """Where a file of the user's goes in the folder; the name of a problem that comes with the package stays as it is.

    Each has a folder of its own, since two may have one name, and keeps its name, which the module has too.
    """
    return f"files/{files.index(source)}/{Path(source).name}" if source in files else source


def unpack(job: Job, folder: Path) -> None:
    """Make the folder of a job; it is there as a whole or not at all."""
    if (folder / TASK).exists():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix="unwind-draft-", dir=folder.parent))
    for name, content in job["files"].items():
        (draft / name).parent.mkdir(parents=True, exist_ok=True)
        (draft / name).write_bytes(content)
    names = [(dataset, batch, f"batch-{number}.npz") for number, (dataset, batch, _) in enumerate(job["batches"])]
    for (_, _, name), (_, _, content) in zip(names, job["batches"], strict=True):
        (draft / name).write_bytes(content)
    (draft / TASK).write_text(json.dumps({**job["settings"], "batches": names}), "utf-8")
    with suppress(OSError):  # another pass of the same job was faster
        draft.rename(folder)


def pass_timer(folder: Path, visit_s: float, on_hello: Any) -> PassTimer:
    """What measures passes of the job that was unpacked into a folder."""
    job: Mapping[str, Any] = json.loads((folder / TASK).read_text("utf-8"))

    def place(source: str) -> str:
        return str(folder / source) if source.startswith("files/") else source

    return PassTimer(
        {(dataset, batch): folder / name for dataset, batch, name in job["batches"]},
        job["baseline"],
        [place(file) for file in job["files"]],
        {name: place(source) for name, source in job["problems"].items()},
        job["blas_threads"],
        job["silence_s"],
        on_hello,
        visit_s,
        pythons={"": sys.executable, **job["pythons"]},
    )
