"""Lazy functions: their modules are imported with the first call, since the libraries of all together take seconds to load."""

from __future__ import annotations

from collections.abc import Callable
from pkgutil import resolve_name
from typing import Any


def lazily(place: str) -> Callable[..., Any]:
    """The function at a place, such as "bench.verbs.run:run"."""
    return lambda *arguments: resolve_name(place)(*arguments)
