"""Surroundings: what a trial runs under, read in a process that is started as trials are.

Whoever has started the program, and what the interpreter itself runs as it starts (sitecustomize.py, .pth files), may have changed
things before the probe begins. Runs on Python 3.9 and newer with nothing but the standard library.
"""

from __future__ import annotations

import json
import sys
from typing import Any


def main(task: dict[str, Any]) -> None:
    """Answer with the recursion limit as it comes, and with the conditions."""
    print(json.dumps({"recursion_limit": sys.getrecursionlimit(), "conditions": _conditions()}))


def _conditions() -> dict[str, str]:
    try:
        from bench.measure.machine.conditions import conditions
    except ImportError:  # a Python that was compiled without ctypes
        return {}
    return conditions()
