"""Endings: how a process or a step ended, in the words of the column `status`."""

from __future__ import annotations

import signal
from typing import Literal

from impls.interface import Unavailable

Status = Literal["ok", "recursion_error", "segfault", "out_of_memory", "timeout", "error", "skipped"]

RAISED_LIMIT = "with the recursion limit raised"  # the detail of what went well so, and does not as Python comes

CRASHES = {
    -signal.SIGSEGV,
    -getattr(signal, "SIGBUS", signal.SIGSEGV),  # what macOS sends for a stack that overflows
    0xC00000FD,  # the same on Windows: STATUS_STACK_OVERFLOW
    0xC0000005,  # STATUS_ACCESS_VIOLATION
}


def ending(exit_code: int, last_line: str = "") -> tuple[str, str]:
    """The status and detail of a process that ended by itself; `last_line` is the last that it wrote."""
    if exit_code in CRASHES:
        return "segfault", "segmentation fault"
    name = signal.Signals(-exit_code).name if exit_code < 0 else ""
    if name == "SIGKILL":
        return "out_of_memory", "killed by the system, most likely for memory"
    if name == "SIGXCPU":
        return "timeout", "used up its CPU time"
    if name:
        return "error", f"killed by {name}"
    return "error", last_line or f"exit code {exit_code}"


def status_of(error: BaseException) -> str:
    """The status for an exception."""
    if isinstance(error, RecursionError):
        return "recursion_error"
    if isinstance(error, MemoryError):
        return "out_of_memory"
    if isinstance(error, Unavailable):
        return "skipped"
    return "error"


def detail_of(error: BaseException) -> str:
    """The detail for an exception."""
    return str(error) if isinstance(error, Unavailable) else f"{type(error).__name__}: {error}"
