"""What the study of depth tries: settings of the interpreter, and ways for a function to call itself."""

from __future__ import annotations

from dataclasses import dataclass

RAISED = 10**8  # more than any depth that is tried, so that a trial never stops at it
DEEPEST = RAISED // 2  # layers: an implementation may take two calls for each
CALL = "call:"  # before the name of a way of calling in limits.csv, where implementations have no prefix


@dataclass(frozen=True)
class Setting:
    """The conditions of a trial.

    Attributes:
        recursion_limit: for `sys.setrecursionlimit`; None leaves the interpreter's own.
        stack_bytes: the stack of the thread that does the work; None is the main thread, with the
            system's own size (8 MiB on most Linux systems: `ulimit -s`).

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
# On macOS a thread has 512 KiB unless it is the main one; 64 MiB are eight times what a thread has on Linux.
SETTINGS = (AS_IT_COMES, LIMIT_RAISED, Setting(RAISED, 512 * 2**10), Setting(RAISED, 64 * 2**20))

# way of calling -> title; `bench.measure.depth.calls.CALLS` has a function for each
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
    """The setting that a row of limits.csv was measured under: any limit but RAISED is the interpreter's own."""
    return Setting(RAISED if recursion_limit == RAISED else None, stack_bytes)


def way_title(name: str) -> str:
    """What figures and tables call a way of calling, by its name in limits.csv."""
    way = name.removeprefix(CALL)
    return WAYS.get(way, way)


def _size(size_bytes: int) -> str:
    return f"{size_bytes // 2**20} MiB" if size_bytes >= 2**20 else f"{size_bytes // 2**10} KiB"
