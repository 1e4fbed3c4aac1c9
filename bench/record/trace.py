"""trace.json: one step or call of every implementation, line by line, written whole and read back."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from bench.errors import BadInput
from bench.measure.tracing.calls.records import EVENTS, CallTrace
from bench.measure.tracing.records import NOWHERE, Trace, Traces
from bench.record.files.disk import write_whole

FILE = "trace.json"


def write_traces(folder: Path, traces: Traces) -> None:
    """Replace trace.json: a line for each trace of a network, and for each problem.

    Raises:
        BadInput: the system refuses the write.

    """
    record = asdict(traces)
    lists = {what: ",\n".join(map(_compact, record.pop(what))) for what in ("traces", "calls")}
    text = _compact(record)[:-1] + "".join(f',"{what}":[\n{lines}\n]' for what, lines in lists.items()) + "}\n"
    write_whole(folder / FILE, text.encode())


def read_traces(folder: Path) -> Traces | None:
    """What trace.json says; None if it is not there, as in a folder of an earlier version.

    Raises:
        BadInput: it is no such record.

    """
    path = folder / FILE
    try:
        traces = TypeAdapter(Traces).validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror}); move it away or give another --results") from None
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"])) or "the whole"
        raise BadInput(f"{path}: is not a record of traces (look at {place}); move it away, and `unwind run` writes it anew") from None
    for number, trace in enumerate(traces.traces):
        if not _refers_to_itself(trace, len(traces.sizes) * 2 + 1):
            raise BadInput(f"{path}: traces.{number} refers to what is not in it; move the file away, and `unwind run` writes it anew")
    for number, problem in enumerate(traces.calls):
        if not all(map(_call_refers_to_itself, problem.traces)):
            raise BadInput(f"{path}: calls.{number} refers to what is not in it; move the file away, and `unwind run` writes it anew")
    return traces


def _refers_to_itself(trace: Trace, stages: int) -> bool:
    """Is everything there that the steps, the frames and the containers refer to?"""
    lines = {(function.file, number) for function in trace.functions for number, _ in function.lines}
    arrays = [place for frame in trace.frames for _, place in frame.arrays]
    arrays += [place for container in trace.containers for _, places in container.items for place in places]
    keys = {container.key for container in trace.containers}
    return (
        all(0 <= place < len(trace.arrays) for place in arrays)
        and all(key in keys for frame in trace.frames for _, key in frame.containers)
        and all(0 <= place < len(trace.frames) for step in trace.steps for place in step.frames)
        and all(0 <= place < len(trace.containers) for step in trace.steps for place in step.containers)
        and all((step.file, step.line) in lines and 0 <= step.stage < stages and step.layer >= NOWHERE for step in trace.steps)
    )


def _call_refers_to_itself(trace: CallTrace) -> bool:
    """Is everything there that the steps and the frames refer to?"""
    lines = {(function.file, number) for function in trace.functions for number, _ in function.lines}
    keys = {container.key for container in trace.containers}
    return (
        all(key in keys for frame in trace.frames for _, key in frame.containers)
        and all(0 <= place < len(trace.frames) for step in trace.steps for place in step.frames)
        and all(0 <= place < len(trace.containers) for step in trace.steps for place in step.containers)
        and all((step.file, step.line) in lines and step.event in EVENTS and step.frames for step in trace.steps)
    )


def _compact(record: object) -> str:
    return json.dumps(record, separators=(",", ":"), ensure_ascii=False)
