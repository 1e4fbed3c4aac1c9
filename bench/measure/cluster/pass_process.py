"""The process of a pass: on a worker's machine, in a process of its own, which starts those that measure.

It is apart from Dask's worker, so that a pass can be ended from outside, with all that it has started, and so that the
worker's threads are in no process that measures. Answers: {"hello": ...} as interpreters start, {"visit": ...} for each visit,
{"starts_s": ...} at the end.
"""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import Any

from bench.measure.cluster.job import pass_timer
from bench.measure.cluster.wire import assignment_of, plain_visit
from bench.measure.workers.serve import Answer, serve


def main(task: dict[str, Any], answer: Answer) -> None:
    """Make the visits of the task."""
    timer = pass_timer(Path(task["folder"]), task["visit_s"], lambda hello: answer(hello=hello))
    start, visits_s = monotonic(), 0.0
    for finished in timer([assignment_of(plain) for plain in task["assignments"]]):
        visits_s += finished.wall_s
        answer(visit=plain_visit(finished))
    answer(starts_s=monotonic() - start - visits_s)


if __name__ == "__main__":
    serve(main)
