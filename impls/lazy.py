"""Lazy functions: their modules are imported with the first call, since what those need is large or may be missing."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Callable


def lazily(module: str, name: str) -> Callable[..., Any]:
    """The function of that name in a module that is imported with the first call."""

    def call(*arguments):
        return getattr(import_module(module), name)(*arguments)

    call.__module__, call.__qualname__ = module, name
    return call
