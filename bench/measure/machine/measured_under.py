"""What measuring processes run under: their conditions and the variables that change figures, asked of one of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from bench.errors import BadInput
from bench.measure.machine.caveats import Caveat
from bench.measure.machine.conditions import CONDITIONS, conditions, differences
from bench.measure.workers.ask import WorkerFailed, answers
from bench.measure.workers.environment import chosen_variables, worker_environment
from bench.measure.workers.serve import Answer, serve

LONGEST_ANSWER_S = 60.0  # it takes half a second

Settings = dict[str, Any]  # "conditions" and "environment", each a name -> its value


def measured_under(python: str = sys.executable) -> Settings:
    """The settings of a process of that interpreter that is started as all that measure are.

    Raises:
        BadInput: no such process can be started.

    """
    try:
        with closing(answers(__name__, {}, worker_environment(), LONGEST_ANSWER_S, python)) as replies:
            return next(replies)
    except (WorkerFailed, StopIteration) as failure:
        reason = failure.detail if isinstance(failure, WorkerFailed) else "it does not answer"
        raise BadInput(
            f"{python}: cannot measure ({reason}); measuring processes see what is installed for this Python, and neither "
            "PYTHONPATH nor the current folder: install there what is missing"
        ) from None


def caveats_of(settings: Settings) -> Iterator[Caveat]:
    """What is not as usual, with its remedy."""
    for condition in CONDITIONS:
        value = settings["conditions"].get(condition.name, "")
        if value and not condition.usual(value):
            yield Caveat(f"in measuring processes {condition.title} is {value}", condition.remedy)
    for name, value in settings["environment"].items():
        yield Caveat(f"{name}={value} is set, which can change figures", f"unset {name}, unless that is what you want to measure")


def recorded_settings(record: Settings) -> Settings:
    """The settings that a machine.json has; before they were recorded as such, it had the BLAS already."""
    settings = record.get("settings", {})
    return {**settings, "conditions": {"blas": record.get("blas", ""), **settings.get("conditions", {})}}


def changed_settings(now: Settings, then: Settings, of_machine: bool | None = None) -> list[str]:
    """How settings differ from those of another run, in words; what it did not record is no difference.

    `of_machine` restricts them to those that belong to the machine, or to those that do not.
    """
    chosen = [] if of_machine else [*_changed_choices(now, then)]
    return [*chosen, *differences(now.get("conditions", {}), then.get("conditions", {}), of_machine)]


def _changed_choices(now: Settings, then: Settings) -> Iterator[str]:
    threads, before = now.get("blas_threads"), then.get("blas_threads")
    if None not in (threads, before) and threads != before:
        yield f"the number of BLAS threads ({before} then, {threads} now)"
    if "environment" in now and "environment" in then:
        new, old = now["environment"], then["environment"]
        changed = [name for name in sorted(new.keys() | old.keys()) if new.get(name) != old.get(name)]
        yield from (f"{name} ({old.get(name, 'not set')} then, {new.get(name, 'not set')} now)" for name in changed)


def main(task: dict[str, Any], answer: Answer) -> None:
    """Answer with this process's settings, once NumPy has loaded its BLAS."""
    import numpy as np  # noqa: F401

    answer(conditions=conditions(), environment=chosen_variables())


if __name__ == "__main__":
    serve(main)
