"""Stand-ins: what is known of a user's implementations where their file is not run.

A user's file can crash, hang or end the process that runs it. So only workers run it, and the process that keeps the records
knows each implementation by what a worker says of it: its name, its words, and the file that its code is in.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, astuple, dataclass
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pkgutil import resolve_name
from typing import Any

from bench.errors import BadInput
from bench.measure.workers.ask import WorkerFailed, answers
from bench.measure.workers.environment import worker_environment
from bench.measure.workers.serve import Answer, serve
from bench.plan.code_text import module_of, source_of
from bench.plan.contenders import available, loaded
from impls import IMPLEMENTATIONS, Implementation
from impls.interface import Library
from impls.peaks import StepShape

LONGEST_RUN_S = 60.0  # of a user's file, which may import a library that takes some seconds
TOLD = ("name", "title", "cache", "control_flow", "exact", "moves", "cache_kind", "recomputes", "layouts")  # as they are


@dataclass(frozen=True)
class StandIn(Implementation):
    """A user's implementation where its file is not run; `files` are those to load it from."""

    files: tuple[str, ...] = ()


def known_implementations(files: Sequence[str], silence_s: float = LONGEST_RUN_S) -> dict[str, Implementation]:
    """The registry, with stand-ins for the implementations that the user's files define.

    Raises:
        BadInput: a file cannot be run, defines no implementation, or takes a name that is in use.

    """
    known = dict(IMPLEMENTATIONS)
    for of_file in _descriptions(files, silence_s):
        known.update((told["name"], _stand_in(told, tuple(files))) for told in of_file)
    return known


def in_worker(place: str, implementation: StandIn, *more: Any) -> Any:
    """What the function at a place, such as "bench.measure.memory.predictions:leak", returns for the implementation itself.

    Raises:
        WorkerFailed: it raises, or the worker crashes or hangs.

    """
    return _called(place, implementation.name, implementation.files, more)


def _descriptions(files: Sequence[str], silence_s: float) -> list[list[dict[str, Any]]]:
    """For each file, what a worker that runs it says of the implementations in it."""
    told: list[list[dict[str, Any]]] = []
    if not files:
        return told
    try:
        with closing(answers(__name__, {"files": list(files)}, worker_environment(), silence_s)) as replies:
            for reply in replies:
                if "refused" in reply:
                    raise BadInput(reply["refused"])
                told.append(reply["told"])
        if len(told) < len(files):
            raise WorkerFailed("error", "exit code 0")
    except WorkerFailed as failure:
        what = "hangs" if failure.status == "timeout" else "ends the process"
        reason = f"{what} when it is run ({failure.detail}); a file should define implementations and do nothing more"
        raise BadInput(f"--with {files[len(told)]}: {reason}") from None
    return told


@cache
def _called(place: str, name: str, files: tuple[str, ...], more: tuple[Any, ...]) -> Any:
    task = {"place": place, "name": name, "files": files, "more": more}
    with closing(answers(__name__, task, worker_environment(), LONGEST_RUN_S)) as replies:
        for reply in replies:
            return reply["value"]
    raise WorkerFailed("error", "ended before it had answered")


def _stand_in(told: dict[str, Any], files: tuple[str, ...]) -> StandIn:
    register(told["module"], told["file"])
    stand_in = StandIn(
        **{field: told[field] for field in TOLD},
        backprop=elsewhere(told["module"]),
        library=Library(**{**told["library"], "needs": tuple(told["library"]["needs"])}) if told["library"] else None,
        files=files,
    )
    if told["has_peak"]:
        object.__setattr__(stand_in, "peak", lambda shape: _peak_in_worker(stand_in, shape))
    return stand_in


def register(module: str, file: str) -> None:
    """Let the module's source be found under its name; it is not run."""
    loaded_from = getattr(sys.modules.get(module), "__file__", None)
    spec = spec_from_file_location(module, file)
    if loaded_from != file and spec is not None:
        sys.modules[module] = module_from_spec(spec)


def elsewhere(module: str, name: str = "backprop", source: str = "") -> Callable[..., Any]:
    """A function of that module which cannot be called here; it carries its `source`, if that is known."""

    def function(*arguments: Any) -> Any:
        raise RuntimeError(f"{module} is run by workers alone")

    function.__module__, function.__qualname__, function.__name__ = module, name, name.rpartition(".")[2]
    function.source = source  # type: ignore[attr-defined]
    return function


def _peak_in_worker(implementation: StandIn, shape: StepShape) -> int:
    try:
        return int(in_worker(f"{__name__}:peak_bytes", implementation, *astuple(shape)))
    except WorkerFailed as failure:
        raise BadInput(f"the peak formula of {implementation.name} fails ({failure.detail}); correct it, or leave it out") from None


def peak_bytes(implementation: Implementation, sizes: Sequence[int], *more: Any) -> int:
    """What its formula says of a shape, given field by field."""
    assert implementation.peak is not None
    return implementation.peak(StepShape(tuple(sizes), *more))


def main(task: dict[str, Any], answer: Answer) -> None:
    """Describe what is in the files, file by file; or call a function with one of their implementations."""
    if "place" in task:
        answer(value=resolve_name(task["place"])(available(task["files"])[task["name"]], *task["more"]))
        return
    try:
        for file, of_file in zip(task["files"], loaded(task["files"]), strict=True):
            answer(told=[_description(implementation, file) for implementation in of_file])
    except BadInput as error:
        answer(refused=str(error))


def _description(implementation: Implementation, file: str) -> dict[str, Any]:
    try:
        module = module_of(implementation)
        if not implementation.missing:  # else it is left out, and its function may be in the library that is not there
            source_of(module)
    except Exception:  # a function of C, what is no function, a file that is gone
        reason = f"the function of {implementation.name!r} is in no file that can be read; define it by `def` in a Python file"
        raise BadInput(f"--with {file}: {reason}") from None
    return {
        **{field: getattr(implementation, field) for field in TOLD},
        "library": asdict(implementation.library) if implementation.library else None,
        "has_peak": implementation.peak is not None,
        "module": module,
        "file": getattr(sys.modules.get(module), "__file__", None),
    }


if __name__ == "__main__":
    serve(main)
