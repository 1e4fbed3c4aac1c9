"""Sources: the code of an implementation, read as text, so that a library which it needs may be missing."""

from __future__ import annotations

import ast
import sys
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from impls import Implementation


def module_of(implementation: Implementation) -> str:
    """The module that defines `implementation.backprop`."""
    backprop = implementation.backprop
    while isinstance(backprop, partial):
        backprop = backprop.func
    return backprop.__module__


def source_of(module: str) -> str:
    """The text of a module's file, without importing the module.

    Raises:
        OSError: it has no file, or one that cannot be read.

    """
    loaded = sys.modules.get(module)
    spec = None if loaded else find_spec(module)
    file = loaded.__file__ if loaded else spec and spec.origin
    if not file:
        raise OSError(f"{module} has no file")
    return Path(file).read_text("utf-8")


def functions_source(implementation: Implementation) -> str:
    """The functions and classes of the implementation's file, one after the other, with their decorators."""
    text = source_of(module_of(implementation))
    lines = text.splitlines()
    found = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return "\n\n\n".join("\n".join(lines[_first_line(node) - 1 : node.end_lineno]) for node in found)


def taken_from(implementation: Implementation) -> list[str]:
    """The modules of `impls` from which the implementation's file takes something, by name, and those that they take from."""
    found: set[str] = set()
    ahead = [module_of(implementation)]
    while ahead:
        names = _imported(ahead.pop()) - found
        found |= names
        ahead += names
    return sorted(found)


def _imported(module: str) -> set[str]:
    tree = ast.parse(source_of(module))
    names = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    return {name for name in names if name.startswith("impls.")}


def _first_line(node: ast.FunctionDef | ast.ClassDef) -> int:
    return min([node.lineno, *(one.lineno for one in node.decorator_list)])
