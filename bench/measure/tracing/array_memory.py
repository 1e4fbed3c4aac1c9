"""Array memory: every array's data that NumPy asks for and gives back, to the byte, temporary ones too.

NumPy lets its allocator be replaced (NEP 49, from 1.22 on). This one counts, and leaves the work to Python's. An array
remembers the allocator that made it, and goes back to it, so what is made here is seen to go whenever that is.
"""

from __future__ import annotations

import ctypes
import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

SET_HANDLER = 304  # the place of PyDataMem_SetHandler in NumPy's table of functions, which is part of its binary interface

_PLACE, _SIZE = ctypes.c_void_p, ctypes.c_size_t
_Malloc = ctypes.PYFUNCTYPE(_PLACE, _PLACE, _SIZE)
_Calloc = ctypes.PYFUNCTYPE(_PLACE, _PLACE, _SIZE, _SIZE)
_Realloc = ctypes.PYFUNCTYPE(_PLACE, _PLACE, _PLACE, _SIZE)
_Free = ctypes.PYFUNCTYPE(None, _PLACE, _PLACE, _SIZE)


class _Handler(ctypes.Structure):
    """NumPy's PyDataMem_Handler."""

    _fields_ = (
        ("name", ctypes.c_char * 127), ("version", ctypes.c_uint8), ("context", _PLACE),
        ("malloc", _Malloc), ("calloc", _Calloc), ("realloc", _Realloc), ("free", _Free),
    )  # fmt: skip


class ArrayMemory:
    """Counts while it is `counting()`; what is made while it is `paused` is left out.

    Attributes:
        alive: address -> (number, bytes) of each array's data that was counted and has not gone; numbers grow from 1 on.
        peak_bytes: the most that were alive at once since `reset_peak`.

    """

    def __init__(self) -> None:
        self.alive: dict[int, tuple[int, int]] = {}
        self.peak_bytes = 0
        self.paused = False
        self._bytes = 0
        self._made = 0

    @property
    def alive_bytes(self) -> int:
        """Bytes alive now."""
        return self._bytes

    def reset_peak(self) -> None:
        """Begin to look for the most again."""
        self.peak_bytes = self._bytes

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count what NumPy allocates inside."""
        before = _set_handler(_capsule(self))
        try:
            yield
        finally:
            _set_handler(before)

    def _add(self, address: int, size: int) -> int:
        if not self.paused and address:
            self._made += 1
            self.alive[address] = self._made, size
            self._bytes += size
            self.peak_bytes = max(self.peak_bytes, self._bytes)
        return address

    def _drop(self, address: int) -> None:
        _, size = self.alive.pop(address, (0, 0))
        self._bytes -= size

    def _malloc(self, context: int, size: int) -> int:
        return self._add(_raw_malloc(size), size)

    def _calloc(self, context: int, count: int, size: int) -> int:
        return self._add(_raw_calloc(count, size), count * size)

    def _realloc(self, context: int, address: int, size: int) -> int:
        self._drop(address)
        return self._add(_raw_realloc(address, size), size)

    def _free(self, context: int, address: int, size: int) -> None:
        self._drop(address)
        _raw_free(address)


_KEPT: list[Any] = []  # an array may outlive whoever counted it, and needs its allocator to go


def _capsule(memory: ArrayMemory) -> object:
    functions = _Malloc(memory._malloc), _Calloc(memory._calloc), _Realloc(memory._realloc), _Free(memory._free)
    handler = _Handler(b"unwind", 1, None, *functions)
    _KEPT.append(handler)
    return _new_capsule(ctypes.addressof(handler), b"mem_handler", None)


def _python(name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
    return ctypes.PYFUNCTYPE(result, *arguments)((name, ctypes.pythonapi))


def _set_handler(capsule: object) -> object:
    """Make this NumPy's allocator; return the one before."""
    core = importlib.import_module("numpy._core._multiarray_umath" if np.lib.NumpyVersion(np.__version__) >= "2.0.0" else _OLD_CORE)
    table = ctypes.cast(_pointer_of(core._ARRAY_API, None), ctypes.POINTER(_PLACE))
    return ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.py_object)(table[SET_HANDLER])(capsule)


_OLD_CORE = "numpy.core._multiarray_umath"
_raw_malloc = _python("PyMem_RawMalloc", _PLACE, _SIZE)
_raw_calloc = _python("PyMem_RawCalloc", _PLACE, _SIZE, _SIZE)
_raw_realloc = _python("PyMem_RawRealloc", _PLACE, _PLACE, _SIZE)
_raw_free = _python("PyMem_RawFree", None, _PLACE)
_new_capsule = _python("PyCapsule_New", ctypes.py_object, _PLACE, ctypes.c_char_p, _PLACE)
_pointer_of = _python("PyCapsule_GetPointer", _PLACE, ctypes.py_object, ctypes.c_char_p)
