"""The answer on a terminal: a table where there is room for one, else a block an implementation; the advice under it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from bench.show.terminal.tables import VERDICT_STYLES

if TYPE_CHECKING:  # every command has a screen, and this loads pandas
    from bench.show.answers.advice import AnswerTable, Column, Entry

ROOM = 70  # columns of a terminal that the table needs


def answer_lines(table: AnswerTable, width: int) -> Iterator[RenderableType]:
    """What to print, part by part."""
    if width >= ROOM:
        yield _table(table, width)
    else:
        yield from _blocks(table)
    yield Text(table.advice[0], style="bold")
    for sentence in table.advice[1:]:
        yield Text(sentence)
    yield Text(table.scope, style="dim")


def _table(table: AnswerTable, width: int) -> Table:
    """The columns that fit; how the source reads comes last, and is the first to be left out."""
    shown = Table(box=box.SIMPLE_HEAD, padding=0, show_edge=False)
    needed = [_needed(column, entries) for column, entries in zip(table.columns, zip(*table.rows, strict=True), strict=True)]
    fitting = max(number for number in range(1, len(needed) + 1) if number == 1 or sum(needed[:number]) + number - 1 <= width)
    for column, least in zip(table.columns[:fitting], needed, strict=False):
        shown.add_column(escape(_heading(column)), overflow="fold", min_width=least)
    for row in table.rows:
        shown.add_row(*(_words(entry) for entry in row[:fitting]))
    return shown


def _needed(column: Column, entries: Sequence[Entry]) -> int:
    """The longest word of a column, in characters; a no-break space is inside a word."""
    return max(len(word) for text in (_heading(column), *(entry.words for entry in entries)) for word in text.replace("\n", " ").split(" "))


def _blocks(table: AnswerTable) -> Iterator[RenderableType]:
    """The name of each implementation, and a line for each of its figures."""
    for name, *entries in table.rows:
        yield Text(name.words, style="bold")
        for column, entry in zip(table.columns[1:], entries, strict=True):
            yield Text(f"  {column.short}: ").append_text(_words(entry))


def _heading(column: Column) -> str:
    return f"{column.short}\n{column.at}" if column.at else column.short


def _words(entry: Entry) -> Text:
    return Text(entry.words, style=VERDICT_STYLES.get(entry.verdict, ""))
