"""Control flow: whether a function is a loop or a recursion, read from its code."""

from __future__ import annotations

import dis
from functools import partial
from types import CodeType, FunctionType, MethodType
from typing import Any, Callable, Iterator

GENERATOR = 0x20 | 0x80 | 0x200  # CO_GENERATOR, CO_COROUTINE and CO_ASYNC_GENERATOR of `inspect`
LOADS = ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS")  # an attribute's name is no function's
WRAPPERS = 100  # that a function may be behind; one that names itself would go on for ever


def control_flow_of(function: Callable[..., Any]) -> str:
    """ "recursion" if the function, or a helper that it calls, can reach itself by name; "other" if it does so through a generator;
    else "loop".

    Names are followed through functions of the same module, and into functions that are defined inside. Decorators that say what
    they wrap, partials and methods are looked through.

    >>> def factorial(n): return n * factorial(n - 1) if n else 1
    >>> control_flow_of(factorial), control_flow_of(sum)
    ('recursion', 'loop')
    """
    start = plain_function(function)
    calls = _reachable(start) if start else {}
    circle = [code for code in calls if _reaches(code, code, calls)]
    if any(code.co_flags & GENERATOR and code.co_name[:1] != "<" for code in circle):  # one of an expression, `sum(… for …)`, runs at once
        return "other"
    return "recursion" if circle else "loop"


def plain_function(value: Any) -> FunctionType | None:
    """The function in Python that a call of the value runs in the end; None where there is none."""
    for _ in range(WRAPPERS):
        if isinstance(value, MethodType):
            value = value.__func__
        elif isinstance(value, partial):
            value = value.func
        elif callable(value) and getattr(value, "__wrapped__", None) is not None:
            value = value.__wrapped__
        elif isinstance(value, FunctionType):
            return value
        else:
            break
    call = getattr(type(value), "__call__", None)  # noqa: B004 - what it is, not whether there is one
    return call if isinstance(call, FunctionType) else None


def _reachable(start: FunctionType) -> dict[CodeType, list[CodeType]]:
    """The code of every function that the first can reach, with what each may call."""
    calls: dict[CodeType, list[CodeType]] = {}
    ahead = [(start.__code__, _names(start))]
    while ahead:
        code, names = ahead.pop()
        if code not in calls:
            inner = [constant for constant in code.co_consts if isinstance(constant, CodeType)]
            names = {**names, **{each.co_name: each for each in inner}}  # what is defined inside knows itself and its siblings
            called = [(each, names) for each in inner]
            for value in (names[name] for name in _loaded(code) if name in names):
                if isinstance(value, CodeType):
                    called.append((value, names))
                elif (plain := plain_function(value)) and plain.__module__ == start.__module__:
                    called.append((plain.__code__, _names(plain)))
            calls[code] = [each for each, _ in called]
            ahead += called
    return calls


def _names(function: FunctionType) -> dict[str, Any]:
    """What the names in a function stand for: those of its module, and of the functions around it."""
    names = dict(function.__globals__)
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
        try:
            names[name] = cell.cell_contents
        except ValueError:  # not yet set
            continue
    return names


def _loaded(code: CodeType) -> Iterator[str]:
    """The names that the code looks up outside itself."""
    yield from (instruction.argval for instruction in dis.get_instructions(code) if instruction.opname in LOADS)
    yield from code.co_freevars


def _reaches(start: CodeType, goal: CodeType, calls: dict[CodeType, list[CodeType]]) -> bool:
    """Is there a way from the first back to the goal?"""
    seen: set[CodeType] = set()
    ahead = [*calls[start]]
    while ahead:
        code = ahead.pop()
        if code == goal:
            return True
        if code not in seen:
            seen.add(code)
            ahead += calls[code]
    return False
