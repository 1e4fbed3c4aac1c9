"""Frame bytes: what a call takes on the interpreter's stack, computed from its code."""

from __future__ import annotations

import sys
from types import CodeType


def frame_bytes(code: CodeType, version: tuple[int, int] = sys.version_info[:2]) -> int:
    """Bytes of one call of a Python function: its frame's fields, its variables and its working stack.

    8 (K + variables + stack), where K fields come first (CPython's `_PyInterpreterFrame`, from 3.11 on).
    """
    fields = 9 if version < (3, 14) else 10
    cells = [name for name in code.co_cellvars if name not in code.co_varnames]
    return 8 * (fields + code.co_nlocals + len(cells) + len(code.co_freevars) + code.co_stacksize)
