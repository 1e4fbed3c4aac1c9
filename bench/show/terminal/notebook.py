"""A line in a notebook: a bar and words that are written over as work goes on, and taken away in the end."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bench.show.answers.words import percent

EMPTY = {"text/plain": "", "text/html": ""}

Tell = Callable[[float, str], None]


@contextmanager
def notebook_line() -> Iterator[Tell]:
    """The line, for as long as the work lasts: `tell(share, words)` with the share that is done, from 0 to 1."""
    from IPython.display import display  # is there where there is a notebook

    line = display(EMPTY, raw=True, display_id=True)

    def tell(share: float, words: str) -> None:
        bar = f"<progress value='{share:.3f}' max='1'></progress>"
        line.update({"text/plain": f"{percent(share)} · {words}", "text/html": f"{bar} {html.escape(words)}"}, raw=True)

    try:
        tell(0.0, "starting")
        yield tell
    finally:
        line.update(EMPTY, raw=True)
