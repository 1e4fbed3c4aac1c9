"""What the study of depth tries: settings of the interpreter, and ways for a function to call itself."""

from __future__ import annotations

from dataclasses import dataclass

RAISED = 10**8  # more than any depth that is tried, so that it is never what stops a trial
CALL = "call:"  # how the ways of calling are told from implementations in limits.csv


@dataclass(frozen=True)
class Setting:
    """What a trial is run under.

    Attributes:
        recursion_limit: for `sys.setrecursionlimit`; None leaves the interpreter's own.
        stack_bytes: the stack of the thread that does the work; None is the main thread, with what the
            system gives it (8 MiB on most Linux systems: `ulimit -s`).

    """

    recursion_limit: int | None = None
    stack_bytes: int | None = None

    @property
    def words(self) -> str:
        """What figures and tables call it."""
        if self.recursion_limit is None:
            return "limit as it comes"
        return "limit raised" if self.stack_bytes is None else f"limit raised, {_size(self.stack_bytes)} stack"


AS_IT_COMES = Setting()
LIMIT_RAISED = Setting(RAISED)
# 512 KiB is what macOS gives a thread that is not the main one, 64 MiB eight times what Linux gives any.
SETTINGS = (AS_IT_COMES, LIMIT_RAISED, Setting(RAISED, 512 * 2**10), Setting(RAISED, 64 * 2**20))

WAYS = {
    "plain": "plain function",
    "args": "through *args",
    "object": "object with __call__",
    "partial": "functools.partial",
    "lru_cache": "functools.lru_cache",
    "map": "map",
    "with": "inside with",
    "enter": "in __enter__ of with",
    "yield_from": "yield from",
}


def setting_of(recursion_limit: int, stack_bytes: int | None) -> Setting:
    """The setting that a row of limits.csv was measured under: any limit but ours is the interpreter's own."""
    return Setting(RAISED if recursion_limit == RAISED else None, stack_bytes)


def way_title(name: str) -> str:
    """What figures and tables call a way of calling, by its name in limits.csv."""
    way = name.removeprefix(CALL)
    return WAYS.get(way, way)


def _size(size_bytes: int) -> str:
    return f"{size_bytes // 2**20} MiB" if size_bytes >= 2**20 else f"{size_bytes // 2**10} KiB"
