"""Wrapping up: what takes a moment at the end of a run is finished, though Ctrl-C is pressed a second and a third time."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

INTERRUPTS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ignore interrupts inside; what cannot wait for the end of it can still be killed."""
    if threading.current_thread() is not threading.main_thread():  # only the main thread may set handlers, and only it is interrupted
        yield
        return
    handlers = {number: signal.signal(number, signal.SIG_IGN) for number in INTERRUPTS}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
