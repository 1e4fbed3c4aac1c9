"""Own code: which Python functions belong to an implementation, so that what it does is seen and what its libraries do is not."""

from __future__ import annotations

import sysconfig
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

from impls.control_flow import plain_function


class OwnCode:
    """The functions in the file of an implementation's function, and in the files beside it: helpers are often in one of these.

    A folder that libraries are installed in makes no files of one kin.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        plain = plain_function(function)
        self.start = plain.__code__ if plain else None
        self._file = plain.__code__.co_filename if plain else ""
        folder = Path(self._file).parent
        self._folder = folder if folder.is_absolute() and folder not in _libraries() else None
        self._is_own: dict[CodeType, bool] = {}

    def __contains__(self, code: CodeType) -> bool:
        """Is the code of this implementation? It is worked out once for each, and looked up from then on."""
        known = self._is_own.get(code)
        if known is None:
            file = code.co_filename
            known = self._is_own[code] = bool(self._file) and (file == self._file or Path(file).parent == self._folder)
        return known


@cache
def _libraries() -> frozenset[Path]:
    return frozenset(Path(sysconfig.get_paths()[kind]) for kind in ("stdlib", "platstdlib", "purelib", "platlib"))
