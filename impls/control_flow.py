"""Control flow: whether a function is a loop or a recursion, read from its code."""

from __future__ import annotations

from types import CodeType, FunctionType
from typing import Any, Callable, Iterator

GENERATOR = 0x20 | 0x80 | 0x200  # CO_GENERATOR, CO_COROUTINE and CO_ASYNC_GENERATOR of `inspect`


def control_flow_of(function: Callable[..., Any]) -> str:
    """ "recursion" if the function can reach itself by name, or a helper that it calls can; "other" if one of these is a
    generator; else "loop".

    Names are followed through functions of the same module, and into functions that are defined inside.

    >>> def factorial(n): return n * factorial(n - 1) if n else 1
    >>> control_flow_of(factorial), control_flow_of(sum)
    ('recursion', 'loop')
    """
    code = getattr(function, "__code__", None)
    if code is None:
        return "loop"
    module = getattr(function, "__module__", None)
    calls: dict[CodeType, list[CodeType]] = {}
    ahead = [(code, {**_codes(getattr(function, "__globals__", {}), module), **_codes(dict(_cells(function)), module)})]
    while ahead:
        this, known = ahead.pop()
        if this not in calls:
            inner = {constant.co_name: constant for constant in this.co_consts if isinstance(constant, CodeType)}
            known = {**known, **inner}  # a function that is defined inside knows itself and its siblings
            named = [known[name] for name in (*this.co_names, *this.co_freevars) if name in known]
            calls[this] = [*inner.values(), *named]
            ahead += [(code, known) for code in calls[this]]
    if any(this.co_flags & GENERATOR and this.co_name[:1] != "<" for this in calls):
        return "other"
    return "recursion" if any(_reaches(this, this, calls) for this in calls) else "loop"


def _codes(names: dict[str, Any], module: str | None) -> dict[str, CodeType]:
    """The functions of that module among named values, each by its code."""
    functions = ((name, value) for name, value in names.items() if isinstance(value, FunctionType))
    return {name: value.__code__ for name, value in functions if value.__module__ == module}


def _reaches(start: CodeType, goal: CodeType, calls: dict[CodeType, list[CodeType]]) -> bool:
    """Is there a way from the first back to the goal?"""
    seen: set[CodeType] = set()
    ahead = [*calls[start]]
    while ahead:
        code = ahead.pop()
        if code is goal:
            return True
        if code not in seen:
            seen.add(code)
            ahead += calls[code]
    return False


def _cells(function: Callable[..., Any]) -> Iterator[tuple[str, Any]]:
    """The variables of the functions around it, by name."""
    names = getattr(getattr(function, "__code__", None), "co_freevars", ())
    for name, cell in zip(names, getattr(function, "__closure__", None) or ()):
        try:
            yield name, cell.cell_contents
        except ValueError:  # not yet set
            continue
