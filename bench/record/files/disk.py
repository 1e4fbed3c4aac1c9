"""Writing all or nothing, to a disk that may be full, read-only or disconnected during a write."""

from __future__ import annotations

import errno
import io
import os
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from bench.errors import BadInput

MENDS = {errno.ENOENT: "make the folder first or give another", errno.EISDIR: "give the name of a file"}
DRAFTS = ".unwind-*.tmp"  # what the files are called until they are whole


def append(path: Path, data: bytes) -> None:
    """Add bytes to a file with one write; they are on the disk when this returns, and if they do not fit, none of them is.

    Raises:
        BadInput: the system refuses the write.

    """
    is_new = not path.exists()
    with _told(path), open(path, "ab", buffering=0) as file:
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


def write_whole(path: Path, data: bytes) -> None:
    """Replace a file's content; a reader sees the old one or the new one, however this ends.

    A link is followed. What is no regular file, such as a device or a pipe, is written to and not replaced.

    Raises:
        BadInput: the system refuses the write.
        BrokenPipeError: whoever reads the pipe has gone.

    """
    with _told(path):
        if (stream := standard_stream(path)) is not None:
            _write_all(stream, data)
        elif _is_stream(path):
            with open(path, "wb", buffering=0) as file:
                _write_all(file.fileno(), data)
        else:
            _replace(Path(os.path.realpath(path)), data)


@contextmanager
def written_whole(path: Path) -> Iterator[io.FileIO]:
    """A file to write to, which takes the place of `path` once the block is over, and its name is on the disk by then, too.

    Raises:
        BadInput: the system refuses the write.

    """
    with _told(path):
        with _replacing(path) as file:
            yield file
        _keep_names(path.parent)


def make_durable_folder(path: Path) -> None:
    """Make a folder that is there after a power cut, too; that above it is there.

    Raises:
        BadInput: the system refuses it.

    """
    with _told(path):
        path.mkdir(exist_ok=True)
        _keep_names(path.parent)


def standard_stream(path: Path) -> int | None:
    """1 or 2 for the file that standard output or standard error goes to, under any name: replacing it would part the two."""
    for stream in (1, 2):
        with suppress(OSError):
            if os.path.samestat(path.stat(), os.fstat(stream)):
                return stream
    return None


def write_to_standard_output(data: bytes) -> None:
    """Write bytes to standard output, after what was printed.

    Raises:
        BadInput: it is closed, or the system refuses the write.
        BrokenPipeError: whoever reads it has gone.

    """
    if sys.stdout is None:
        raise BadInput("-: standard output is closed; give a file, or open it")
    with _told(Path("standard output")):
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def remove_drafts(folder: Path) -> None:
    """Remove what writes that were killed have left behind; nobody may be writing there."""
    for draft in folder.glob(DRAFTS):
        with suppress(OSError):
            draft.unlink()


def _replace(path: Path, data: bytes) -> None:
    with _replacing(path) as file:
        _write_all(file.fileno(), data)


@contextmanager
def _replacing(path: Path) -> Iterator[io.FileIO]:
    """A draft beside the file, which is put in the file's place, with the file's permissions, once the block is over."""
    draft, file = _draft(path.parent)
    try:
        with file:
            yield file
            with suppress(FileNotFoundError):
                draft.chmod(stat.S_IMODE(path.stat().st_mode))
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:  # Ctrl-C, too
        draft.unlink(missing_ok=True)
        raise


class _WholeWrites(io.FileIO):
    """A file whose writes write all that they are given, or fail."""

    def write(self, data: Any) -> int:
        """Write all."""
        _write_all(self.fileno(), data)
        return memoryview(data).nbytes


def _draft(folder: Path) -> tuple[Path, io.FileIO]:
    """A new file under a name that nothing has."""
    while True:
        draft = folder / DRAFTS.replace("*", secrets.token_hex(4))
        with suppress(FileExistsError):
            return draft, _WholeWrites(draft, "x")


def _keep_names(folder: Path) -> None:
    """Have the names in a folder on the disk, as far as the system can: a new one is there after a power cut."""
    with suppress(OSError):  # Windows opens no folders
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _is_stream(path: Path) -> bool:
    """Is it there and no regular file, or an open file of this process (/dev/fd/3)?"""
    try:
        return not stat.S_ISREG(path.stat().st_mode) or Path(os.path.realpath(path.parent)).parts[:2] == ("/", "proc")
    except OSError:
        return False


def _write_all(file: int, data: bytes) -> None:
    """When a disk fills up, write(2) may write a part without an error; the next call then fails."""
    left = memoryview(data)
    while left:
        left = left[os.write(file, left) :]


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Put what the system refuses into a sentence."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        mend = MENDS.get(error.errno or 0, "make room or give another folder")
        raise BadInput(f"{path}: cannot be written ({error.strerror}); {mend}; what was there before is kept") from None
