"""Work done in several processes at once: matplotlib takes most of a report's time, and keeps to one processor."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_all_start_methods, get_context
from typing import Any, TypeVar

MOST = 4  # processes; each takes some 30 MiB of its own

Item = TypeVar("Item")
Result = TypeVar("Result")
_todo: tuple[Callable[..., Any], Sequence[Any]]


def at_once(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """The result of each item, in order. Forks do the work, so that items need not be sent; one after the other where there is no fork."""
    processes = min(MOST, os.cpu_count() or 1, len(items))
    if processes < 2 or "fork" not in get_all_start_methods():
        return [work(item) for item in items]
    global _todo  # what the forks inherit
    _todo = work, items
    with warnings.catch_warnings(), ProcessPoolExecutor(processes, get_context("fork")) as pool:
        warnings.simplefilter("ignore", DeprecationWarning)  # of forks beside threads, from Python 3.12 on: ours hold no lock
        return [*pool.map(_do, range(len(items)))]


def _do(number: int) -> Any:
    work, items = _todo
    return work(items[number])
