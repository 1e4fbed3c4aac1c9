"""The screen: everything that a command says, as plain lines, notes, tables and answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from bench.errors import ReaderGone
from bench.show.answers import Answer, by_question
from bench.show.answers.words import capital
from bench.show.terminal.answer import answer_lines
from bench.text import one_line

if TYPE_CHECKING:
    from bench.measure.machine.caveats import Caveat
    from bench.show.answers.advice import AnswerTable


class _Stream(Console):
    """A console whose reader may go before the end (`| head`): what nobody reads any more is dropped.

    Attributes:
        reader_gone: has the reader gone?
        ends_with_reader: is that the end of the command, too?

    """

    reader_gone = False
    ends_with_reader = False

    def on_broken_pipe(self) -> None:
        """Drop all that is still to come, and end the command if it is to end."""
        self.quiet = self.reader_gone = True
        if self.ends_with_reader:
            raise ReaderGone


class Screen:
    """Everything that a command says; notes and errors go to standard error.

    `verbose` is what `-v` sets: then details and all answers are shown, too. A command that is read through a pipe ends with
    its reader, but for a `gate`, whose exit code is its answer.
    """

    def __init__(self, gate: bool = False, verbose: bool = False) -> None:
        self.verbose = verbose
        self.out = _Stream(highlight=False)
        self.err = _Stream(stderr=True, highlight=False)
        self.out.ends_with_reader = not gate

    def say(self, sentence: str) -> None:
        """A plain line."""
        self.out.print(escape(one_line(sentence)), soft_wrap=not self.out.is_terminal)

    def detail(self, sentence: str) -> None:
        """A plain line that few need."""
        if self.verbose:
            self.say(sentence)

    def verbatim(self, text: str) -> None:
        """Lines for another program, as they are."""
        self.out.print(text, markup=False, soft_wrap=True)

    def warn(self, sentence: str) -> None:
        """Something that the user should know, but that stops nothing."""
        self.err.print(f"[yellow]note:[/] {escape(one_line(sentence))}", soft_wrap=not self.err.is_terminal)

    def caveats(self, caveats: Iterable[Caveat]) -> None:
        """What speaks against the figures, each with its remedy."""
        for caveat in caveats:
            self.warn(f"{caveat.what}; what to do: {caveat.remedy}")

    def left_out(self, reasons: Mapping[str, str]) -> None:
        """Implementations that the command goes on without, each with how it breaks its contract."""
        for name, reason in reasons.items():
            self.warn(f"{name} is left out: it {reason}")

    def complain(self, sentence: str) -> None:
        """Why the command ends."""
        self.err.print(f"[bold red]unwind:[/] {escape(one_line(sentence))}", soft_wrap=not self.err.is_terminal)

    def table(self, table: Table) -> None:
        """A table."""
        self.out.print(table)

    def answer(self, table: AnswerTable) -> None:
        """The answer first: the table, and the advice under it."""
        for part in answer_lines(table, self.out.width):
            self.out.print(part)

    def answers(self, answers: Sequence[Answer], of: str = "") -> None:
        """Questions with their answers, for those who ask for more; `of` is what they are about, where several things are."""
        if not self.verbose:
            return
        for question, given in by_question(answers).items():
            words = "\n\n".join(escape("\n".join((answer.text, *(f"• {item}" for item in answer.items)))) for answer in given)
            asked = escape(f"{capital(of)}: {question}" if of else question)
            self.out.print(Panel(words, title=f"[bold]{asked}[/]", title_align="left", padding=(0, 1)))
