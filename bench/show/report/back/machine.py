"""The report's sections on how to read it and on the machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench.measure.machine.conditions import CONDITIONS
from bench.record.results import Results
from bench.show.answers.words import size

FACTS = {
    "machine": "name here",
    "cpu": "processor",
    "cores": "cores",
    "memory_bytes": "memory",
    "os": "system",
    "kernel": "kernel",
    "python": "Python",
    "python_compiler": "compiled by",
    "numpy": "NumPy",
    "blas": "BLAS",
    "blas_threads": "BLAS threads",
    "libc": "C library",
    "governor": "frequency governor",
    "load_1_min": "load when it began",
}


def reading_section(results: Results) -> dict[str, Any]:
    """What the explanations need to know."""
    machine = results.machine
    threads, share = machine.get("blas_threads", 1), machine.get("passes", {}).get("share")
    return {"words": results.problem.words, "floor": results.problem.floor, "blas_threads": threads, "share": share}


def machine_section(machine: dict[str, Any]) -> dict[str, Any]:
    """What is known of the machine, and what speaks against the figures."""
    libraries = machine.get("settings", {}).get("libraries", {})
    others = [f"{name} {version}" for name, version in libraries.items() if name != "numpy"]
    facts = [(label, _words(key, machine[key])) for key, label in FACTS.items() if machine.get(key) not in (None, "")]
    facts += [("libraries", ", ".join(others))] if others else []
    at_once = machine.get("passes", {}).get("at_once")
    facts += [("passes made at once", str(at_once))] if at_once else []
    return {"warnings": machine.get("warnings", []), "facts": [*facts, *_settings(machine.get("settings", {}))]}


def _settings(settings: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What measuring processes ran under; the BLAS is among the machine's facts."""
    known = settings.get("conditions", {})
    for condition in CONDITIONS:
        if condition.name != "blas" and known.get(condition.name):
            yield condition.title, known[condition.name]
    yield from settings.get("environment", {}).items()


def _words(key: str, value: Any) -> str:
    return size(value) if key == "memory_bytes" else str(value)
