"""Progress of work that is counted: a bar on a terminal and in a notebook, a line at the end elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from bench.show.answers.words import duration, spaced
from bench.show.terminal.notebook import notebook_line
from bench.show.terminal.screen import Screen

Advance = Callable[[int, str], None]


@contextmanager
def counting(screen: Screen, what: str, total: int) -> Iterator[Advance]:
    """Count `what` up to `total`, for as long as it lasts: `advance(more, doing)`."""
    start = time.monotonic()
    with (_notebook_bar if screen.out.is_jupyter else _terminal_bar)(screen, what, total) as advance:
        yield advance
    screen.say(f"{what}: {spaced(total)} in {duration(time.monotonic() - start)}")


@contextmanager
def _terminal_bar(screen: Screen, what: str, total: int) -> Iterator[Advance]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.fields[doing]}"))
    with Progress(*columns, console=screen.out, transient=True, disable=not screen.out.is_terminal) as progress:
        task = progress.add_task(what, total=total, doing="")
        yield lambda more, doing: progress.update(task, advance=more, doing=doing)


@contextmanager
def _notebook_bar(screen: Screen, what: str, total: int) -> Iterator[Advance]:
    done = 0
    with notebook_line() as tell:

        def advance(more: int, doing: str) -> None:
            nonlocal done
            done += more
            tell(done / max(1, total), " · ".join(filter(None, (f"{what}: {done} of {total}", doing))))

        yield advance


@contextmanager
def doing(screen: Screen) -> Iterator[Callable[[str], None]]:
    """One line that says what is being done, on a terminal alone, for as long as it lasts: `tell(words)`."""
    if not screen.out.is_terminal:
        yield lambda words: None
        return
    with Live(Text(), console=screen.out, transient=True) as live:
        yield lambda words: live.update(Text(words, no_wrap=True, overflow="ellipsis"))
