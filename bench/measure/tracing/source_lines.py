"""Source lines: the text of the functions that ran in a trace, each line with its number in its file."""

from __future__ import annotations

import ast
import inspect
import linecache
import textwrap
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from types import CodeType
from typing import NamedTuple

from impls import updates

HOME = Path(updates.__file__).parents[1]


class Function(NamedTuple):
    """A function that ran: its lines with their numbers in the file, without its docstring."""

    name: str
    file: str
    lines: tuple[tuple[int, str], ...]


def functions_of(codes: Iterable[CodeType], comes_last: Callable[[CodeType], bool]) -> tuple[Function, ...]:
    """The text of every function that ran and is inside of none that did, a file after the other; some come last."""
    functions: list[Function] = []
    for code in sorted(codes, key=lambda code: (comes_last(code), code.co_filename, code.co_firstlineno)):
        file = shown_file(code.co_filename)
        if not any(other.file == file and code.co_firstlineno <= other.lines[-1][0] for other in functions):
            functions.append(Function(code.co_name, file, lines_of(code)))
    return tuple(functions)


def lines_of(code: CodeType) -> tuple[tuple[int, str], ...]:
    """A function's lines with their numbers, without its docstring, which is no step and is read elsewhere; none if it has no file."""
    first = code.co_firstlineno
    text = inspect.getblock(linecache.getlines(code.co_filename)[first - 1 :])  # getsourcelines looks through all modules first
    left_out = _docstring("".join(text))
    lines = enumerate(textwrap.dedent("".join(text)).splitlines(), first)
    return tuple((number, line.rstrip()) for number, line in lines if number - first not in left_out)


def _docstring(text: str) -> range:
    """The places of its lines."""
    try:
        [definition] = ast.parse(textwrap.dedent(text)).body
    except (SyntaxError, ValueError):  # a lambda within a longer expression
        return range(0)
    if isinstance(definition, ast.FunctionDef) and ast.get_docstring(definition):
        return range(definition.body[0].lineno - 1, definition.body[0].end_lineno or 0)
    return range(0)


@cache
def shown_file(file: str) -> str:
    """A file's path inside the project, or its name: a report is passed on, and where its maker's files lie is nobody's business.

    >>> shown_file(updates.__file__), shown_file("/home/ada/thesis/mine.py")
    ('impls/updates.py', 'mine.py')
    """
    path = Path(file)
    return path.relative_to(HOME).as_posix() if path.is_relative_to(HOME) else path.name
