"""How a command ends: the exit code of each end, and what is said of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bench.errors import BadInput, GateFailed, NothingMeasured, ReaderGone

if TYPE_CHECKING:
    from bench.show.terminal.screen import Screen

DONE, FAILED_GATE, BAD_INPUT, NOTHING_MEASURED, UNEXPECTED, INTERRUPTED, READER_GONE = 0, 1, 2, 3, 70, 130, 141
WITH_A_SENTENCE: dict[type[BaseException], int] = {GateFailed: FAILED_GATE, BadInput: BAD_INPUT, NothingMeasured: NOTHING_MEASURED}


def told(error: BaseException, when_interrupted: str) -> int:
    """Say why a command has ended, and return its exit code; `when_interrupted` says what an interrupt does to its work."""
    if type(error) in WITH_A_SENTENCE:
        _screen().complain(str(error))
        return WITH_A_SENTENCE[type(error)]
    if isinstance(error, ReaderGone | BrokenPipeError):  # of standard output, or of a pipe that was to be written
        return READER_GONE
    if isinstance(error, OSError) and error.strerror:  # what the verbs do not foresee, such as a full disk under the temporary files
        place = error.filename or "the system"
        _screen().complain(f"{place}: {error.strerror}; free some space or remove the cause; recorded results are kept")
        return BAD_INPUT
    if any(isinstance(cause, KeyboardInterrupt) for cause in _chain(error)):  # libraries make other errors of one, numpy's import for one
        _screen().say(f"Interrupted. {when_interrupted}")
        return INTERRUPTED
    _tell_unexpected(error)
    return UNEXPECTED


def _screen() -> Screen:
    from bench.show.terminal.screen import Screen

    return Screen()


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and those that it came from."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _tell_unexpected(error: BaseException) -> None:
    """Two lines, without what may be broken: what happened, and where the full story lies."""
    from bench.text import one_line

    if sys.stderr:
        what = one_line(f"{type(error).__name__}: {error}")
        print(f"unwind: something happened that should not: {what}\n{_where_told(error)}", file=sys.stderr)


def _where_told(error: BaseException) -> str:
    """Write the full story into a file, and say where; if that cannot be, the story itself."""
    import tempfile

    story = _story(error)
    try:
        with tempfile.NamedTemporaryFile("w", prefix="unwind_", suffix=".txt", delete=False, encoding="utf-8", errors="replace") as file:
            file.write(story)
    except OSError:
        return story
    return f"unwind: the full story is in {file.name}; please report it with that file. Recorded results are kept."


def _story(error: BaseException) -> str:
    import platform
    import shlex
    import traceback
    from datetime import datetime

    return "\n".join(
        [
            f"command: {shlex.join(sys.argv)}",
            f"time: {datetime.now().astimezone():%Y-%m-%d %H:%M:%S %z}",
            f"version: unwind-bench {_version()}",
            f"Python: {sys.version} at {sys.executable}",
            f"system: {platform.platform()}",
            "",
            *traceback.format_exception(error),
        ]
    )


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("unwind-bench")
    except PackageNotFoundError:
        return "unknown, not installed"
