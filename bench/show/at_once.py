"""Work done in several processes at once: matplotlib takes most of a report's time, and keeps to one processor."""

from __future__ import annotations

import gc
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_all_start_methods, get_context
from typing import Any, TypeVar

MOST = 4  # processes; each takes some 30 MiB of its own

Item = TypeVar("Item")
Result = TypeVar("Result")
_todo: tuple[Callable[..., Any], Sequence[Any]]


@contextmanager
def at_once(work: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[list[Callable[[], Result]]]:
    """For each item a function that waits for its result, which is being worked out meanwhile; what nobody waited for is left undone.

    Forks do the work, so that items need not be sent. Where there is no fork, it is done when it is asked for.
    """
    processes = min(MOST, os.cpu_count() or 1, len(items))
    if processes < 2 or "fork" not in get_all_start_methods():
        yield [partial(work, item) for item in items]
        return
    global _todo  # what the forks inherit
    _todo = work, items
    # what a fork has inherited is no garbage of its own, so its collector is not to walk through that again and again
    with ProcessPoolExecutor(processes, get_context("fork"), initializer=gc.freeze) as pool:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # of forks beside threads, from Python 3.12 on: ours hold no lock
                futures = [pool.submit(_do, number) for number in range(len(items))]
            yield [future.result for future in futures]
        finally:
            pool.shutdown(cancel_futures=True)


def _do(number: int) -> Any:
    work, items = _todo
    return work(items[number])
