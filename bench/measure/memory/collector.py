"""The garbage collector around a measurement: what was there before is no work of it, and where need be it does not run at all."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def earlier_objects_left_out() -> Iterator[None]:
    """A full collection first; inside, what is left of all that was made before is not looked at (CPython; PyPy cannot do that)."""
    gc.collect()
    freezes = hasattr(gc, "freeze")
    if freezes:
        gc.freeze()
    try:
        yield
    finally:
        if freezes:
            gc.unfreeze()


@contextmanager
def collector_off() -> Iterator[None]:
    """No garbage collection inside, so that a figure does not depend on when it would have run."""
    was_enabled = gc.isenabled()
    with earlier_objects_left_out():
        gc.disable()
        try:
            yield
        finally:
            if was_enabled:
                gc.enable()
