"""Sources: code read as text, without importing it, since a library that it needs may be missing."""

from __future__ import annotations

import ast
import hashlib
import inspect
import sys
import textwrap
import tokenize
from collections.abc import Iterable, Iterator
from functools import cache, partial
from importlib.util import find_spec, resolve_name
from typing import Any

from impls import Implementation, Solution

OURS = ("impls", "bench")  # the packages whose modules may move


def module_of(implementation: Implementation | Solution) -> str:
    """The module that defines what is compared: `backprop`, or a problem's function."""
    return str(_innermost(implementation.code).__module__)


def qualname_of(implementation: Implementation | Solution) -> str:
    """The name of its function in that module; of an object that can be called, its class."""
    function = _innermost(implementation.code)
    return str(getattr(function, "__qualname__", type(function).__qualname__))


def _innermost(function: Any) -> Any:
    """What partials call in the end."""
    while isinstance(function, partial):
        function = function.func
    return function


def source_of(module: str) -> str:
    """The text of a module's file, without importing the module.

    Raises:
        OSError: it has no file, or one that cannot be read.

    """
    loaded = sys.modules.get(module)
    spec = None if loaded else find_spec(module)
    file = getattr(loaded, "__file__", None) if loaded else spec and spec.origin
    if not file:
        raise OSError(f"{module} has no file")
    with tokenize.open(file) as text:  # in the encoding that it says
        return text.read()


def functions_source(implementation: Implementation | Solution) -> str:
    """The functions and classes of an implementation, one after the other, with their decorators: those of its file; of a
    problem's file, which has several implementations, its function and those of the file that this names.

    Raises:
        OSError: it is nowhere.

    """
    if carried := getattr(implementation.code, "source", ""):
        return str(carried)
    text = _text_of(implementation)
    tree = ast.parse(text)
    definitions: list[Any] = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    if isinstance(implementation, Solution):
        definitions = _of_solution(implementation, tree, definitions)
    return "\n\n\n".join(_node_text(node, text) for node in definitions)


def _node_text(node: Any, text: str) -> str:
    if isinstance(node, ast.Lambda):
        return ast.get_source_segment(text, node) or ""
    return textwrap.dedent("\n".join(text.splitlines()[_first_line(node) - 1 : node.end_lineno]))


def _of_solution(solution: Solution, tree: ast.Module, definitions: list[Any]) -> list[Any]:
    """The function of a solution and what it names, in the order of the file; what stands within another function, as in a test,
    may name its neighbours there.
    """
    name = qualname_of(solution)
    if "<" not in name:
        return _named_from([name.partition(".")[0]], definitions)
    own = _lambda_of(solution, tree) if name.endswith("<lambda>") else _inner_of(solution, tree)
    if own is None:
        return _named_from([name.partition(".")[0], name.rpartition(".")[2]], definitions)
    around = [node for node in definitions if node.lineno <= own.lineno <= node.end_lineno and node is not own]
    beside = [node for outer in around for node in ast.walk(outer) if isinstance(node, ast.FunctionDef) and node not in (outer, own)]
    named = _named_from(_names_in(own), [*(node for node in definitions if node not in (*around, own)), *beside])
    return sorted([*named, own], key=lambda node: (node.lineno, node.col_offset))


def _inner_of(solution: Solution, tree: ast.Module) -> ast.FunctionDef | None:
    """The definition of a function within another, found by its first line."""
    code = getattr(_innermost(solution.code), "__code__", None)
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return next((node for node in functions if code and (node.name, _first_line(node)) == (code.co_name, code.co_firstlineno)), None)


def _lambda_of(solution: Solution, tree: ast.Module) -> ast.Lambda | None:
    """The expression of a lambda, found by where its instructions stand."""
    code = getattr(_innermost(solution.code), "__code__", None)
    instructions = {place for place in (code.co_positions() if code else ()) if None not in place and place[2] != place[3]}
    every = (node for node in ast.walk(tree) if isinstance(node, ast.Lambda))
    around = [node for node in every if instructions and all(_holds(node.body, place) for place in instructions)]
    return around[-1] if around else None  # the innermost: ast.walk goes inwards


def _holds(node: ast.expr, place: tuple[int, int, int, int]) -> bool:
    """Does an instruction stand in an expression? Places are first line, last line, first column, last column."""
    line, last_line, column, last_column = place
    starts = (node.lineno, node.col_offset) <= (line, column)
    return starts and (last_line, last_column) <= (node.end_lineno or 0, node.end_col_offset or 0)


def _text_of(implementation: Implementation | Solution) -> str:
    """The text of its file; of a function that is in none, as in a notebook, its own.

    Raises:
        OSError: there is none.

    """
    try:
        return source_of(module_of(implementation))
    except (OSError, ValueError, ImportError):
        try:
            return textwrap.dedent(inspect.getsource(implementation.code))
        except TypeError:  # a function of C
            raise OSError(f"the source of {implementation.name} is nowhere") from None


def _named_from(names: list[str], definitions: list[Any]) -> list[Any]:
    """The definitions that are reached by these names and those in their code, in the order of the file."""
    by_name = {node.name: node for node in definitions}
    reached: set[str] = set()
    ahead = [*names]
    while ahead:
        name = ahead.pop()
        if name in by_name and name not in reached:
            reached.add(name)
            ahead += _names_in(by_name[name])
    return [node for node in definitions if node.name in reached]


def _names_in(code: ast.AST) -> list[str]:
    return [node.id for node in ast.walk(code) if isinstance(node, ast.Name)]


def taken_from(modules: Iterable[str], package: str) -> list[str]:
    """The modules of a package that the modules import, and those that these import; the package's own `__init__` is none."""
    reached: set[str] = set()
    ahead = [*modules]
    while ahead:
        module = ahead.pop()
        new = {name for name in _imported(module, source_of(module)) if name.startswith(f"{package}.")} - reached
        reached |= new
        ahead += new
    return sorted(reached)


def code_digest(modules: Iterable[str]) -> str:
    """A digest of what the modules' code does.

    Comments, docstrings, layout, and the names and paths of the modules are no part of it: reworded or moved code has the
    same digest. What counts is the syntax tree.
    """
    digests = sorted(_digest(source_of(module), module) for module in {*modules})
    return hashlib.sha256("".join(digests).encode()).hexdigest()[:12]


@cache
def _digest(text: str, module: str) -> str:
    """That of one module; implementations have most of their modules in common."""
    return hashlib.sha256(_code(text, module).encode()).hexdigest()


def _code(text: str, module: str) -> str:
    """The syntax tree in words, without docstrings and without the paths that our own modules are imported by."""
    tree = ast.parse(text, module)
    for node in ast.walk(tree):
        if isinstance(body := getattr(node, "body", None), list):
            node.body = [statement for statement in body if not _is_text(statement)]  # type: ignore[attr-defined]
        if isinstance(node, ast.ImportFrom) and (node.level or _is_ours(node.module or "")):
            node.module, node.level = OURS[0], 0
    return ast.dump(tree)


def _is_text(statement: ast.stmt) -> bool:
    """Is it a string and nothing else, as docstrings are?"""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant) and isinstance(statement.value.value, str)


def _is_ours(module: str) -> bool:
    return module.split(".")[0] in OURS


@cache
def _imported(module: str, text: str) -> frozenset[str]:
    """The modules that a module with that text imports, by their whole names; a name taken from a module may be none."""
    return frozenset(_names_imported(module, text))


def _names_imported(module: str, text: str) -> Iterator[str]:
    package = module if _is_package(module) else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(text, module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            origin = resolve_name("." * node.level + (node.module or ""), package) if node.level else node.module or ""
            yield origin
            if _is_ours(origin) and _is_package(origin):
                yield from (name for alias in node.names if find_spec(name := f"{origin}.{alias.name}"))


def _is_package(module: str) -> bool:
    loaded = sys.modules.get(module)
    spec = getattr(loaded, "__spec__", None) if loaded else find_spec(module)
    return spec is not None and spec.submodule_search_locations is not None


def _first_line(node: ast.FunctionDef | ast.ClassDef) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
