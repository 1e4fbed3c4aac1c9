"""The ways a function can call itself, in pure Python: each goes down to a depth and comes back up.

The interpreter treats each of them differently. A plain call of a Python function needs no C stack since
3.11; a call that passes through C code (map, a partial, a slot) does, and what the interpreter checks on
the way differs from version to version. Runs on Python 3.9 and newer.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import nullcontext


def plain(depth: int) -> int:
    """A module-level function by its name."""
    return plain(depth - 1) if depth else 0


def args(*depth: int) -> int:
    """Through `*args`."""
    return args(*[depth[0] - 1]) if depth[0] else 0


class Caller:
    """An object with `__call__`."""

    def __call__(self, depth: int) -> int:
        """Call itself as if it were a function."""
        return self(depth - 1) if depth else 0


def _by_partial(depth: int) -> int:
    return partial(depth - 1) if depth else 0


partial = functools.partial(_by_partial)


@functools.lru_cache(maxsize=None)  # noqa: UP033  (the name that people know)
def lru_cache(depth: int) -> int:
    """Through a cache that remembers every answer."""
    return lru_cache(depth - 1) if depth else 0


def by_map(depth: int) -> int:
    """Through `map`, one item at a time."""
    return next(map(by_map, (depth - 1,))) if depth else 0


def in_with(depth: int) -> int:
    """Inside a `with` block at every level, whose `__enter__` has returned before the call and whose `__exit__` comes after it."""
    if not depth:
        return 0
    with nullcontext():
        return in_with(depth - 1)


class Nested:
    """A context whose `__enter__` enters the next one, as when contexts wrap contexts."""

    def __init__(self, depth: int) -> None:
        self.depth = depth

    def __enter__(self) -> Nested:
        """Enter the next context."""
        if self.depth:
            with Nested(self.depth - 1):
                pass
        return self

    def __exit__(self, *error: object) -> None:
        """Let errors pass."""


def by_enter(depth: int) -> int:
    """Through `__enter__`, which `with` calls."""
    with Nested(depth):
        return 0


def _delegate(depth: int) -> Iterator[None]:
    if depth:
        yield from _delegate(depth - 1)


def yield_from(depth: int) -> int:
    """A chain of generators, each of which waits for the next. Nothing is yielded, so none is left suspended."""
    return sum(1 for _ in _delegate(depth))


CALLS: dict[str, Callable[[int], int]] = {
    "plain": plain,
    "args": args,
    "object": Caller(),
    "partial": partial,
    "lru_cache": lru_cache,
    "map": by_map,
    "with": in_with,
    "enter": by_enter,
    "yield_from": yield_from,
}
