"""Writing all or nothing, to a disk that may be full, read-only or disconnected during a write."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from bench.errors import BadInput


def append(path: Path, data: bytes) -> None:
    """Add bytes to a file with one write; they are on the disk when this returns, and if they do not fit, none of them is.

    Raises:
        BadInput: the system refuses the write.

    """
    try:
        is_new = not path.exists()
        with open(path, "ab", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            try:
                _write_all(file.fileno(), data)
                os.fsync(file.fileno())
            except OSError:
                with suppress(OSError):  # what is no regular file has no size; the first complaint is the one to hear
                    os.ftruncate(file.fileno(), size)
                if is_new:
                    path.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise BadInput(_cannot(path, error)) from None


def write_whole(path: Path, data: bytes) -> None:
    """Replace a file's content; a reader sees the old one or the new one, however this ends.

    A link is followed. What is no regular file, such as a device or a pipe, is written to and not replaced.

    Raises:
        BadInput: the system refuses the write.

    """
    try:
        path = path.resolve()
        if path.exists() and not path.is_file():
            path.write_bytes(data)
            return
        draft = path.with_name(f"{path.name}.tmp")
        try:
            with open(draft, "wb", buffering=0) as file:
                _write_all(file.fileno(), data)
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise BadInput(_cannot(path, error)) from None


def _write_all(file: int, data: bytes) -> None:
    """When a disk fills up, write(2) may write a part without an error; the next call then fails."""
    left = memoryview(data)
    while left:
        left = left[os.write(file, left) :]


def _cannot(path: Path, error: OSError) -> str:
    return f"{path}: cannot be written ({error.strerror}); make room or give another folder; what was there before is kept"
