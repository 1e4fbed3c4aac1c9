"""Which library `malloc` is taken from in this process: libc's own, or another that was put before it (LD_PRELOAD)."""

from __future__ import annotations

import ctypes
import os
from typing import Any


class _Symbol(ctypes.Structure):
    """What dladdr(3) says of an address."""

    _fields_ = [("file", ctypes.c_char_p), ("base", ctypes.c_void_p), ("symbol", ctypes.c_char_p), ("address", ctypes.c_void_p)]


class _Loaded(ctypes.Structure):
    """The first fields of what dl_iterate_phdr(3) says of a file that is loaded."""

    _fields_ = [("base", ctypes.c_void_p), ("file", ctypes.c_char_p)]


def malloc_library() -> str:
    """The file that `malloc` is taken from: the first that is loaded and defines it, in the order that the linker searches."""
    if not hasattr(ctypes.CDLL(None), "dl_iterate_phdr"):
        return _name_of(_file_of(ctypes.CDLL(None)))
    files = (file for file in _loaded_files() if os.path.exists(file))  # noqa: PTH110 (bytes)
    return next((_name_of(file) for file in files if _file_of(ctypes.CDLL(os.fsdecode(file))) == file), "")


def _file_of(library: ctypes.CDLL) -> bytes:
    """The file that a library's `malloc` lies in, which may be another that it needs. An executable that is linked to a fixed
    address, such as Debian's Python, seems to have one of its own.
    """
    symbol = _Symbol()
    address = ctypes.cast(library.malloc, ctypes.c_void_p)
    return symbol.file or b"" if ctypes.CDLL(None).dladdr(address, ctypes.byref(symbol)) else b""


def _loaded_files() -> list[bytes]:
    """The libraries of this process in the order that the linker searches; the executable has no name there."""
    files: list[bytes] = []

    def note(loaded: Any, size: int, data: Any) -> int:
        files.append(loaded.contents.file or b"")
        return 0

    called_back = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(_Loaded), ctypes.c_size_t, ctypes.c_void_p)
    ctypes.CDLL(None).dl_iterate_phdr(called_back(note), None)
    return files


def _name_of(file: bytes) -> str:
    return os.path.basename(file).decode()  # noqa: PTH119 (bytes)
