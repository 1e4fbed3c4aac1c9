"""The report's sections on how to read it and on the machine."""

from __future__ import annotations

from typing import Any

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


def reading_section(machine: dict[str, Any]) -> dict[str, Any]:
    """What the explanations need to know."""
    return {"blas_threads": machine.get("blas_threads", 1), "share": machine.get("passes", {}).get("share")}


def machine_section(machine: dict[str, Any]) -> dict[str, Any]:
    """What is known of the machine, and what speaks against the figures."""
    libraries = machine.get("settings", {}).get("libraries", {})
    others = [f"{name} {version}" for name, version in libraries.items() if name != "numpy"]
    facts = [(label, _words(key, machine[key])) for key, label in FACTS.items() if machine.get(key) not in (None, "")]
    return {"warnings": machine.get("warnings", []), "facts": [*facts, *([("libraries", ", ".join(others))] if others else [])]}


def _words(key: str, value: Any) -> str:
    return size(value) if key == "memory_bytes" else str(value)
